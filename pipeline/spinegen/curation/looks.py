"""Every picture and frame looked at once: what the networks say of it is kept, so that a broken-off command goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256 as sha256_of
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files import sha256
from ..media.pictures import PictureError, read_rgb
from ..media.sources import FoundFile
from ..media.video_read import VideoError, VideoFrame, open_video
from ..pose.predictor import PosePredictor
from ..predict.estimator import SpineEstimator
from ..progress import Task
from .answers import Answer, ask
from .features import FeatureNetwork
from .kept_arrays import keep_arrays, kept_arrays
from .kept_boxes import KeptBoxes

LOOK_VERSION = 2
HASH_WH = (9, 8)
HASH_BITS = 64
_ARRAYS = (
    "frames",
    "times_s",
    "sizes_wh",
    "hashes",
    "people",
    "boxes",
    "keypoints",
    "scores",
    "disagreement",
    "spine",
    "features",
)


@dataclass(frozen=True)
class Look:
    """A picture, or a frame of a film, and what was said of its people."""

    file: FoundFile
    frame: int | None
    """Of a film."""
    time_s: float | None
    size_wh: tuple[int, int]
    hash64: NDArray[np.bool_]
    """(64,) difference hash: which pixels of the tiny picture are brighter than their left neighbours."""
    answer: Answer
    features: NDArray[np.float32]
    """(N, C) a unit vector a person."""

    @property
    def name(self) -> str:
        """For messages: `film.mp4, frame 30`."""
        return self.file.name if self.frame is None else f"{self.file.name}, frame {self.frame}"

    @property
    def unsure(self) -> float:
        """Mean over the people, 0 where nobody is."""
        values = self.answer.unsure
        return float(values.mean()) if len(values) else 0.0


@dataclass(frozen=True)
class FileLooks:
    """All looks of one file."""

    looks: tuple[Look, ...]
    fault: str = ""
    """Why the file, or its end, could not be read."""


class Onlooker:
    """Detector and pose network, and where their answers are kept.

    Args:
        folder: for answers by file, network and settings.
        every_s: of films, one frame in so many seconds.
    """

    def __init__(
        self, estimator: SpineEstimator, model: Path, folder: Path, *, every_s: float, threads: int | None
    ) -> None:
        self.estimator, self.folder, self.every_s = estimator, folder, every_s
        self.predictor: PosePredictor = estimator.predictor
        self.features = FeatureNetwork(model, threads)
        parts = (LOOK_VERSION, sha256(model), sha256(estimator.detector.path), estimator.threshold)
        self.key = "-".join(map(str, parts))
        self.detecting = f"{parts[2]}-{estimator.threshold}"

    def __call__(self, file: FoundFile, is_film: bool, task: Task) -> FileLooks:
        """Look at a file, or find what was seen in it before; a file that cannot be read is a fault."""
        try:
            digest = sha256(file.path)
        except OSError as error:
            return FileLooks((), f"{file.path}: cannot be read: {error.strerror or error}")
        words = f"{self.key}-{digest}" + (f"-{self.every_s}" if is_film else "")
        kept = self._place(words)
        known = _read(kept, file)
        if known is None:
            boxes = KeptBoxes(self.estimator, self._place(f"boxes-{self.detecting}-{digest}"))
            known = self._film(file, boxes, task) if is_film else self._picture(file, boxes)
            boxes.keep()
            if known.looks:
                _write(kept, known)
        return known

    def _place(self, words: str) -> Path:
        return self.folder / f"{sha256_of(words.encode()).hexdigest()[:24]}.npz"

    def _picture(self, file: FoundFile, boxes: KeptBoxes) -> FileLooks:
        try:
            image = read_rgb(file.path)
        except PictureError as error:
            return FileLooks((), str(error))
        return FileLooks((self._look(file, image, boxes(0, image)),))

    def _film(self, file: FoundFile, boxes: KeptBoxes, task: Task) -> FileLooks:
        looks: list[Look] = []
        try:
            with open_video(file.path) as video:
                for frame in _sampled(video.frames(), self.every_s):
                    found = boxes(frame.number, frame.image_rgb)
                    looks.append(self._look(file, frame.image_rgb, found, frame=frame.number, time_s=frame.time_s))
                    task.note(f"{file.name}: {frame.time_s:.0f} s")
                faults = "; ".join(video.faults)
        except VideoError as error:
            return FileLooks((), str(error))
        return FileLooks(tuple(looks), faults)

    def _look(
        self,
        file: FoundFile,
        image: NDArray[np.uint8],
        found: NDArray[np.float64],
        *,
        frame: int | None = None,
        time_s: float | None = None,
    ) -> Look:
        answer = ask(self.predictor, image, found)
        boxes = answer.boxes_xywh_px
        empty = np.zeros((0, 1), np.float32)
        features = self.features(self.predictor.crop(image, boxes)) if len(boxes) else empty
        size = (image.shape[1], image.shape[0])
        return Look(file, frame, time_s, size, difference_hash(image), answer, features)


def difference_hash(image_rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(64,): pictures that look alike differ in few places."""
    grey = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2GRAY)
    tiny = cv2.resize(grey, HASH_WH, interpolation=cv2.INTER_AREA).astype(np.int16)
    return (tiny[:, 1:] > tiny[:, :-1]).reshape(-1)


