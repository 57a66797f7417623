"""Gauss-Newton with joint limits: frames one by one in a batch, or a whole clip in overlapping stretches."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from .band import solve_blocks, solve_dense
from .problem import Problem

STRETCH = 384
"""Frames solved at once; memory does not grow with the clip."""
OVERLAP_S = 0.3
"""A stretch is solved this far past its end, so that its last frames know what follows."""


def clip_to_limits(problem: Problem, q: Array) -> Array:
    """The nearest pose inside the limits."""
    return np.clip(q, problem.lower, problem.upper)


def held_by_limits(problem: Problem, q: Array, downhill: Array) -> NDArray[np.bool_]:
    """Coordinates `(F, Q)` that stand at a limit and are pushed against it: the active set."""
    tiny = 1e-9
    return ((q <= problem.lower + tiny) & (downhill < 0)) | ((q >= problem.upper - tiny) & (downhill > 0))


def solve_frames(
    problem: Problem, q: Array, iterations: int = 20, widen: float = 1.0, tolerance: float = 1e-4
) -> Array:
    """Every frame for itself (no smoothing): batched Levenberg-Marquardt inside the limits.

    Args:
        q: first guess `(F, Q)`.
        iterations: at most so many rounds; frames that have settled drop out.
        widen: of the robust loss, see `Problem.weights`.
        tolerance: a frame has settled when its cost falls by less than this share.

    Returns:
        `(F, Q)`.
    """
    q = clip_to_limits(problem, q)
    for start in range(0, len(q), STRETCH):
        span = slice(start, start + STRETCH)
        q[span] = _solve_batch(problem.frames(span), q[span], iterations, widen, tolerance)
    return q


def _solve_batch(problem: Problem, q: Array, iterations: int, widen: float, tolerance: float) -> Array:
    damping = np.full(len(q), 1e-3)
    active = np.arange(len(q))
    for _ in range(iterations):
        if len(active) == 0:
            break
        part = problem.frames(active)
        current = q[active]
        positions, jacobian = part.kinematics.positions_and_jacobian(current)
        residual = part.residuals(positions)
        cost = part.marker_cost(residual, widen) + part.prior_cost(current)
        blocks, right = part.normal_equations(current, jacobian, residual, part.weights(residual, widen))
        held = held_by_limits(part, current, right)
        diagonal = np.einsum("fii->fi", blocks)
        diagonal += damping[active, None] * (diagonal + 1.0)
        trial = clip_to_limits(part, current + _solve_held(blocks, right, held))
        trial_cost = part.marker_cost(part.residuals(part.kinematics.positions(trial)), widen) + part.prior_cost(trial)
        better = trial_cost < cost
        q[active[better]] = trial[better]
        damping[active] = np.where(better, damping[active] * 0.2, damping[active] * 8.0)
        settled = (better & (cost - trial_cost < tolerance * cost)) | (damping[active] > 1e4)
        active = active[~settled]
    return q


def _solve_held(blocks: Array, right: Array, held: NDArray[np.bool_]) -> Array:
    frame, column = np.nonzero(held)
    blocks[frame, column, :] = 0.0
    blocks[frame, :, column] = 0.0
    blocks[frame, column, column] = 1.0
    return solve_dense(blocks, np.where(held, 0.0, right)[..., None])[..., 0]


def solve_clip(
    problem: Problem,
    q: Array,
    iterations: int = 6,
    tolerance: float = 2e-3,
    advance: Callable[[int], None] | None = None,
) -> Array:
    """All frames together, smooth in time: banded Gauss-Newton, stretch by stretch.

    Each stretch starts from two frames that are already final and ends some frames past what is kept, so the result is that of the
    whole clip to within the smoothing's reach, while time and memory stay linear in its length.

    Args:
        q: first guess `(F, Q)`.
        iterations: Gauss-Newton rounds a stretch.
        tolerance: a stretch is done when a step moves no coordinate by more than this (rad or m); the error left is that of the
            next step, which is far smaller.
        advance: called with the number of frames that have become final.
    """
    q = clip_to_limits(problem, q)
    count = len(q)
    overlap = max(4, round(OVERLAP_S * problem.rate_hz))
    start = 0
    while start < count:
        keep = min(start + STRETCH, count)
        if count - keep < overlap:
            keep = count
        first, last = max(0, start - 2), min(keep + overlap, count)
        solved = solve_stretch(
            problem.frames(slice(first, last)), q[first:last], start - first, 0, iterations, tolerance
        )
        q[start:keep] = solved[start - first : keep - first]
        if keep < count:
            q[keep:last] = solved[keep - first :]
        if advance is not None:
            advance(keep - start)
        start = keep
    return q


def solve_stretch(
    problem: Problem, q: Array, head: int, tail: int, iterations: int = 6, tolerance: float = 2e-3
) -> Array:
    """Gauss-Newton over frames that follow each other; the first `head` and the last `tail` frames do not move."""
    still = np.zeros(len(q), dtype=bool)
    still[:head] = True
    still[len(q) - tail :] = True
    smoothing = problem.smoothing(q)
    positions, jacobian = problem.kinematics.positions_and_jacobian(q)
    residual = problem.residuals(positions)
    cost = problem.cost(q, residual, smoothing)
    for _ in range(iterations):
        blocks, right = problem.normal_equations(q, jacobian, residual, problem.weights(residual))
        right += problem.smoothing_pull(q, smoothing)
        fixed = held_by_limits(problem, q, right)
        fixed[still] = True
        step = solve_blocks(blocks, right, smoothing, fixed)
        if np.abs(step).max() < tolerance:
            return _moved(problem, q, step, still)
        for share in (1.0, 0.4, 0.15, 0.05, 0.01):
            trial = _moved(problem, q, share * step, still)
            positions, jacobian = problem.kinematics.positions_and_jacobian(trial)
            residual = problem.residuals(positions)
            trial_cost = problem.cost(trial, residual, smoothing)
            if trial_cost <= cost:
                break
        else:
            return q
        q, cost = trial, trial_cost
    return q


def _moved(problem: Problem, q: Array, step: Array, still: NDArray[np.bool_]) -> Array:
    return np.where(still[:, None], q, clip_to_limits(problem, q + step))
