"""Frames each for itself, many at once: Levenberg and Marquardt's damped Gauss-Newton inside the limits."""

import numpy as np

from ...geometry.types import Array
from .band import solve_dense
from .limits import hold
from .residual import Objective

CHUNK = 384
"""Frames solved at once; memory does not grow with their number."""
_EASIER, _HARDER, _HOPELESS = 0.2, 8.0, 1e4


def solve_batch(
    objective: Objective,
    x: Array,
    *,
    rounds: int = 20,
    tolerance: float = 1e-4,
    small_step: float = 0.0,
    longest_step: float = np.inf,
) -> Array:
    """Unknowns `(F, U)` of least cost near a first guess; what comes out of a frame does not depend on the others.

    Args:
        objective: its residuals are best written in standard deviations, because damping starts from one of 1 an unknown.
        x: first guess `(F, U)`.
        rounds: at most so many; frames that have settled drop out.
        tolerance: a frame has settled when its cost falls by less than this share,
        small_step: or when no unknown moves by more than this.
        longest_step: no unknown moves further than this in one round.
    """
    x = objective.limits.clip(x)
    for start in range(0, len(x), CHUNK):
        span = slice(start, start + CHUNK)
        x[span] = _solve(objective.frames(span), x[span], rounds, (tolerance, small_step), longest_step)
    return x


def _solve(objective: Objective, x: Array, rounds: int, settled_at: tuple[float, float], longest: float) -> Array:
    tolerance, small_step = settled_at
    damping = np.full(len(x), 1e-3)
    active = np.arange(len(x))
    for _ in range(rounds):
        if len(active) == 0:
            break
        part, current = objective.frames(active), x[active]
        point = part.linear(current)
        trial = part.limits.clip(current + _step(part, point.normal_equations(), current, damping[active], longest))
        cost = part.cost(trial)
        better = cost < point.cost
        x[active[better]] = trial[better]
        damping[active] *= np.where(better, _EASIER, _HARDER)
        settled = (better & (point.cost - cost < tolerance * point.cost)) | (damping[active] > _HOPELESS)
        settled |= np.abs(trial - current).max(1) <= small_step
        active = active[~settled]
    return x


def _step(part: Objective, equations: tuple[Array, Array], current: Array, damping: Array, longest: float) -> Array:
    blocks, right = equations
    held = part.limits.held(current, right)
    diagonal = np.einsum("fii->fi", blocks)
    diagonal += damping[:, None] * (diagonal + 1.0)
    step = solve_dense(blocks, hold(blocks, right, held)[..., None])[..., 0]
    size = np.abs(step).max(1, keepdims=True)
    return step * np.minimum(1.0, longest / np.maximum(size, 1e-12))
