"""Whether a capture is mirrored, or has its left and right labels exchanged: what the parts of the body vote for."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..geometry.types import Array
from .anatomy import SIDES, Places, body_length, stations_of
from .clip import seen_samples

MIRRORED = -0.5
"""A weighted mean vote (+1 as real bodies are, -1 mirrored) below this is a mirrored body."""
_FRONT_BACK = (
    ("pelvis", "RASI LASI", "RPSI LPSI SACR"),
    ("chest", "CLAV STRN", "C7 T10"),
    ("head", "RFHD LFHD FORE REYE LEYE NOSE", "RBHD LBHD BACK REAR LEAR"),
    ("face", "keypoint/nose keypoint/left_eye keypoint/right_eye", "keypoint/left_ear keypoint/right_ear"),
)
"""Stations before and behind on one rigid part."""
_TOE = "{S}TOE {S}MT1 {S}MT2 {S}MT5 keypoint/{side}_big_toe keypoint/{side}_small_toe joint/toes_{s}"
_HEEL = "{S}HEE {S}HEL {S}HEM {S}ANL {S}ANM keypoint/{side}_heel keypoint/{side}_ankle joint/talus_{s}"
_HIP = "{S}GTR keypoint/{side}_hip joint/femur_{s}"
_KNEE_WEIGHT, _ELBOW_WEIGHT = 1.0, 0.5
"""Knees bend one way; so do elbows, but the shoulder turns them about."""
_BENT = 0.05
"""A joint is bent when it lies this part of the body's length off the line between its neighbours (18 deg at a knee)."""
_BENT_FROM_PELVIS = 0.12
"""The same for a knee where the pelvis has to stand for the hip: it lies some centimetres off."""
_CLEAR_KNEE, _CLEAR_ELBOW = 0.3, 0.6
"""How squarely the plane of a bend must stand to the body for a frame to count."""
_NOSE, _CLEAR_NOSE = 0.03, 0.6
"""The same two for the nose (4 cm before the line from neck to crown)."""
_FEWEST = 0.02
"""Part of the frames in which a joint must be bent to have a vote."""


@dataclass(frozen=True)
class Vote:
    """What one part of the body says."""

    part: str
    value: float
    """+1 as real bodies are, -1 mirrored; values between tell how many frames disagree."""
    weight: float


def votes(places: Places) -> list[Vote]:
    """Votes of every part that the labels tell about.

    For each part with a front and a back the sign of (forward x up) . right is counted over frames, with up from pelvis to
    shoulders and right from the left to the right side; knees and elbows, which bend one way, give a forward of their own.
    """
    up = _difference(places.segment("left shoulder", "right shoulder", "chest"), places.segment("pelvis"))
    right = _side_vector(places)
    if right is None:
        return []
    found: list[Vote] = []
    for part, front, back in _FRONT_BACK:
        forward = _difference(places.mean(stations_of(front)), places.mean(stations_of(back)))
        if forward is not None and up is not None:
            found.append(Vote(part, _mean_sign(_triple(forward, up, right)), 1.0))
    size = body_length(places)
    found += _nose_vote(places, right, size)
    for side, (_, name, _) in enumerate(SIDES):
        forward = _difference(places.mean(stations_of(_TOE, side)), places.mean(stations_of(_HEEL, side)))
        shank = _difference(places.segment(f"{name} knee"), places.segment(f"{name} ankle"))
        if forward is not None and shank is not None:
            found.append(Vote("feet", _mean_sign(_triple(forward, shank, right)), 1.0))
        hip = places.mean(stations_of(_HIP, side))
        off = (_BENT if hip is not None else _BENT_FROM_PELVIS) * size
        knee = _bend(places.segment("pelvis") if hip is None else hip, places, (f"{name} knee", f"{name} ankle"), off)
        if knee is not None:
            found.append(Vote("knees", _clear_sign(_cosine(*knee, right), _CLEAR_KNEE), _KNEE_WEIGHT))
        elbow = _bend(places.segment(f"{name} shoulder"), places, (f"{name} elbow", f"{name} wrist"), _BENT * size)
        if elbow is not None:
            found.append(Vote("elbows", -_clear_sign(_cosine(*elbow, right), _CLEAR_ELBOW), _ELBOW_WEIGHT))
    return [vote for vote in found if np.isfinite(vote.value)]


def balance(ballot: list[Vote]) -> float:
    """Weighted mean of the votes; 0 when there are none."""
    total = sum(vote.weight for vote in ballot)
    return sum(vote.value * vote.weight for vote in ballot) / total if total else 0.0


