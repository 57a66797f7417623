"""Directions."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .types import Floats

Real = TypeVar("Real", bound=np.floating[Any])


def lengths(vectors: Floats) -> Floats:
    """Of vectors `(N, D)`, `(N,)`."""
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))


def unit(vectors: NDArray[Real]) -> NDArray[Real]:
    """Vectors `(..., D)` at length 1, in their own precision; those without a length stay nearly 0."""
    size = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return (vectors / size).astype(vectors.dtype, copy=False)
