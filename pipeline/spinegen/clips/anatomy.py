"""What the labels of a capture say about the body: its segments, which way is up, how large it is.

Works on stations (the model's vocabulary), which a marker set gives each label; poses do not matter, because up is taken
along the body itself wherever that is possible.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from .. import skeleton
from ..geometry.types import Array
from .clip import seen_samples

SIDES = (("R", "right", "r"), ("L", "left", "l"))

_CENTRAL = {
    "head": "TOPH FORE BACK NOSE CHIN HEDC keypoint/nose keypoint/head joint/skull",
    "neck": "keypoint/neck_02 keypoint/neck_03",
    "chest": "CLAV STRN MANU keypoint/neck keypoint/spine_04 keypoint/spine_05",
    "lumbar spine": "keypoint/spine_01 keypoint/spine_02 keypoint/spine_03",
    "pelvis": "SACR S1 MHIP keypoint/hip",
}
_PAIRED = {
    "head": "{S}FHD {S}BHD {S}EAR {S}EYE {S}JAW keypoint/{side}_eye keypoint/{side}_ear",
    "chest": "{S}CHE {S}BAK {S}RIB {S}SCI {S}SCT {S}SCJ keypoint/{side}_latissimus",
    "shoulder": "{S}ACR {S}SCA {S}SHA {S}CLM keypoint/{side}_shoulder keypoint/{side}_clavicle "
    "joint/clavicle_{s} joint/scapula_{s} joint/humerus_{s}",
    "upper arm": "{S}UPA {S}UPU {S}UPD {S}UPB",
    "elbow": "{S}ELL {S}ELM {S}ELP keypoint/{side}_elbow joint/ulna_{s}",
    "forearm": "{S}FRM {S}FRU",
    "wrist": "{S}WRR {S}WRU keypoint/{side}_wrist joint/hand_{s}",
    "hand": "{S}HND {S}MC2 {S}MC3 {S}MC5 {S}THM {S}IND {S}FTP",
    "pelvis": "{S}ASI {S}PSI {S}ICR keypoint/{side}_hip joint/femur_{s}",
    "thigh": "{S}GTR {S}THF {S}THL {S}THU {S}THD",
    "knee": "{S}KNL {S}KNM {S}TTB keypoint/{side}_knee joint/tibia_{s}",
    "shank": "{S}SKF {S}SKL {S}SKU {S}SKD",
    "ankle": "{S}ANL {S}ANM keypoint/{side}_ankle joint/talus_{s}",
    "foot": "{S}HEE {S}HEL {S}HEM {S}DOR {S}MT1 {S}MT2 {S}MT5 {S}TOE joint/toes_{s} keypoint/{side}_heel "
    "keypoint/{side}_big_toe keypoint/{side}_small_toe",
}


def stations_of(words: str, side: int | None = None) -> list[str]:
    """Stations of a table entry; a word without a slash is a landmark."""
    if side is not None:
        big, word, small = SIDES[side]
        words = words.format(S=big, side=word, s=small)
    return [word if "/" in word else f"landmark/{word}" for word in words.split()]


def _segments() -> dict[str, str]:
    table = {station: segment for segment, words in _CENTRAL.items() for station in stations_of(words)}
    for segment, words in _PAIRED.items():
        for side, (_, word, _s) in enumerate(SIDES):
            name = segment if segment in ("head", "pelvis", "chest") else f"{word} {segment}"
            table |= dict.fromkeys(stations_of(words, side), name)
    parts = {"S": "pelvis", "L": "lumbar spine", "T": "chest", "C": "neck"}
    for vertebra in skeleton.VERTEBRAE:
        for prefix in ("centroid", "posterior", "landmark", "joint"):
            part = "chest" if (prefix, vertebra) == ("landmark", "C7") else parts[vertebra[0]]
            table.setdefault(f"{prefix}/{vertebra}", part)
    return table


SEGMENTS: dict[str, str] = _segments()
"""Station to the body segment that it tells about (`pelvis`, `left knee`, ...)."""


class Places:
    """Mean positions of groups of stations, frame by frame; NaN where none of a group is seen."""

    def __init__(self, positions: Array, stations: Mapping[int, str]) -> None:
        """`positions (F, M, 3)` in any axes; `stations` maps columns to stations."""
        self.positions = positions
        self.columns = {station: column for column, station in stations.items()}

    def mean(self, stations: Iterable[str]) -> Array | None:
        """`(F, 3)`, or None when the capture has none of these stations."""
        columns = [self.columns[station] for station in stations if station in self.columns]
        if not columns:
            return None
        picked = self.positions[:, columns]
        seen = seen_samples(picked)
        count = seen.sum(1)
        total = np.where(seen[..., None], picked, 0.0).sum(1)
        return np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], np.nan)

    def segment(self, *names: str) -> Array | None:
        """`(F, 3)`: mean of all stations of these segments."""
        return self.mean(station for station in self.columns if SEGMENTS.get(station) in names)


def median_length(a: Array | None, b: Array | None) -> float:
    """Median distance of two places over the frames that show both; NaN where none does."""
    if a is None or b is None:
        return np.nan
    lengths = np.linalg.norm(a - b, axis=-1)
    lengths = lengths[np.isfinite(lengths)]
    return float(np.median(lengths)) if len(lengths) else np.nan


def body_length(places: Places) -> float:
    """Sum of trunk, thigh and shank in file units: 0.75 to 0.85 of stature whatever the pose; NaN when a part is missing.

    Trunk is shoulders to pelvis, thigh pelvis to knee, shank knee to ankle.
    """
    shoulders = places.segment("left shoulder", "right shoulder", "chest")
    pelvis = places.segment("pelvis")
    total = median_length(shoulders, pelvis)
    for upper, lower in (("pelvis", "knee"), ("knee", "ankle")):
        sides = []
        for side in ("left", "right"):
            start = pelvis if upper == "pelvis" else places.segment(f"{side} {upper}")
            sides.append(median_length(start, places.segment(f"{side} {lower}")))
        total += float(np.nanmean(sides)) if np.isfinite(sides).any() else np.nan
    return total


def upward(places: Places) -> Array | None:
    """`(F', 3)`: unit vectors from feet to shoulders in the frames where both are seen, or None."""
    upper = places.segment("left shoulder", "right shoulder", "chest", "head")
    lower = places.segment("left foot", "right foot", "left ankle", "right ankle")
    if lower is None:
        lower = places.segment("left knee", "right knee")
    if upper is None or lower is None:
        return None
    vectors = upper - lower
    lengths = np.linalg.norm(vectors, axis=-1)
    good = np.isfinite(lengths) & (lengths > 0)
    return vectors[good] / lengths[good, None] if good.any() else None
