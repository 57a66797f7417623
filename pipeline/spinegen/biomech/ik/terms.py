"""Residuals that ask nothing of a body: likely values, stiff ends of ranges, pulls towards something known."""

from dataclasses import dataclass, replace

import numpy as np

from ...geometry.types import Array
from .residual import Dense, Diagonal, Index, LeastSquares, Slopes


@dataclass(frozen=True)
class Affine(LeastSquares):
    """`matrix @ x - offset`, the same in every frame."""

    matrix: Array
    """`(N, U)`."""
    offset: Array
    """`(N,)`."""

    @classmethod
    def normal(cls, mean: Array, precision: Array) -> "Affine":
        """Minus twice the logarithm of a normal density.

        Args:
            mean: `(U,)`.
            precision: `(U, U)` inverse covariance; its rows may be zero where there is no opinion.
        """
        strength, axes = np.linalg.eigh(precision)
        root = np.sqrt(np.maximum(strength, 0.0))[:, None] * axes.T
        return cls(root, root @ mean)

    def value(self, x: Array) -> Array:
        """`(F, N)`."""
        return x @ self.matrix.T - self.offset

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        """Values, and the matrix."""
        return self.value(x), Dense(self.matrix[None])

    def frames(self, index: Index) -> "Affine":
        """Itself."""
        return self


@dataclass(frozen=True)
class Pull(LeastSquares):
    """Every unknown is drawn to a value of its own."""

    towards: Array
    """`(F, U)`, or `(1, U)` for all frames."""
    spread: Array
    """`(U,)` standard deviation; infinite for unknowns that are free."""

    def value(self, x: Array) -> Array:
        """`(F, U)`, in spreads."""
        return (x - self.towards) / self.spread

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        """Values and slopes."""
        return self.value(x), Diagonal((1.0 / self.spread)[None])

    def frames(self, index: Index) -> "Pull":
        """The pull of some frames."""
        return self if len(self.towards) == 1 else replace(self, towards=self.towards[index])


@dataclass(frozen=True)
class SoftLimits(LeastSquares):
    """Stiffness towards the end of a range: tissue resists before the bone does. No cost between `lower` and `upper`."""

    lower: Array
    upper: Array
    """`(U,)`, infinite for unknowns that are not stiff."""
    spread: Array
    """`(U,)` standard deviation of what lies beyond."""

    def value(self, x: Array) -> Array:
        """Signed distance `(F, U)` past the nearer soft limit, in spreads; 0 inside."""
        return (np.maximum(x - self.upper, 0.0) + np.minimum(x - self.lower, 0.0)) / self.spread

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        """Values and slopes."""
        value = self.value(x)
        return value, Diagonal((value != 0.0) / self.spread)

    def frames(self, index: Index) -> "SoftLimits":
        """Itself."""
        return self
