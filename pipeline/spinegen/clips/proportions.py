"""Bodies that cannot be: points in one plane, collapsed limbs, proportions that nobody has."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..errors import ClipError
from ..geometry.types import Array
from .anatomy import SIDES, Places, median_length, stations_of
from .clip import seen_samples

FLAT_PART = 0.004
"""Thickness of all points about their best plane, as part of stature (7 mm of 1.75 m), that no body stays below."""
# Lengths between segments as part of stature. Means of adults are near the middle (Winter, Biomechanics and Motor Control of Human Movement,
# 4th ed., table 4.1: thigh 0.245, shank 0.246, upper arm 0.186, forearm 0.146, shoulders 0.26); the ranges are wide enough for children of two
# years, for markers on the skin in place of joint centres, and for the joints of animation skeletons.
_RANGES: dict[str, tuple[float, float]] = {
    "trunk": (0.17, 0.45),
    "thigh": (0.13, 0.36),
    "shank": (0.13, 0.36),
    "upper arm": (0.09, 0.28),
    "forearm": (0.07, 0.25),
    "shoulder width": (0.11, 0.36),
    "hip width": (0.03, 0.30),
}
FEW_FRAMES = 20
"""Of fewer frames it is not judged whether lengths change."""
SHOWN = 4
"""Lengths that an error names."""
_LEFT_TO_RIGHT = 1.6
"""A limb may be so many times as long as the other side's."""
_VARIES = 0.6
"""From its 5th to its 95th percentile a limb's length may change by this part of its median: markers slide by a tenth of it."""
_LIMBS = (
    ("thigh", "hip", "knee"),
    ("shank", "knee", "ankle"),
    ("upper arm", "shoulder", "elbow"),
    ("forearm", "elbow", "wrist"),
)
_SHOULDERS = "{S}ACR {S}SHA {S}SCA keypoint/{side}_shoulder joint/humerus_{s}"
"""Collarbones lie too near the middle to tell how wide a body is."""
_HIPS = {side: (f"keypoint/{side}_hip", f"joint/femur_{side[0]}") for side in ("left", "right")}
_WAIST = {
    side: (f"landmark/{side[0].upper()}ASI", f"landmark/{side[0].upper()}PSI", *_HIPS[side])
    for side in ("left", "right")
}


def refuse_impossible(
    path: Path, positions_m: Array, stations: dict[int, str], stature_m: float, *, hint: str = ""
) -> None:
    """Refuse what cannot be a person's body.

    Args:
        positions_m: `(F, M, 3)`, some frames of the clip.
        stature_m: as judged from the same points.
        hint: what in the file may explain it.

    Raises:
        ClipError: the text gives the figures.
    """
    thickness = thickness_m(positions_m)
    if np.isfinite(thickness) and thickness < FLAT_PART * stature_m:
        raise ClipError(
            f"{path}: all points of a frame lie within {1000 * thickness:.1f} mm of one plane (a person of {stature_m:.2f} m is at least "
            f"{1000 * FLAT_PART * stature_m:.0f} mm thick): these are no 3D points{hint}"
        )
    places = Places(positions_m, stations)
    wrong = [*odd_lengths(places, stature_m), *_changing_limbs(places)]
    if wrong:
        more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise ClipError(
            f"{path}: its points make no body that people have, in brackets what fits {stature_m:.2f} m: {'; '.join(wrong[:SHOWN])}{more}{hint}"
        )


def odd_lengths(places: Places, stature: float) -> list[str]:
    """What is wrong with the lengths between the parts of a body of this stature, in its unit (shown as if that were metres)."""
    wrong = []
    for name, sides in lengths(places).items():
        low, high = (limit * stature for limit in _RANGES[name])
        for side, length in sides.items():
            if not low <= length <= high:
                wrong.append(f"{side}{name} {100 * length:.1f} cm ({100 * low:.0f} to {100 * high:.0f})")
        if len(sides) == 2 and max(sides.values()) > _LEFT_TO_RIGHT * min(sides.values()):
            text = " and ".join(f"{100 * length:.1f} cm" for length in sides.values())
            wrong.append(f"left and right {name} {text} (at most {_LEFT_TO_RIGHT:g} times each other)")
    return wrong


def thickness_m(positions: Array) -> float:
    """Median over frames of the points' RMS distance from their best plane; NaN where no frame shows five points."""
    values = []
    for frame in positions[:: max(1, len(positions) // 200)]:
        points = frame[seen_samples(frame)]
        if len(points) >= 5:
            values.append(np.linalg.svd(points - points.mean(0), compute_uv=False)[-1] / np.sqrt(len(points)))
    return float(np.median(values)) if values else float("nan")


def lengths(places: Places) -> dict[str, dict[str, float]]:
    """Median lengths by name and side (`"left "`, `"right "` or `""`), of whatever the labels tell."""
    out: dict[str, dict[str, float]] = {}
    pelvis = places.segment("pelvis")
    trunk = median_length(places.segment("left shoulder", "right shoulder", "chest"), pelvis)
    shoulder = _shoulders(places)
    shoulders = median_length(shoulder["left"], shoulder["right"])
    hips = median_length(places.mean(_WAIST["left"]), places.mean(_WAIST["right"]))
    for name, length in (("trunk", trunk), ("shoulder width", shoulders), ("hip width", hips)):
        if np.isfinite(length):
            out[name] = {"": length}
    for name, side, start, end in _limbs(places):
        length = median_length(start, end)
        if np.isfinite(length):
            out.setdefault(name, {})[f"{side} "] = length
    return out


def _shoulders(places: Places) -> dict[str, Array | None]:
    return {name: places.mean(stations_of(_SHOULDERS, side)) for side, (_, name, _) in enumerate(SIDES)}


def _limbs(places: Places) -> Iterator[tuple[str, str, Array | None, Array | None]]:
    """Name and side of every limb, and its two ends `(F, 3)`."""
    pelvis, shoulder = places.segment("pelvis"), _shoulders(places)
    for name, upper, lower in _LIMBS:
        for side in ("left", "right"):
            hip = places.mean(_HIPS[side])
            known = {"hip": pelvis if hip is None else hip, "shoulder": shoulder[side]}
            start = known[upper] if upper in known else places.segment(f"{side} {upper}")
            yield name, side, start, places.segment(f"{side} {lower}")


def _changing_limbs(places: Places) -> list[str]:
    """Limbs whose length changes as no bone's does, where there are at least two: bodies seen in a projection."""
    found = []
    for name, side, start, end in _limbs(places):
        if start is None or end is None:
            continue
        spans = np.linalg.norm(start - end, axis=-1)
        spans = spans[np.isfinite(spans)]
        if len(spans) < FEW_FRAMES:
            continue
        low, middle, high = np.percentile(spans, (5, 50, 95))
        if high - low > _VARIES * middle:
            found.append(
                f"{side} {name} from {100 * low:.1f} to {100 * high:.1f} cm in one clip (bones keep their length)"
            )
    return found if len(found) > 1 else []
