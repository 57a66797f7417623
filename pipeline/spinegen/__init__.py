"""Training data for spine-aware human pose estimation, from motion capture to a scored network."""

__version__ = "0.1.0"
