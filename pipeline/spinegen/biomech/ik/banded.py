"""A whole clip, smooth in time: Gauss-Newton inside the limits, in overlapping stretches, each one banded system."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from .band import solve_blocks
from .batch import CHUNK
from .residual import Linearised, Objective
from .smoothness import Smoothness, second_difference_cost, second_difference_gradient

OVERLAP_S = 0.3
"""A stretch is solved this far past its end, so that its last frames know what follows."""
_SHARES = (1.0, 0.4, 0.15, 0.05, 0.01)
"""Of a step, tried one after the other until the cost no longer rises."""


def solve_banded(
    objective: Objective,
    smoothness: Smoothness,
    x: Array,
    *,
    rounds: int = 6,
    tolerance: float = 2e-3,
    advance: Callable[[int], None] | None = None,
) -> Array:
    """All frames together, stretch by stretch.

    Each stretch starts from two frames that are already final and ends some frames past what is kept, so the result is that of the
    whole clip to within the smoothing's reach, while time and memory stay linear in its length.

    Args:
        x: first guess `(F, U)`.
        rounds: Gauss-Newton rounds a stretch.
        tolerance: a stretch is done when a step moves no unknown by more than this (rad or m); the error left is that of the
            next step, which is far smaller.
        advance: called with the number of frames that have become final.
    """
    x = objective.limits.clip(x)
    count = len(x)
    overlap = max(4, round(OVERLAP_S * smoothness.rate_hz))
    start = 0
    while start < count:
        keep = min(start + CHUNK, count)
        if count - keep < overlap:
            keep = count
        first, last = max(0, start - 2), min(keep + overlap, count)
        span = slice(first, last)
        solved = solve_stretch(
            objective.frames(span), smoothness, x[span], head=start - first, rounds=rounds, tolerance=tolerance
        )
        x[start:keep] = solved[start - first : keep - first]
        if keep < count:
            x[keep:last] = solved[keep - first :]
        if advance is not None:
            advance(keep - start)
        start = keep
    return x


def solve_stretch(
    objective: Objective,
    smoothness: Smoothness,
    x: Array,
    *,
    head: int = 0,
    tail: int = 0,
    rounds: int = 6,
    tolerance: float = 2e-3,
) -> Array:
    """Gauss-Newton over frames that follow each other; the first `head` and the last `tail` frames do not move."""
    still = np.zeros(len(x), dtype=bool)
    still[:head] = True
    still[len(x) - tail :] = True
    bending = smoothness.weight(x)
    point = objective.linear(x)
    cost = _whole_cost(point, x, bending)
    for _ in range(rounds):
        blocks, right = point.normal_equations()
        right = right - second_difference_gradient(x, bending)
        fixed = objective.limits.held(x, right)
        fixed[still] = True
        step = solve_blocks(blocks, right, bending, fixed)
        if np.abs(step).max() < tolerance:
            return _moved(objective, x, step, still)
        for share in _SHARES:
            trial = _moved(objective, x, share * step, still)
            point = objective.linear(trial)
            trial_cost = _whole_cost(point, trial, bending)
            if trial_cost <= cost:
                break
        else:
            return x
        x, cost = trial, trial_cost
    return x


def _whole_cost(point: Linearised, x: Array, bending: Array) -> float:
    return float(point.cost.sum()) + second_difference_cost(x, bending)


def _moved(objective: Objective, x: Array, step: Array, still: NDArray[np.bool_]) -> Array:
    return np.where(still[:, None], x, objective.limits.clip(x + step))
