"""The one picture of fine variation that skin and cloth are drawn with: everybody has a shift and strengths of their own."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Floats
from ...streams import Stream, generator
from .mesh import Grain
from .texture_noise import layered, noise

SIZE = 1024
SPREAD = 32.0
"""Codes a standard deviation; 128 is none."""
_FOLDS = ((0, (110.0, 16.0), 1.0), (1, (60.0, 14.0), 0.8), (-1, (80.0, 18.0), 0.6), (1, (30.0, 9.0), 0.3))
"""Slant (columns a row), length and width of noise whose zero lines are the ridges, weight."""


def grain_picture() -> NDArray[np.uint8]:
    """`(SIZE, SIZE, 4)` that tiles: threads and pores, mottle, broad regions, heights of folds."""
    rng = generator(Stream.GRAIN)
    fields = (
        noise(SIZE, 0.75, rng),
        layered(SIZE, (2.5, 14.0, 60.0), rng),
        layered(SIZE, (20.0, 70.0), rng),
        _folds(rng),
    )
    return np.stack([np.clip(np.rint(field * SPREAD + 128.0), 0, 255).astype(np.uint8) for field in fields], axis=-1)


def _folds(rng: np.random.Generator) -> Floats:
    """Ridges between smooth stretches `(SIZE, SIZE)`, unit variance: most run down the cloth, others aslant either way, none everywhere."""
    total = np.zeros((SIZE, SIZE), np.float32)
    # Where folds lean one way none leans the other: crossing ones would make a net.
    leaning = noise(SIZE, 80.0, rng)
    rows = np.arange(SIZE)[:, None]
    bent_px = 16.0 * noise(SIZE, 90.0, rng)
    for slant, (along_px, across_px), weight in _FOLDS:
        ridge = np.exp(-((noise(SIZE, (along_px, across_px), rng) / 0.5) ** 2))
        where = np.clip(0.9 * slant * leaning if slant else 0.4 + 0.7 * noise(SIZE, 80.0, rng), 0.0, 1.0)
        column = np.arange(SIZE)[None] + slant * rows + bent_px
        left = np.floor(column).astype(int)
        share = (column - left).astype(np.float32)
        total += weight * where * (ridge[rows, left % SIZE] * (1 - share) + ridge[rows, (left + 1) % SIZE] * share)
    total -= total.mean()
    return total / total.std()


def grain_of(
    rng: np.random.Generator, fine: float, mottle: float, blush: float = 0.0, *, folds_m: float = 0.0
) -> Grain:
    """Somewhere in the picture, with these strengths."""
    u, v = rng.random(2).tolist()
    return Grain((u, v), fine, mottle, blush, folds_m)
