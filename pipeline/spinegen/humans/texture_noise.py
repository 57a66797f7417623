"""Tileable noise images for generated textures."""

import numpy as np

from .arrays import Floats


def noise(size: int, scale_px: float | tuple[float, float], rng: np.random.Generator) -> Floats:
    """Smooth noise `(size, size)` of unit variance that tiles; `scale_px` is the blur across rows and columns."""
    from scipy.ndimage import gaussian_filter, zoom

    smallest = min(scale_px) if isinstance(scale_px, tuple) else scale_px
    shrink = 1
    while smallest / shrink >= 6 and size // shrink > 64:
        shrink *= 2
    sigma = tuple(s / shrink for s in scale_px) if isinstance(scale_px, tuple) else scale_px / shrink
    small = gaussian_filter(rng.standard_normal((size // shrink,) * 2, dtype=np.float32), sigma, mode="wrap")
    small = (small - small.mean()) / small.std()
    return np.asarray(
        small if shrink == 1 else zoom(small, shrink, order=1, mode="grid-wrap", grid_mode=True), np.float32
    )


def layered(size: int, scales_px: tuple[float, ...], rng: np.random.Generator) -> Floats:
    """Sum of noises of several sizes, unit variance."""
    total = np.sum([noise(size, scale, rng) for scale in scales_px], axis=0)
    return (total / total.std()).astype(np.float32)
