"""Inverse kinematics of a whole clip with a model that already fits the performer."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from ...geometry.types import Array
from ..ik.banded import OVERLAP_S, solve_banded, solve_stretch
from ..ik.batch import Stop, solve_batch
from ..model.spine_model import SpineModel
from .initial_poses import between, first_poses
from .marker_faults import Fault, repair
from .problem import Problem

KEY_S = 1.0
"""Seconds between the frames that are solved from scratch."""
SUSPICIOUS, SUSPICIOUS_M = 3.0, 0.02
"""A frame is suspicious when its RMS is so many times the median one, and more than so much."""
LONG_WINDOW = 1500
COARSE_HZ = 30.0
"""Rate at which poses are first solved one by one, before all frames are smoothed together."""


def key_frames(problem: Problem, least: int = 12) -> NDArray[np.int_]:
    """Frames about a second apart, first and last included, each the best-seen one of its neighbourhood."""
    count = len(problem.observed_m)
    wanted = max(least, round(count / problem.rate_hz / KEY_S) + 1)
    frames = np.unique(np.linspace(0, count - 1, min(wanted, count)).round().astype(int))
    seen = problem.seen()
    reach = max(0, int(np.diff(frames).min() // 4)) if len(frames) > 1 else 0
    moved = []
    for frame in frames:
        low, high = max(0, frame - reach), min(count, frame + reach + 1)
        moved.append(low + int(np.argmax(seen[low:high] - 1e-3 * np.abs(np.arange(low, high) - frame))))
    return np.unique(moved)


def solve_motion(
    model: SpineModel,
    problem: Problem,
    keys: tuple[NDArray[np.int_], Array] | None = None,
    smooth: bool = True,
    *,
    advance: Callable[[int], None] | None = None,
) -> Array:
    """Poses `(F, Q)` of all frames.

    Args:
        model: the scaled model, markers in place, of `problem`.
        keys: frames and poses `(K, Q)` that are known already.
        smooth: solve all frames together; else each for itself.
        advance: called with the number of frames that have become final.
    """
    count = len(problem.observed_m)
    if keys is None:
        frames = key_frames(problem)
        keys = frames, first_poses(model, problem.frames(frames), problem.kinematics.stations)
    step = max(1, round(problem.rate_hz / COARSE_HZ))
    frames, poses = between(problem, *keys, model, step=step)
    q = interpolate(frames, poses, count)
    if not smooth:
        return solve_batch(problem.objective(), q, Stop(12))
    return rescue(problem, solve_banded(problem.objective(), problem.smoothness, q, advance=advance))


def rescue(problem: Problem, q: Array) -> Array:
    """Stretches that settled in a wrong posture, which the robust loss then left alone, are started anew from the good frames around them.

    A stretch is suspicious when its markers lie several times as far off as usual; it is replaced where that makes it much better.
    """
    far = _plain_cost(problem, q)
    limit = max(SUSPICIOUS**2 * float(np.median(far)), SUSPICIOUS_M**2)
    bad = far > limit
    if not bad.any() or bad.all():
        return q
    q = q.copy()
    good = np.flatnonzero(~bad)
    rows = np.flatnonzero(bad)
    part = problem.frames(rows)
    trial = solve_batch(part.objective(widen=8.0), interpolate(good, q[good], len(q))[rows], Stop(25))
    trial = solve_batch(part.objective(widen=2.0), trial, Stop(10))
    better = _plain_cost(part, trial) < 0.5 * far[rows]
    q[rows[better]] = trial[better]
    return solve_around(problem, q, rows[better])


def _plain_cost(problem: Problem, q: Array) -> Array:
    """Mean squared distance `(F,)` of the seen markers, each counted up to 20 cm."""
    return np.minimum(problem.squares(q), 0.04).sum(1) / np.maximum(problem.seen(), 1.0)


def solve_around(problem: Problem, q: Array, frames: NDArray[np.int_]) -> Array:
    """Smooth again where frames have changed."""
    reach = round(2 * OVERLAP_S * problem.rate_hz) + 2
    for first, last in _windows(frames, reach, len(q)):
        span = slice(first, last)
        objective = problem.frames(span).objective()
        if last - first > LONG_WINDOW:
            q[span] = solve_banded(objective, problem.smoothness, q[span])
        else:
            head, tail = 2 if first > 0 else 0, 2 if last < len(q) else 0
            q[span] = solve_stretch(objective, problem.smoothness, q[span], head=head, tail=tail)
    return q


def interpolate(frames: NDArray[np.int_], poses: Array, count: int) -> Array:
    """Poses `(count, Q)` between known ones: smooth where there are at least four, held at the ends."""
    if len(frames) == 1:
        return np.repeat(poses, count, axis=0)
    inside = np.clip(np.arange(count), frames[0], frames[-1])
    return np.asarray(PchipInterpolator(frames, poses, axis=0)(inside))


def mend(
    labels: tuple[str, ...], problem: Problem, q: Array, smooth: bool = True
) -> tuple[Problem, Array, tuple[Fault, ...]]:
    """Find and repair wrong markers against the fitted motion, and solve again where something was repaired.

    Returns:
        The problem with corrected observations, the poses, and the faults.
    """
    expected = problem.kinematics.positions(q)
    observed, faults = repair(labels, problem.observed_m, expected, gap_frames=max(1, round(problem.rate_hz / 10)))
    if not faults:
        return problem, q, ()
    changed = np.any(
        (observed != problem.observed_m) & ~(np.isnan(observed) & np.isnan(problem.observed_m)), axis=(1, 2)
    )
    problem = replace(problem, observed_m=observed)
    q = q.copy()
    if not smooth:
        rows = np.flatnonzero(changed)
        q[rows] = solve_batch(problem.frames(rows).objective(), q[rows])
        return problem, q, faults
    return problem, solve_around(problem, q, np.flatnonzero(changed)), faults


def _windows(frames: NDArray[np.int_], reach: int, count: int) -> list[tuple[int, int]]:
    """Stretches of frames around changed ones, merged where they meet."""
    windows: list[tuple[int, int]] = []
    for frame in frames:
        low, high = max(0, int(frame) - reach), min(count, int(frame) + reach + 1)
        if windows and low <= windows[-1][1]:
            windows[-1] = (windows[-1][0], high)
        else:
            windows.append((low, high))
    return windows
