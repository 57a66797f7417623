"""The scores of a network, `metrics.json`: stable keys that other programs may read."""

from pathlib import Path
from typing import Final, Literal

from .base import JsonObject, Record, found_record
from .training_record import TrainingFacts

METRICS_FILE = "metrics.json"
METRICS_VERSION: Final = 1
CocoScores = dict[str, float | None]
"""`AP`, `AP50`, `AP75`, `APm`, `APl`, `AR`, ...: 0..1, or None where the set has no such person."""


class ErrorRow(Record):
    """Errors over one group of labels; `spine_` is the same over the nine vertebral ones."""

    name: str
    count: int
    mean_px: float | None
    mean_box: float | None
    """In longer sides of the box, as are the thresholds of PCK."""
    pck_05: float | None
    pck_10: float | None
    auc: float | None
    spine_count: int | None = None
    spine_mean_px: float | None = None
    spine_mean_box: float | None = None
    spine_pck_05: float | None = None
    spine_pck_10: float | None = None
    spine_auc: float | None = None


class ErrorTables(Record):
    """A row a group."""

    subsets: tuple[ErrorRow, ...]
    keypoints: tuple[ErrorRow, ...]
    occlusion: tuple[ErrorRow, ...]
    views: tuple[ErrorRow, ...]
    people: tuple[ErrorRow, ...]


class PckAuc(Record):
    """Area under the curve of PCK, by subset."""

    network: CocoScores
    mean_pose: CocoScores


class Scores(Record):
    """Of a file, beside those of the mean pose, by subset (`body`, `spine`, `feet`, `all`)."""

    people: int
    network: dict[str, CocoScores]
    """As `spinegen predict` looks at people: whoever leans by more than 35 degrees in a crop that is turned upright."""
    unturned: dict[str, CocoScores] | None = None
    """The fullest bins in straight crops, as other programs look; None in files of older versions."""
    mean_pose: dict[str, CocoScores]
    auc: PckAuc
    tables: ErrorTables


class LatencyRow(Record):
    """How long a batch takes."""

    runtime: str
    device: str
    batch: int
    ms: float
    people_per_s: float


class Metrics(Record):
    """All of `metrics.json`."""

    version: Literal[1]
    key: str | None
    """The training's fingerprint; None for a file from elsewhere."""
    model: str
    annotations: str
    mean_pose_from: str
    scores: Scores
    left_out: tuple[str, ...]
    """Broken pictures, a sentence each."""
    latency: tuple[LatencyRow, ...]
    training: TrainingFacts | None

    def plain(self) -> JsonObject:
        return self.model_dump(mode="json", exclude_unset=True)


def found_metrics(folder: Path) -> Metrics | None:
    """The scores in a folder, or None where there are none of this version."""
    return found_record(folder / METRICS_FILE, Metrics)
