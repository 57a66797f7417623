"""Unknowns that change smoothly from frame to frame: second differences, as large as accelerations usually are."""

from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array


@dataclass(frozen=True)
class Smoothness:
    """How fast unknowns may change their speed."""

    acceleration: Array
    """`(U,)` usual size of an unknown's acceleration, rad/s^2 or m/s^2; infinite for those that may jump."""
    rate_hz: float
    gimbals: tuple[tuple[int, int, int], ...] = ()
    """Columns of ball joints written as three turns: outer, middle, inner."""

    def weight(self, x: Array) -> Array:
        """Weight `(F, U)` of the second difference about each frame; near gimbal lock the outer turns may do as they like."""
        weight = np.broadcast_to(1.0 / (self.acceleration / self.rate_hz**2) ** 2, x.shape).copy()
        for outer, middle, inner in self.gimbals:
            weight[:, [outer, inner]] *= np.cos(x[:, [middle]]) ** 2
        return weight


def second_difference_gradient(x: Array, weight: Array) -> Array:
    """Half the gradient `(F, U)` of `sum weight * (x[f-1] - 2 x[f] + x[f+1])**2`; `weight (F, U)` belongs to the middle frame.

    The first and the last frame have no second difference: their weights are not used.
    """
    out = np.zeros_like(x)
    if len(x) < 3:
        return out
    pull = weight[1:-1] * (x[:-2] - 2.0 * x[1:-1] + x[2:])
    out[:-2] += pull
    out[1:-1] -= 2.0 * pull
    out[2:] += pull
    return out


def second_difference_cost(x: Array, weight: Array) -> float:
    """`sum weight * (x[f-1] - 2 x[f] + x[f+1])**2` over all frames and unknowns."""
    if len(x) < 3:
        return 0.0
    return float(np.sum(weight[1:-1] * (x[:-2] - 2.0 * x[1:-1] + x[2:]) ** 2))
