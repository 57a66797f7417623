"""Markers that are swapped, mislabelled or jump: found against the fitted model, put right where that is possible, and named."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array

LEAST_M = 0.06
"""A marker nearer than this to its station is never called wrong."""
TIMES_TYPICAL, LARGEST_TYPICAL_M = 5.0, 0.03
"""... nor is one within this many times its own median distance (of which no more than so much counts)."""
SUDDEN_M = 0.03
"""A marker that is wrong came there, or leaves, by at least this from one sample to the next; a model that is wrong drifts."""
SURELY_M = 0.2
"""Beyond this a marker is wrong however it came there."""


FaultKind = Literal["swapped", "mislabelled", "jumping", "wandering", "unexplained"]


@dataclass(frozen=True)
class Fault:
    """One stretch of frames in which markers are not where their labels say."""

    kind: FaultKind
    labels: tuple[str, ...]
    """The swapped pair; or the wrong label and the marker that it follows; or the jumping or wandering one; or those farthest off in frames
    that nothing explains."""
    first: int
    last: int
    """Frames, both inclusive."""
    frames: int
    """How many of them are wrong."""
    size_m: float = 0.0
    """How far off a wandering marker is, or the markers of an unexplained frame, root mean square."""

    def sentence(self) -> str:
        """For a report."""
        where = f"frame {self.first}" if self.first == self.last else f"frames {self.first}-{self.last}"
        many = f" ({self.frames} frames)" if self.frames != self.last - self.first + 1 else ""
        if self.kind == "swapped":
            return f"{self.labels[0]} and {self.labels[1]} are swapped in {where}{many}: swapped back"
        if self.kind == "mislabelled":
            return f"{self.labels[0]} is {self.labels[1]} in {where}{many}: relabelled"
        if self.kind == "wandering":
            return (
                f"{self.labels[0]} lies {1000 * self.size_m:.0f} mm RMS from its place all through the clip: left out"
            )
        if self.kind == "unexplained":
            lies = "lies" if self.first == self.last else "lie up to"
            return f"{where}{many} {lies} {1000 * self.size_m:.0f} mm RMS from the model, most of all {', '.join(self.labels)}"
        return f"{self.labels[0]} is far from its place in {where}{many}: left out there"


def repair(
    labels: tuple[str, ...], observed_m: Array, expected_m: Array, gap_frames: int = 12
) -> tuple[Array, tuple[Fault, ...]]:
    """Put wrong labels right and blank what cannot be right.

    Args:
        observed_m: `(F, M, 3)`, NaN for gaps.
        expected_m: `(F, M, 3)` from a robust fit of the same frames.
        gap_frames: wrong frames this near to each other are one fault.

    Returns:
        Corrected observations and what was found, in order of the first frame.
    """
    observed = observed_m.copy()
    distance = np.linalg.norm(observed - expected_m, axis=-1)
    seen = np.isfinite(distance).any(0)
    typical = np.zeros(distance.shape[1])
    typical[seen] = np.nanmedian(distance[:, seen], axis=0)
    limit = np.maximum(LEAST_M, TIMES_TYPICAL * np.minimum(typical, LARGEST_TYPICAL_M))
    wrong = _sudden(observed - expected_m, np.nan_to_num(distance) > limit)
    faults: list[Fault] = []
    faults += _swaps(labels, observed, expected_m, distance, wrong=wrong, limit=limit, gap_frames=gap_frames)
    faults += _mislabels(labels, observed, expected_m, wrong, limit=limit, gap_frames=gap_frames)
    for marker in np.flatnonzero(wrong.any(0)):
        frames = np.flatnonzero(wrong[:, marker])
        observed[frames, marker] = np.nan
        faults += stretches("jumping", (labels[marker],), frames, gap_frames)
    return observed, tuple(sorted(faults, key=lambda fault: (fault.first, fault.labels)))


def _sudden(error: Array, wrong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of stretches `(F, M)` of wrong samples, those that begin or end with a jump of the error `(F, M, 3)`, or are far off."""
    out = np.zeros_like(wrong)
    for marker in np.flatnonzero(wrong.any(0)):
        seen = np.flatnonzero(np.isfinite(error[:, marker, 0]))
        track, bad = error[seen, marker], wrong[seen, marker]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(int)))
        for first, last in edges.reshape(-1, 2):
            jumps = [np.linalg.norm(track[i] - track[i - 1]) for i in (first, last) if 0 < i < len(track)]
            if max(jumps, default=0.0) > SUDDEN_M or np.linalg.norm(track[first:last], axis=-1).max() > SURELY_M:
                out[seen[first:last], marker] = True
    return out


def _swaps(
    labels: tuple[str, ...],
    observed: Array,
    expected: Array,
    distance: Array,
    *,
    wrong: NDArray[np.bool_],
    limit: Array,
    gap_frames: int,
) -> list[Fault]:
    faults = []
    suspects = np.flatnonzero(wrong.any(0))
    for place, a in enumerate(suspects):
        for b in suspects[place + 1 :]:
            frames = np.flatnonzero(wrong[:, a] & wrong[:, b])
            if len(frames) == 0:
                continue
            crossed_a = np.linalg.norm(observed[frames, a] - expected[frames, b], axis=-1)
            crossed_b = np.linalg.norm(observed[frames, b] - expected[frames, a], axis=-1)
            before = distance[frames, a] + distance[frames, b]
            good = (crossed_a < limit[b]) & (crossed_b < limit[a]) & (crossed_a + crossed_b < 0.6 * before)
            frames = frames[good]
            if len(frames) == 0:
                continue
            observed[frames, a], observed[frames, b] = observed[frames, b].copy(), observed[frames, a].copy()
            wrong[frames, a] = wrong[frames, b] = False
            faults += stretches("swapped", (labels[a], labels[b]), frames, gap_frames)
    return faults


def _mislabels(
    labels: tuple[str, ...],
    observed: Array,
    expected: Array,
    wrong: NDArray[np.bool_],
    *,
    limit: Array,
    gap_frames: int,
) -> list[Fault]:
    """A wrong marker that lies where a missing one (or another wrong one) should be."""
    faults = []
    for a in np.flatnonzero(wrong.any(0)):
        frames = np.flatnonzero(wrong[:, a])
        vacant = np.isnan(observed[frames, :, 0]) | wrong[frames]
        vacant[:, a] = False
        away = np.linalg.norm(observed[frames, None, a] - expected[frames], axis=-1)
        away = np.where(vacant, away, np.inf)
        target = np.argmin(away, axis=1)
        good = away[np.arange(len(frames)), target] < 0.5 * limit[target]
        for b in np.unique(target[good]):
            moved = frames[good & (target == b)]
            if len(moved) < 3:
                continue
            observed[moved, b] = observed[moved, a]
            observed[moved, a] = np.nan
            wrong[moved, a] = wrong[moved, b] = False
            faults += stretches("mislabelled", (labels[a], labels[b]), moved, gap_frames)
    return faults


def stretches(kind: FaultKind, labels: tuple[str, ...], frames: NDArray[np.int_], gap: int) -> list[Fault]:
    """A fault for every run of frames that are at most `gap` apart."""
    if len(frames) == 0:
        return []
    cuts = np.flatnonzero(np.diff(frames) > gap) + 1
    return [Fault(kind, labels, int(part[0]), int(part[-1]), len(part)) for part in np.split(frames, cuts)]
