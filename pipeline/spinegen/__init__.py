"""Training data for spine-aware human pose estimation, from motion capture to a scored network."""

from .pose.networks import shipped_model

__all__ = ["shipped_model"]

__version__ = "0.1.0"
