"""The authored yoga flow: key poses in YAML, played on the model and sampled as a noisy motion capture with known truth."""

from .shipped import ShippedClip, make_shipped_clips, shipped_clips

__all__ = ["ShippedClip", "make_shipped_clips", "shipped_clips"]
