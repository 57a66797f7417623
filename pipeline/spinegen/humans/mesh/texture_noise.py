"""Tileable noise images for generated textures."""

import cv2
import numpy as np

from ...geometry.types import Floats


def noise(size: int, scale_px: float | tuple[float, float], rng: np.random.Generator) -> Floats:
    """Smooth noise `(size, size)` of unit variance that tiles; `scale_px` is the blur across rows and columns."""
    rows_px, columns_px = scale_px if isinstance(scale_px, tuple) else (scale_px, scale_px)
    shape = [max(16, size // max(1, 2 ** int(np.log2(max(s, 3.0) / 3.0)))) for s in (rows_px, columns_px)]
    grid = rng.standard_normal(shape, dtype=np.float32)
    sigma = (rows_px * shape[0] / size, columns_px * shape[1] / size)
    pad = [min(int(np.ceil(4 * s)) + 2, n) for s, n in zip(sigma, shape, strict=True)]
    wide = np.pad(grid, ((pad[0], pad[0]), (pad[1], pad[1])), mode="wrap")
    wide = cv2.GaussianBlur(wide, (0, 0), sigmaX=max(sigma[1], 0.01), sigmaY=max(sigma[0], 0.01))
    fine = [round(size / n) for n in shape]
    if fine != [1, 1]:
        wide = cv2.resize(wide, (wide.shape[1] * fine[1], wide.shape[0] * fine[0]), interpolation=cv2.INTER_LINEAR)
    image = wide[pad[0] * fine[0] :, pad[1] * fine[1] :][:size, :size]
    return _normed(image - image.mean())


def layered(size: int, scales_px: tuple[float, ...], rng: np.random.Generator) -> Floats:
    """Sum of noises of several sizes, unit variance."""
    total = noise(size, scales_px[0], rng)
    for scale in scales_px[1:]:
        total += noise(size, scale, rng)
    total /= total.std()
    return total


def _normed(centred: Floats) -> Floats:
    """Divided by its deviation, in place."""
    square = centred * centred
    centred /= np.sqrt(square.sum() / square.size)
    return centred
