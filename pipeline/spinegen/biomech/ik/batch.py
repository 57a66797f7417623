"""Frames each for itself, many at once: damped Gauss-Newton inside the limits."""

from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array
from .band import solve_dense
from .limits import hold
from .residual import Objective

CHUNK = 384
"""Frames solved at once; memory does not grow with their number."""
_EASIER, _HARDER, _HOPELESS = 0.2, 8.0, 1e4


@dataclass(frozen=True)
class Stop:
    """When a frame is done."""

    rounds: int = 20
    """At most so many."""
    tolerance: float = 1e-4
    """Or when its cost falls by less than this share, where damping adapts."""
    small_step: float = 0.0
    """Or when no unknown moves by more than this."""


def solve_batch(
    objective: Objective,
    x: Array,
    stop: Stop = Stop(),
    *,
    longest_step: float = np.inf,
    steady_step: float | None = None,
) -> Array:
    """Unknowns `(F, U)` of least cost near a first guess; what comes out of a frame does not depend on the others.

    Args:
        objective: its residuals are best written in standard deviations, because damping starts from one of 1 an unknown.
        x: first guess `(F, U)`.
        longest_step: no unknown moves further than this in one round.
        steady_step: None: damping adapts and only steps that lower the cost are taken (Levenberg, Marquardt), which converges from
            far away. Else every step is taken, drawn to zero with this standard deviation: then a frame's result changes
            continuously with what it is made from, as the frames of a motion need where terms set in and let go.
    """
    x = objective.limits.clip(x)
    for start in range(0, len(x), CHUNK):
        span = slice(start, start + CHUNK)
        part = objective.frames(span)
        if steady_step is None:
            x[span] = _adaptive(part, x[span], stop, longest_step)
        else:
            x[span] = _steady(part, x[span], stop, longest_step, damping=1.0 / steady_step**2)
    return x


def _adaptive(objective: Objective, x: Array, stop: Stop, longest: float) -> Array:
    damping = np.full(len(x), 1e-3)
    active = np.arange(len(x))
    for _ in range(stop.rounds):
        if len(active) == 0:
            break
        part, current = objective.frames(active), x[active]
        point = part.linear(current)
        blocks, right = point.normal_equations()
        diagonal = np.einsum("fii->fi", blocks)
        diagonal += damping[active, None] * (diagonal + 1.0)
        trial = _stepped(part, blocks, right, current, longest=longest)
        cost = part.cost(trial)
        better = cost < point.cost
        x[active[better]] = trial[better]
        damping[active] *= np.where(better, _EASIER, _HARDER)
        settled = (better & (point.cost - cost < stop.tolerance * point.cost)) | (damping[active] > _HOPELESS)
        settled |= np.abs(trial - current).max(1) <= stop.small_step
        active = active[~settled]
    return x


def _steady(objective: Objective, x: Array, stop: Stop, longest: float, *, damping: float) -> Array:
    active = np.arange(len(x))
    for _ in range(stop.rounds):
        if len(active) == 0:
            break
        part, current = objective.frames(active), x[active]
        blocks, right = part.linear(current).normal_equations()
        diagonal = np.einsum("fii->fi", blocks)
        diagonal += damping
        moved = _stepped(part, blocks, right, current, longest=longest)
        x[active] = moved
        active = active[np.abs(moved - current).max(1) > stop.small_step]
    return x


def _stepped(part: Objective, blocks: Array, right: Array, current: Array, *, longest: float) -> Array:
    """Where one step of the damped equations leads, inside the limits."""
    held = part.limits.held(current, right)
    step = solve_dense(blocks, hold(blocks, right, held)[..., None])[..., 0]
    size = np.abs(step).max(1, keepdims=True)
    return part.limits.clip(current + step * np.minimum(1.0, longest / np.maximum(size, 1e-12)))