def put_sides_right(
    positions_ground_m: Array, stations: dict[int, str], mirror: bool | None
) -> tuple[Array, list[str]]:
    """Positions of a body with its heart on the left: z is negated where the votes, or the user, say mirrored.

    Args:
        mirror: True mirrors, False leaves the capture as it is, None lets the body decide.
    """
    if mirror is False:
        return positions_ground_m, []
    ballot = votes(Places(positions_ground_m, stations))
    if mirror is None and balance(ballot) > MIRRORED:
        against = _against(ballot)
        if not against:
            return positions_ground_m, []
        return positions_ground_m, [
            f"{against} are on the wrong side by how they bend or point, the rest of the body is not: left as it is (--mirror turns it)"
        ]
    turned = positions_ground_m * np.array([1.0, 1.0, -1.0])
    if mirror:
        return turned, ["the capture was mirrored, as asked for"]
    return turned, [
        f"the capture was mirrored or has left and right exchanged, by its {_parts(ballot)}: it was mirrored back (--no-mirror leaves it)"
    ]


def _against(ballot: list[Vote]) -> str:
    """Parts whose votes, both sides together, say that the body is mirrored."""
    parts: dict[str, list[float]] = {}
    for vote in ballot:
        parts.setdefault(vote.part, []).append(vote.value)
    return " and ".join(part for part, values in parts.items() if len(values) > 1 and np.mean(values) < MIRRORED)


def _parts(ballot: Iterable[Vote]) -> str:
    return " and ".join(dict.fromkeys(vote.part for vote in ballot))


def _nose_vote(places: Places, right: Array, size: float) -> list[Vote]:
    """The nose lies before the line from neck to crown."""
    crown = places.mean(["landmark/TOPH", "keypoint/head"])
    off = _off_line(crown, places.mean(["keypoint/nose"]), places.mean(["centroid/C7", "keypoint/neck"]), _NOSE * size)
    return [Vote("face", _clear_sign(_cosine(*off, right), _CLEAR_NOSE), 0.5)] if off is not None else []


def _difference(a: Array | None, b: Array | None) -> Array | None:
    return None if a is None or b is None else a - b


def _side_vector(places: Places) -> Array | None:
    """From the left to the right side of shoulders and pelvis, summed, `(F, 3)`."""
    steps = [_difference(places.segment("right shoulder"), places.segment("left shoulder"))]
    for words in ("{S}ASI {S}PSI {S}ICR", "keypoint/{side}_hip joint/femur_{s}"):
        steps.append(_difference(places.mean(stations_of(words, 0)), places.mean(stations_of(words, 1))))
    known = [step for step in steps if step is not None]
    if not known:
        return None
    stacked = np.stack(known)
    seen = seen_samples(stacked)
    total = np.where(seen[..., None], stacked, 0.0).sum(0)
    return np.where(np.logical_or.reduce(seen, axis=0)[:, None], total, np.nan)


def _bend(
    upper: Array | None, places: Places, middle_and_end: tuple[str, str], least: float
) -> tuple[Array, Array] | None:
    """How far a joint lies off the line between its neighbours, see `_off_line`."""
    joint, end = (places.segment(name) for name in middle_and_end)
    return _off_line(upper, joint, end, least)


def _off_line(
    upper: Array | None, point: Array | None, lower: Array | None, least: float
) -> tuple[Array, Array] | None:
    """From a line to a point beside it, and the line upwards, `(F, 3)` each; NaN where the point lies off it by less than `least`."""
    if upper is None or point is None or lower is None or not np.isfinite(least):
        return None
    line = upper - lower
    along = np.einsum("fi,fi->f", point - lower, line) / np.maximum(np.einsum("fi,fi->f", line, line), 1e-12)
    off = point - lower - along[:, None] * line
    return np.where((np.linalg.norm(off, axis=-1) > least)[:, None], off, np.nan), line


def _triple(forward: Array, up: Array, right: Array) -> Array:
    return np.einsum("fi,fi->f", np.cross(forward, up), right)


def _cosine(forward: Array, up: Array, right: Array) -> Array:
    """The triple product of unit vectors."""
    length = np.linalg.norm(forward, axis=-1) * np.linalg.norm(up, axis=-1) * np.linalg.norm(right, axis=-1)
    return _triple(forward, up, right) / np.maximum(length, 1e-12)


def _mean_sign(values: Array) -> float:
    values = values[np.isfinite(values) & (values != 0)]
    return float(np.sign(values).mean()) if len(values) else np.nan


def _clear_sign(cosines: Array, clear: float) -> float:
    """Mean sign where a bend stands squarely enough; NaN where that is too seldom."""
    found = cosines[np.isfinite(cosines) & (np.abs(cosines) > clear)]
    return float(np.sign(found).mean()) if len(found) >= max(_FEWEST * len(cosines), 1) else np.nan
