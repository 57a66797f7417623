"""Tileable noise fields made in the frequency domain."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.nearest import PointTree


def band_noise(
    rng: np.random.Generator, size: int, low: float, high: float, *, slope: float = 1.0, stretch: float = 1.0
) -> NDArray[np.float32]:
    """`(size, size)` noise of mean 0 and deviation 1 that tiles; wave numbers `low`..`high` cycles a tile fall off as f^-slope.

    `stretch` > 1 draws the grain out along the first axis.
    """
    spectrum = np.fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    fy = np.fft.fftfreq(size, 1 / size)[:, None] * stretch
    fx = np.fft.rfftfreq(size, 1 / size)[None]
    radius = np.hypot(fx, fy)
    gain = np.where((radius >= low) & (radius <= high), np.maximum(radius, 1.0) ** -slope, 0.0)
    field = np.fft.irfft2(spectrum * gain, (size, size))
    return (field / max(float(field.std()), 1e-9)).astype(np.float32)


def cell_noise(rng: np.random.Generator, size: int, cells: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Random stones that tile: (value of the nearest of `cells` seeds, 0..1; distance to its edge in pixels, about)."""
    seeds = rng.random((cells, 2)) * size
    value = rng.random(cells).astype(np.float32)
    grid = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij"), -1).reshape(-1, 2) + 0.5
    distance, index = PointTree(seeds, period=size).query(grid, 2)
    shape = (size, size)
    return value[index[:, 0]].reshape(shape), ((distance[:, 1] - distance[:, 0]) / 2).astype(np.float32).reshape(shape)
