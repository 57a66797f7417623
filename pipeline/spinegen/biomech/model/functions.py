"""Functions of one coordinate that place a joint: polynomials and cubic splines, vectorised, with derivatives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...geometry.types import Array


@dataclass(frozen=True)
class Polynomial:
    """`sum(c[i] * x**i)`; `(c0,)` is a constant and `(c0, slope)` is linear."""

    coefficients: tuple[float, ...]

    @property
    def degree(self) -> int:
        """Highest power with a non-zero factor."""
        return max((i for i, c in enumerate(self.coefficients) if c != 0.0), default=0)

    def value(self, x: ArrayLike) -> Array:
        """Values at `x`, any shape."""
        return _horner(self.coefficients, np.asarray(x, dtype=np.float64))

    def slope(self, x: ArrayLike) -> Array:
        """First derivatives at `x`, any shape."""
        derivative = tuple(i * c for i, c in enumerate(self.coefficients))[1:] or (0.0,)
        return _horner(derivative, np.asarray(x, dtype=np.float64))

    def scaled(self, factor: float) -> "Polynomial":
        """The same function times `factor`."""
        return Polynomial(tuple(c * factor for c in self.coefficients))

    def of_multiple(self, factor: float) -> "Polynomial":
        """The function whose value at `factor * x` is this one's at `x`."""
        return Polynomial(tuple(c / factor**i for i, c in enumerate(self.coefficients)))


@dataclass(frozen=True)
class Spline:
    """Cubic polynomials between knots (`coefficients (4, K-1)`, highest power first), straight lines outside them."""

    knots: tuple[float, ...]
    coefficients: tuple[tuple[float, ...], ...]

    @classmethod
    def simm(cls, x: ArrayLike, y: ArrayLike) -> "Spline":
        """The spline that SIMM and OpenSim draw through points (`x` ascending): the third derivative at each end is that of
        the cubic through the four points there (Forsythe, Malcolm & Moler 1977, Computer Methods, ch. 4).
        """
        at, value = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        step = np.diff(at)
        rise = np.diff(value) / step
        if len(at) < 3:
            return cls.linear(at, value)
        second = np.diff(rise) / (at[2:] - at[:-2])
        third = np.diff(second) / (at[3:] - at[:-3]) if len(at) > 3 else np.zeros(1)
        count = len(at)
        lhs, rhs = np.zeros((count, count)), np.zeros(count)
        lhs[0, :2], rhs[0] = (-step[0], step[0]), step[0] ** 2 * third[0]
        lhs[-1, -2:], rhs[-1] = (step[-1], -step[-1]), -(step[-1] ** 2) * third[-1]
        for i in range(1, count - 1):
            lhs[i, i - 1 : i + 2] = step[i - 1], 2.0 * (step[i - 1] + step[i]), step[i]
            rhs[i] = rise[i] - rise[i - 1]
        bend = np.linalg.solve(lhs, rhs)
        slope = rise - step * (bend[1:] + 2.0 * bend[:-1])
        rows = (np.diff(bend) / step, 3.0 * bend[:-1], slope, value[:-1])
        return cls(tuple(at.tolist()), tuple(tuple(row.tolist()) for row in rows))

    @classmethod
    def linear(cls, x: ArrayLike, y: ArrayLike) -> "Spline":
        """Straight lines between points (`x` ascending)."""
        at, value = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        zero = np.zeros(len(at) - 1)
        rows = (zero, zero, np.diff(value) / np.diff(at), value[:-1])
        return cls(tuple(at.tolist()), tuple(tuple(row.tolist()) for row in rows))

    @property
    def is_piecewise_linear(self) -> bool:
        """True when no piece is curved."""
        return not np.any(self.coefficients[:2])

    def value(self, x: ArrayLike) -> Array:
        """Values at `x`, any shape."""
        x = np.asarray(x, dtype=np.float64)
        inside, cubic, offset = self._piece(x)
        a, b, c, d = cubic
        at_edge = ((a * offset + b) * offset + c) * offset + d
        return at_edge + ((3.0 * a * offset + 2.0 * b) * offset + c) * (x - inside)

    def slope(self, x: ArrayLike) -> Array:
        """First derivatives at `x`, any shape."""
        _, (a, b, c, _), offset = self._piece(np.asarray(x, dtype=np.float64))
        return (3.0 * a * offset + 2.0 * b) * offset + c

    def scaled(self, factor: float) -> "Spline":
        """The same function times `factor`."""
        return Spline(self.knots, tuple(tuple(c * factor for c in row) for row in self.coefficients))

    def of_multiple(self, factor: float) -> "Spline":
        """The function whose value at `factor * x` is this one's at `x`."""
        knots = np.asarray(self.knots) * factor
        cubic = np.asarray(self.coefficients) / (factor ** np.arange(3, -1, -1))[:, None]
        if factor < 0.0:
            # The pieces now start at what was their far end: expand each cubic anew around it.
            step = -np.diff(knots)
            a, b, c, d = cubic
            cubic = np.stack(
                [
                    a,
                    b - 3.0 * a * step,
                    c - 2.0 * b * step + 3.0 * a * step**2,
                    d - c * step + b * step**2 - a * step**3,
                ]
            )
            knots, cubic = knots[::-1], cubic[:, ::-1]
        return Spline(tuple(knots.tolist()), tuple(tuple(row) for row in cubic.tolist()))

    def _piece(self, x: Array) -> tuple[Array, Array, Array]:
        """`x` held inside the knots, the cubic of its interval `(4, ...)`, and the distance to that interval's first knot."""
        knots = np.asarray(self.knots)
        inside = np.clip(x, knots[0], knots[-1])
        index = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 2)
        return inside, np.asarray(self.coefficients)[:, index], inside - knots[index]


def _horner(coefficients: tuple[float, ...], x: Array) -> Array:
    value = np.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        value = value * x + c
    return value


Function = Polynomial | Spline

ZERO = Polynomial((0.0,))
IDENTITY = Polynomial((0.0, 1.0))


def at_zero(function: Function) -> tuple[float, float]:
    """Value and slope at 0, without arrays where that is a look-up: a model has hundreds of them."""
    if isinstance(function, Polynomial):
        first, *others = function.coefficients
        return float(first), float(others[0]) if others else 0.0
    return float(function.value(0.0)), float(function.slope(0.0))
