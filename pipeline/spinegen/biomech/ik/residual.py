"""What inverse kinematics makes small: residuals of the unknowns of every frame, each with its Jacobian and its weight."""

from dataclasses import dataclass, replace
from typing import Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from .limits import Limits

Index: TypeAlias = slice | NDArray[np.int_] | NDArray[np.bool_]
"""Which frames."""


@dataclass(frozen=True)
class Dense:
    """A Jacobian in which any value may depend on any unknown of its frame."""

    jacobian: Array
    """`(F, N, U)`, or `(1, N, U)` when it is the same in every frame."""

    def normal_equations(self, value: Array, weight: Array) -> tuple[Array, Array]:
        """`J' W J`, `(F, U, U)` or `(1, U, U)`, and `-J' W value (F, U)`, for weights `(F, N)` or `(1, N)`."""
        root = np.sqrt(weight)
        weighted = self.jacobian * root[..., None]
        pull = (value * root)[:, None, :] @ weighted
        return np.swapaxes(weighted, 1, 2) @ weighted, -pull[:, 0]


@dataclass(frozen=True)
class Diagonal:
    """A Jacobian in which value n depends on unknown n alone."""

    slope: Array
    """`(F, U)`, or `(1, U)` when it is the same in every frame."""

    def normal_equations(self, value: Array, weight: Array) -> tuple[Array, Array]:
        """The diagonal of `J' W J`, `(F, U)` or `(1, U)`, and `-J' W value (F, U)`."""
        scaled = self.slope * weight
        return scaled * self.slope, -scaled * value


Slopes: TypeAlias = Dense | Diagonal


class Residual(Protocol):
    """A term of the objective: N values a frame that should be zero."""

    def value(self, x: Array) -> Array:
        """`(F, N)` at the unknowns `x (F, U)`."""
        ...

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        """The same values, and their derivatives by the unknowns."""
        ...

    def weight(self, value: Array) -> Array:
        """Pull of each value, `(F, N)` or `(1, N)`: one over its variance, less where a robust loss has let go."""
        ...

    def cost(self, value: Array) -> Array:
        """`(F,)`: what the values cost; its gradient by them is twice `weight * value`."""
        ...

    def frames(self, index: Index) -> Self:
        """The same residual of some frames."""
        ...


class LeastSquares:
    """Residuals in standard deviations, each of which costs its square: a base for those without a robust loss."""

    def weight(self, value: Array) -> Array:
        """`(1, N)` ones."""
        return np.ones((1, value.shape[1]))

    def cost(self, value: Array) -> Array:
        """`(F,)` sums of squares."""
        return np.asarray((value**2).sum(1), dtype=np.float64)


@dataclass(frozen=True)
class Linearised:
    """An objective near one point."""

    values: tuple[Array, ...]
    """`(F, N)` of each residual."""
    slopes: tuple[Slopes, ...]
    weights: tuple[Array, ...]
    cost: Array
    """`(F,)`."""

    def normal_equations(self) -> tuple[Array, Array]:
        """Gauss-Newton blocks `(F, U, U)` and right side `(F, U)`: half the gradient, downhill."""
        parts = zip(self.values, self.slopes, self.weights, strict=True)
        sides = [(slopes, *slopes.normal_equations(value, weight)) for value, slopes, weight in parts]
        right = sides[0][2]
        for _, _, pull in sides[1:]:
            right = right + pull
        frames, size = right.shape
        full = [matrix for slopes, matrix, _ in sides if isinstance(slopes, Dense)]
        first = next((i for i, matrix in enumerate(full) if len(matrix) == frames), None)
        blocks = np.zeros((frames, size, size)) if first is None else full.pop(first)
        for matrix in full:
            blocks += matrix
        diagonal = np.einsum("fii->fi", blocks)
        for slopes, matrix, _ in sides:
            if isinstance(slopes, Diagonal):
                diagonal += matrix
        return blocks, right


@dataclass(frozen=True)
class Objective:
    """The sum of some residuals over the same unknowns, which have limits."""

    residuals: tuple[Residual, ...]
    limits: Limits

    def cost(self, x: Array) -> Array:
        """`(F,)` at `x (F, U)`."""
        costs = [residual.cost(residual.value(x)) for residual in self.residuals]
        return np.asarray(sum(costs[1:], start=costs[0]), dtype=np.float64)

    def linear(self, x: Array) -> Linearised:
        """Values, Jacobians, weights and cost at `x (F, U)`."""
        points = [residual.linear(x) for residual in self.residuals]
        values = tuple(value for value, _ in points)
        pairs = list(zip(self.residuals, values, strict=True))
        costs = [residual.cost(value) for residual, value in pairs]
        return Linearised(
            values,
            tuple(slopes for _, slopes in points),
            tuple(residual.weight(value) for residual, value in pairs),
            np.asarray(sum(costs[1:], start=costs[0]), dtype=np.float64),
        )

    def frames(self, index: Index) -> "Objective":
        """The same objective of some frames."""
        return replace(self, residuals=tuple(residual.frames(index) for residual in self.residuals))
