"""Training data for spine-aware human pose estimation, from motion capture to a scored network."""

from .pose.networks import shipped_model
from .version import __version__

__all__ = ["__version__", "shipped_model"]
