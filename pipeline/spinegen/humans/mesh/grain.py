"""The one picture of fine variation that skin and cloth are drawn with: everybody has a shift and strengths of their own."""

import numpy as np
from numpy.typing import NDArray

from ...streams import Stream, generator
from .mesh import Grain
from .texture_noise import layered, noise

SIZE = 1024
SPREAD = 32.0
"""Codes a standard deviation; 128 is none."""


def grain_picture() -> NDArray[np.uint8]:
    """`(SIZE, SIZE, 3)` that tiles: threads and pores, mottle, broad regions."""
    rng = generator(Stream.GRAIN)
    fields = (noise(SIZE, 0.75, rng), layered(SIZE, (2.5, 14.0, 60.0), rng), layered(SIZE, (20.0, 70.0), rng))
    return np.stack([np.clip(np.rint(field * SPREAD + 128.0), 0, 255).astype(np.uint8) for field in fields], axis=-1)


def grain_of(rng: np.random.Generator, fine: float, mottle: float, blush: float = 0.0) -> Grain:
    """Somewhere in the picture, with these strengths."""
    u, v = rng.random(2).tolist()
    return Grain((u, v), fine, mottle, blush)
