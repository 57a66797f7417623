"""Which vertebrae of a followed person cannot be where they were seen, because no spine bends or stretches so; and where the others put them.

Limits are the most that nine thousand postures of drawn people have, whose motions run from golf to bridges, over straight segments between
keypoints of the spine: how far a vertebra lies beside the line between its neighbours, and how far apart two of them lie. A picture shows less of
both, never more, once it is known how many pixels a metre has.
"""

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..labels.spine import SPINE_IDS, SPINE_LEVELS
from ..lifting.bone_lengths import LENGTHS_M, WIDTHS_M

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

CHAIN = SPINE_IDS[np.argsort(SPINE_LEVELS)]
"""Keypoints from S1 to C1."""
_STEPS_M = np.array([0.041, 0.071, 0.062, 0.136, 0.114, 0.062, 0.049, 0.045])
"""Mean distance from each to the next one, for a stature of 1.70 m."""
_ALONG_M = np.concatenate([[0.0], np.cumsum(_STEPS_M)])
_CURVATURE_PER_M = np.array([0.0, 21.3, 8.2, 6.6, 8.0, 7.4, 8.5, 23.0, 0.0])
"""Of the sharpest arc through each vertebra and its neighbours; sharp at L5 and C4, whose neighbours are near."""
ROOM = 1.4
"""How far over the limit counts as impossible: keypoints of a network that is right lie a few centimetres off."""
STRETCH = 1.35
LEAST_SURE = 0.25
_SCALES = (
    ("left_shoulder", "right_shoulder", WIDTHS_M["shoulder"]),
    *(
        (f"{side}_{first}", f"{side}_{second}", LENGTHS_M[first, second])
        for first, second in (("shoulder", "elbow"), ("hip", "knee"), ("knee", "ankle"))
        for side in ("left", "right")
    ),
)
"""Bones that tell how many pixels a metre has, and their lengths for a stature of 1.70 m."""
_FRAMES_OF_SCALE, _LONGEST = 90.0, 75.0
"""Percentiles: over the frames, as bones look shorter than they are but where they lie across the line of sight, and over the bones."""


def pixels_per_metre(keypoints_px: Array, scores: Array) -> float:
    """Scale of a track for somebody of 1.70 m; NaN where no bone is seen.

    Args:
        keypoints_px: `(T, 37, 2)`.
        scores: `(T, 37)`.
    """
    found = []
    for first, second, length_m in _SCALES:
        a, b = skeleton.INDEX[first], skeleton.INDEX[second]
        seen = (scores[:, [a, b]] >= LEAST_SURE).all(axis=1)
        if seen.any():
            lengths = np.linalg.norm(keypoints_px[seen, a] - keypoints_px[seen, b], axis=-1)
            found.append(float(np.nanpercentile(lengths, _FRAMES_OF_SCALE)) / length_m)
    return float(np.percentile(found, _LONGEST)) if found else float("nan")


def impossible(keypoints_px: Array, seen: Flags, scale_px_m: float) -> Flags:
    """`(T, 37)`: vertebrae that must be wrong. Of a kink the vertebra is named whose absence mends most.

    Args:
        keypoints_px: `(T, 37, 2)`.
        seen: `(T, 37)`: keypoints that count.
        scale_px_m: see `pixels_per_metre`; nothing is impossible where it is NaN.
    """
    wrong = np.zeros(seen.shape, dtype=bool)
    if not np.isfinite(scale_px_m):
        return wrong
    points, there = keypoints_px[:, CHAIN] / scale_px_m, seen[:, CHAIN]
    for frame in np.flatnonzero(there.sum(axis=1) >= 3):
        wrong[frame, CHAIN[_wrong_of_frame(points[frame], there[frame])]] = True
    return wrong


def _wrong_of_frame(points_m: Array, there: Flags) -> list[int]:
    left = [int(row) for row in np.flatnonzero(there)]
    found: list[int] = []
    while len(left) >= 3:
        now = _excess(points_m, left)
        if now <= 0.0:
            return found
        rest = [_excess(points_m, left[:i] + left[i + 1 :]) for i in range(len(left))]
        found.append(left.pop(int(np.argmin(rest))))
    return found


def _excess(points_m: Array, rows: list[int]) -> float:
    """By how many metres in all the chain through some of its vertebrae is bent or stretched too much."""
    at, along = points_m[rows], _ALONG_M[rows]
    steps = np.diff(along)
    total = np.maximum(np.linalg.norm(np.diff(at, axis=0), axis=-1) - STRETCH * steps - 0.02, 0.0).sum()
    share = (steps[:-1] / (steps[:-1] + steps[1:]))[:, None]
    beside = np.linalg.norm(at[1:-1] - (at[:-2] + share * (at[2:] - at[:-2])), axis=-1)
    allowed = 0.5 * _CURVATURE_PER_M[rows[1:-1]] * steps[:-1] * steps[1:]
    return float(total + np.maximum(beside - ROOM * allowed - 0.01, 0.0).sum())


def told_by_neighbours(keypoints_px: Array) -> tuple[Array, Flags]:
    """Vertebrae that are NaN, put between the next ones on both sides that are known; `(T, 37, 2)` and which `(T, 37)`."""
    out, told = keypoints_px.copy(), np.zeros(keypoints_px.shape[:2], dtype=bool)
    known = np.isfinite(keypoints_px[:, CHAIN, 0])
    for frame in np.flatnonzero(~known.all(axis=1) & (known.sum(axis=1) >= 2)):
        rows = np.flatnonzero(known[frame])
        lost = [row for row in np.flatnonzero(~known[frame]) if rows[0] < row < rows[-1]]
        for axis in range(2):
            out[frame, CHAIN[lost], axis] = np.interp(
                _ALONG_M[lost], _ALONG_M[rows], keypoints_px[frame, CHAIN[rows], axis]
            )
        told[frame, CHAIN[lost]] = True
    return out, told
