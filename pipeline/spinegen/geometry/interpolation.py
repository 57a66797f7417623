"""Curves through given points."""

# pyright: reportMissingTypeStubs=false
import numpy as np
from numpy.typing import ArrayLike

from .types import Array


def monotone_cubic(x: ArrayLike, y: ArrayLike, at: ArrayLike) -> Array:
    """Values `(K,)` at places within `x (N,)`, rising, of the smooth line through `y (N,)` that turns only where the points do (PCHIP)."""
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(np.asarray(x), np.asarray(y))(np.asarray(at)), dtype=np.float64)