def read_pixels(file: FoundFile, frames: set[int | None]) -> Iterator[tuple[int | None, NDArray[np.uint8]]]:
    """The picture, or these frames of a film in order, as (H, W, 3) RGB.

    Raises:
        PictureError: it can no longer be read.
        VideoError: the same of a film.
    """
    if frames == {None}:
        yield None, read_rgb(file.path)
        return
    last = max(number for number in frames if number is not None)
    with open_video(file.path) as video:
        for frame in video.frames():
            if frame.number in frames:
                yield frame.number, frame.image_rgb
            if frame.number >= last:
                return


def _sampled(frames: Iterator[VideoFrame], every_s: float) -> Iterator[VideoFrame]:
    wanted_s = 0.0
    for frame in frames:
        if frame.time_s >= wanted_s - 1e-6:
            yield frame
            wanted_s = frame.time_s + every_s


def _write(path: Path, found: FileLooks) -> None:
    looks = found.looks
    none = -1
    columns = {
        "frames": np.array([none if look.frame is None else look.frame for look in looks], dtype=np.int64),
        "times_s": np.array([np.nan if look.time_s is None else look.time_s for look in looks]),
        "sizes_wh": np.array([look.size_wh for look in looks], dtype=np.int64),
        "hashes": np.stack([look.hash64 for look in looks]),
        "people": np.array([len(look.features) for look in looks], dtype=np.int64),
        "boxes": np.concatenate([look.answer.boxes_xywh_px for look in looks]),
        "keypoints": np.concatenate([look.answer.keypoints_px for look in looks]),
        "scores": np.concatenate([look.answer.scores for look in looks]),
        "disagreement": np.concatenate([look.answer.disagreement for look in looks]),
        "spine": np.concatenate([look.answer.spine for look in looks]),
        "features": _stacked([look.features for look in looks]),
    }
    keep_arrays(path, {"fault": np.array(found.fault), **columns})


def _stacked(features: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    somebody = [rows for rows in features if len(rows)]
    return np.concatenate(somebody) if somebody else np.zeros((0, 1), np.float32)


def _read(path: Path, file: FoundFile) -> FileLooks | None:
    """None where nothing whole is kept."""
    data = kept_arrays(path)
    if data is None or not data.keys() >= {*_ARRAYS, "fault"}:
        return None
    ends = np.cumsum(data["people"])
    looks = []
    for i, (start, end) in enumerate(zip(ends - data["people"], ends, strict=True)):
        rows = slice(int(start), int(end))
        values = (data[name][rows] for name in ("boxes", "keypoints", "scores", "disagreement", "spine"))
        frame = int(data["frames"][i])
        looks.append(
            Look(
                file=file,
                frame=None if frame < 0 else frame,
                time_s=None if frame < 0 else float(data["times_s"][i]),
                size_wh=(int(data["sizes_wh"][i, 0]), int(data["sizes_wh"][i, 1])),
                hash64=data["hashes"][i],
                answer=Answer(*values),
                features=data["features"][rows].astype(np.float32),
            )
        )
    return FileLooks(tuple(looks), str(data["fault"]))
