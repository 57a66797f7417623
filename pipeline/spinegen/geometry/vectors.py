"""Directions."""

import numpy as np

from .types import Floats


def lengths(vectors: Floats) -> Floats:
    """Of vectors `(N, D)`, `(N,)`."""
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))


def unit(vectors: Floats) -> Floats:
    """Vectors `(..., D)` at length 1; those without a length stay nearly 0."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
