"""Unknowns with a lowest and a highest value: kept by projection, and left out of a step that would push against them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array

_TOUCH = 1e-9


@dataclass(frozen=True)
class Limits:
    """Lowest and highest values; infinite where there is none."""

    lower: Array
    upper: Array
    """`(U,)`."""

    @classmethod
    def none(cls, size: int) -> "Limits":
        """Unknowns that may take any value."""
        return cls(np.full(size, -np.inf), np.full(size, np.inf))

    def clip(self, x: Array) -> Array:
        """The nearest `x (F, U)` inside."""
        return np.clip(x, self.lower, self.upper)

    def held(self, x: Array, downhill: Array) -> NDArray[np.bool_]:
        """Unknowns `(F, U)` that stand at a limit and are pushed against it: the active set."""
        low, high = x <= self.lower + _TOUCH, x >= self.upper - _TOUCH
        return (low & (downhill < 0.0)) | (high & (downhill > 0.0))


def hold(blocks: Array, right: Array, held: NDArray[np.bool_]) -> Array:
    """Take held unknowns out of the blocks `(F, U, U)`, in place, and of the right side `(F, U)`, which is returned."""
    frame, column = np.nonzero(held)
    blocks[frame, column, :] = 0.0
    blocks[frame, :, column] = 0.0
    blocks[frame, column, column] = 1.0
    return np.where(held, 0.0, right)
