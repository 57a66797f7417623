"""Counts over a set that can be added up from chunks: what the dataset card and the report show."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..labels.viewpoint import view_angle_deg
from ..records.base import Scalar
from ..skeleton import COUNT, VERTEBRAE
from .labels import PersonAnnotation
from .sidecar import Frame

SHARE_BINS = 20
"""Bins of shares between 0 and 1."""
ANGLE_LIMIT_DEG = 90
"""Intervertebral angles are counted in whole degrees from -90 to 90."""
MANY = 300
"""A text column with more values than this is not a category."""
VIEW_BINS = 24
"""Bins of 15 deg around the trunk; the first is centred before the chest, the sixth at the person's right."""
_NOT_COUNTED = frozenset(
    {"shot", "take", "seed", "frame", "time_s", "tries", "person", "clip", "split", "width", "height"}
)
_BIN_WIDTHS = {
    "people_count": 1.0,
    "azimuth_deg": 20.0,
    "elevation_deg": 5.0,
    "roll_deg": 2.0,
    "age": 5.0,
    "distance_m": 0.5,
    "stature_m": 0.05,
}

_UNIT_WIDTHS = {"_deg": 5.0, "_mm": 5.0, "_px": 50.0, "_m": 0.25}


@dataclass
class Tally:
    """Mutable, small (its size does not grow with the set beyond names of people and clips) and mergeable with `add`."""

    images: int = 0
    annotations: int = 0
    people: set[str] = field(default_factory=set)
    clips: set[str] = field(default_factory=set)
    flags: NDArray[np.int64] = field(default_factory=lambda: np.zeros((COUNT, 3), dtype=np.int64))
    """`(37, 3)` how often each keypoint had v = 0, 1, 2."""
    occlusion: NDArray[np.int64] = field(default_factory=lambda: np.zeros(SHARE_BINS, dtype=np.int64))
    """Mean hidden share of people's keypoints inside the image, 20 bins of 0..1."""
    box_height: Counter[int] = field(default_factory=Counter)
    """Box height over image height in 5 % bins (bin number)."""
    people_per_image: Counter[int] = field(default_factory=Counter)
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    """Text and yes/no columns of the plan."""
    numbers: dict[str, Counter[float]] = field(default_factory=dict)
    """Numeric columns of the plan: lower edge of the bin -> images."""
    extremes: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Smallest and largest value of each numeric column."""
    views: NDArray[np.int64] = field(default_factory=lambda: np.zeros(VIEW_BINS, dtype=np.int64))
    """`(24,)` people by the angle of the camera around their trunk."""
    angles: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((len(VERTEBRAE) - 1, 3, 2 * ANGLE_LIMIT_DEG + 1), dtype=np.int64)
    )
    """`(24, 3, 181)` intervertebral angles in whole degrees: level, (flexion, bending, rotation), -90..90."""
    engines: Counter[str] = field(default_factory=Counter)

    def count(self, frame: Frame, people: list[PersonAnnotation]) -> None:
        """Add one picture."""
        self.images += 1
        self.clips.add(frame.clip)
        self.people_per_image[len(people)] += 1
        self.engines[" ".join(str(v) for v in frame.engine.values())] += 1
        for person in people:
            self._count_person(frame, person)
        self._count_columns({**frame.plan, "activity": frame.activity or "not named"})

    def _count_person(self, frame: Frame, person: PersonAnnotation) -> None:
        self.annotations += 1
        self.people.add(person.label.person)
        self.clips.add(person.label.clip)
        self.flags[np.arange(COUNT), person.visibility] += 1
        self.occlusion[min(int(person.occlusion * SHARE_BINS), SHARE_BINS - 1)] += 1
        self.box_height[min(int(person.outline.box[3] / frame.height * 20), 19)] += 1
        angle = view_angle_deg(frame.camera, person.label.centroids_ground_m, person.label.quaternions_ground_wxyz)
        self.views[round(angle / (360 / VIEW_BINS)) % VIEW_BINS] += 1
        degrees = person.label.intervertebral_deg
        level, axis = np.nonzero(np.isfinite(degrees))
        whole = np.clip(np.rint(degrees[level, axis]), -ANGLE_LIMIT_DEG, ANGLE_LIMIT_DEG).astype(np.int64)
        np.add.at(self.angles, (level, axis, whole + ANGLE_LIMIT_DEG), 1)

    def _count_columns(self, columns: Mapping[str, Scalar]) -> None:
        for name, value in columns.items():
            if name in _NOT_COUNTED:
                continue
            if isinstance(value, str | bool):
                seen = self.categories.setdefault(name, Counter())
                if len(seen) <= MANY:
                    seen[str(value)] += 1
            elif isinstance(value, int | float) and math.isfinite(value):
                self.numbers.setdefault(name, Counter())[_bin(name, float(value))] += 1
                low, high = self.extremes.get(name, (value, value))
                self.extremes[name] = (min(low, value), max(high, value))

    def add(self, other: "Tally") -> None:
        """Add the counts of another chunk."""
        self.images += other.images
        self.annotations += other.annotations
        self.people |= other.people
        self.clips |= other.clips
        self.flags += other.flags
        self.occlusion += other.occlusion
        self.views += other.views
        self.angles += other.angles
        self.box_height.update(other.box_height)
        self.people_per_image.update(other.people_per_image)
        self.engines.update(other.engines)
        for name, counts in other.categories.items():
            self.categories.setdefault(name, Counter()).update(counts)
        for name, bins in other.numbers.items():
            self.numbers.setdefault(name, Counter()).update(bins)
        for name, (low, high) in other.extremes.items():
            mine_low, mine_high = self.extremes.get(name, (low, high))
            self.extremes[name] = (min(low, mine_low), max(high, mine_high))

    def angle_quantiles(self, share: float) -> NDArray[np.float64]:
        """`(24, 3)` the intervertebral angle below which `share` of the counted ones lie; NaN where none were counted."""
        totals = self.angles.sum(-1, keepdims=True)
        reached = self.angles.cumsum(-1) >= np.maximum(share * totals, 1e-9)
        found = reached.argmax(-1) - float(ANGLE_LIMIT_DEG)
        return np.where(totals[..., 0] > 0, found, np.nan)


def bin_width(name: str) -> float | None:
    """Width of the bins of a numeric column, or `None` where bins are powers of ten in fifths."""
    if name in _BIN_WIDTHS:
        return _BIN_WIDTHS[name]
    return next((width for suffix, width in _UNIT_WIDTHS.items() if name.endswith(suffix)), None)


def _bin(name: str, value: float) -> float:
    width = bin_width(name)
    if width is not None:
        return math.floor(value / width) * width
    if value <= 0:
        return 0.0
    return round(10 ** (math.floor(math.log10(value) * 5) / 5), 6)
