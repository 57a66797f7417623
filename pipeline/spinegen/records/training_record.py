"""What `pose/training.json` says of a finished training: with what it was done, how long it took, what came of it."""

from pathlib import Path

from pydantic import Field

from ..errors import TrainingError
from .base import JsonObject, Record, read_record

TRAINING_FILE = "training.json"
HistoryRow = dict[str, float | int]
"""A log interval: step, epoch, minutes, rate, losses and, where they were taken, scores."""


class OnnxExport(Record):
    """The exported file beside the network in torch."""

    difference: dict[str, float]
    """Largest difference of an output, by batch size."""
    bytes: int
    fp16_difference: float | None = None
    """Of the file in half precision, where there is one."""


class TrainingFacts(Record):
    """What the scores' page and file say of the training."""

    settings: JsonObject
    """Those that decide what is learnt."""
    device: str
    batch: int
    learning_rate: float
    people: int
    validation_people: int
    left_out: tuple[str, ...] = ()
    """Broken pictures, a sentence each."""
    started_from: str = ""
    parameters: int
    steps: int
    seconds: float
    people_per_s: float
    loader_people_per_s: float
    """Of the loading thread alone."""
    export: OnnxExport

    @property
    def size(self) -> str:
        """Name of the architecture."""
        return str(self.settings["model"])


class TrainingRecord(TrainingFacts):
    """All of `training.json`."""

    key: str
    """Of settings and data: the same key is not trained again."""
    mean_pose: tuple[tuple[float, float], ...]
    """The mean pose of the training boxes, 0..1, a row a keypoint."""
    history: tuple[HistoryRow, ...] = Field(default=())

    @property
    def facts(self) -> TrainingFacts:
        """Without what is only needed to score and to draw curves."""
        return TrainingFacts(**{name: getattr(self, name) for name in TrainingFacts.model_fields})


def read_training(folder: Path) -> TrainingRecord | None:
    """The record of a finished training, or None where there is none.

    Raises:
        TrainingError: it is damaged, or of another version.
    """
    path = folder / TRAINING_FILE
    if not (path.exists() and (folder / "pose.onnx").exists()):
        return None
    return read_record(path, TrainingRecord, TrainingError, "is damaged or of another version: delete it to train anew")
