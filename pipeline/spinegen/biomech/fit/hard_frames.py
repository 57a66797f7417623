"""Frames that no pose explains: tried again from other starts, then without the markers that are to blame, else named."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array, Flags
from ..ik.batch import Stop, solve_batch
from .inverse import solve_around
from .marker_faults import LEAST_M, Fault, stretches
from .problem import Problem

HARD_M = 0.025
"""A frame whose markers lie farther than this from the model, RMS, is a hard one: beyond what OpenSim's guideline calls usable."""
MOST_BLAMED = 0.34
"""If more than this part of a frame's markers would have to go, it is the frame that is wrong."""
WANDERING_M, TIMES_OTHERS = 0.03, 3.0
"""A marker farther than this from its place in half of all frames, and so many times as far as most, is on no rigid body."""
NAMED = 3
"""Markers that the fault of a frame names."""


def settle(
    labels: tuple[str, ...], problem: Problem, q: Array, smooth: bool = True
) -> tuple[Problem, Array, tuple[Fault, ...]]:
    """Bring every frame under `HARD_M`, or say which markers keep it above.

    Returns:
        The problem without the markers to blame, the poses, and the faults.
    """
    faults: list[Fault] = []
    observed, wandering = _without_wanderers(labels, problem, q)
    if wandering:
        problem = replace(problem, observed_m=observed)
        q = _again(problem, q, np.arange(len(q)), smooth)
        faults += wandering
    for _ in range(2):
        hard = frame_rms_m(problem, q) > HARD_M
        if not hard.any():
            return problem, q, tuple(faults)
        q = _from_neighbours(problem, q, hard, smooth)
    hard = frame_rms_m(problem, q) > HARD_M
    observed, blamed = _blame(labels, problem, q, hard)
    faults += blamed
    changed = np.flatnonzero((np.isnan(observed) != np.isnan(problem.observed_m)).any((1, 2)))
    if len(changed):
        problem = replace(problem, observed_m=observed)
        q = _again(problem, q, changed, smooth)
    rest = frame_rms_m(problem, q)
    faults += _unexplained(labels, problem, q, rest > HARD_M)
    return problem, q, tuple(sorted(faults, key=lambda fault: (fault.first, fault.labels)))


def frame_rms_m(problem: Problem, q: Array) -> Array:
    """Distance `(F,)` of the seen markers from the model, root mean square; 0 where none is seen."""
    return np.sqrt(problem.squares(q).sum(1) / np.maximum(problem.seen(), 1))


def _again(problem: Problem, q: Array, frames: NDArray[np.int_], smooth: bool) -> Array:
    """Solve again where observations have changed."""
    q = q.copy()
    if smooth:
        return solve_around(problem, q, frames)
    q[frames] = solve_batch(problem.frames(frames).objective(), q[frames])
    return q


def _from_neighbours(problem: Problem, q: Array, hard: Flags, smooth: bool) -> Array:
    """Hard frames started anew from the nearest easy frame before and after; what explains them much better is kept."""
    easy = np.flatnonzero(~hard)
    rows = np.flatnonzero(hard)
    if len(easy) == 0:
        return q
    part = problem.frames(rows)
    best, cost = q[rows].copy(), frame_rms_m(part, q[rows])
    after = np.searchsorted(easy, rows)
    for nearest in (np.maximum(after - 1, 0), np.minimum(after, len(easy) - 1)):
        trial = solve_batch(part.objective(widen=8.0), q[easy[nearest]], Stop(25))
        trial = solve_batch(part.objective(), trial, Stop(10))
        found = frame_rms_m(part, trial)
        better = found < 0.8 * cost
        best[better], cost[better] = trial[better], found[better]
    moved = np.flatnonzero((best != q[rows]).any(1))
    if len(moved) == 0:
        return q
    q = q.copy()
    q[rows] = best
    return _again(problem, q, rows[moved], smooth)


def _without_wanderers(labels: tuple[str, ...], problem: Problem, q: Array) -> tuple[Array, list[Fault]]:
    """Observations without markers that are on no rigid body, and a fault for each."""
    seen = np.isfinite(problem.observed_m[..., 0])
    there = seen.any(0)
    square = np.where(seen, problem.squares(q), np.nan)
    middle, rms = np.zeros(seen.shape[1]), np.zeros(seen.shape[1])
    middle[there] = np.sqrt(np.nanmedian(square[:, there], axis=0))
    rms[there] = np.sqrt(np.nanmean(square[:, there], axis=0))
    wanders = (middle > WANDERING_M) & (middle > TIMES_OTHERS * float(np.median(middle[there])))
    observed = problem.observed_m.copy()
    if wanders.mean() > MOST_BLAMED / 2:
        return observed, []
    observed[:, wanders] = np.nan
    last = len(observed) - 1
    return observed, [
        Fault("wandering", (labels[marker],), 0, last, int(seen[:, marker].sum()), float(rms[marker]))
        for marker in np.flatnonzero(wanders)
    ]


def _blame(labels: tuple[str, ...], problem: Problem, q: Array, hard: Flags) -> tuple[Array, list[Fault]]:
    """Observations without the farthest markers of hard frames, where leaving out a few brings the rest under the bound."""
    square = problem.squares(q)
    observed = problem.observed_m.copy()
    out = np.zeros(square.shape, dtype=bool)
    for frame in np.flatnonzero(hard):
        seen = np.isfinite(problem.observed_m[frame, :, 0])
        order = np.argsort(-square[frame], kind="stable")
        for count in range(1, int(MOST_BLAMED * seen.sum()) + 1):
            if square[frame, order[count - 1]] < LEAST_M**2:
                break
            rest = square[frame].sum() - square[frame, order[:count]].sum()
            if rest / (seen.sum() - count) <= HARD_M**2:
                out[frame, order[:count]] = True
                break
    observed[out] = np.nan
    gap = max(1, round(problem.rate_hz / 10))
    faults: list[Fault] = []
    for marker in np.flatnonzero(out.any(0)):
        faults += stretches("jumping", (labels[marker],), np.flatnonzero(out[:, marker]), gap)
    return observed, faults


def _unexplained(labels: tuple[str, ...], problem: Problem, q: Array, hard: Flags) -> list[Fault]:
    """A fault for every stretch that stays above the bound, with the markers that lie farthest."""
    square = problem.squares(q)
    rms = frame_rms_m(problem, q)
    faults: list[Fault] = []
    for fault in stretches("unexplained", (), np.flatnonzero(hard), max(1, round(problem.rate_hz / 10))):
        span = slice(fault.first, fault.last + 1)
        worst = np.argsort(-square[span].sum(0), kind="stable")[:NAMED]
        names = tuple(labels[marker] for marker in worst)
        faults.append(replace(fault, labels=names, size_m=float(rms[span].max())))
    return faults
