"""`spinegen predict`: a trained network on a user's own pictures or video."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..errors import SpinegenError, TrainingError, UsageError
from ..files import atomic_path, write_bytes, write_json
from ..picture_limits import MAX_PIXELS
from ..progress import Reporter, StageSummary
from .boxes import Boxes, read_boxes
from .data.pictures import PictureError, read_rgb
from .drawing import draw_pose
from .predictor import PosePrediction, PosePredictor
from .smoothing import OneEuroFilter

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
VIDEOS = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v"})
NEAREST_SHARE = 0.3
"""In a video a box belongs to a person of the last frame when their centres are nearer than this share of the box."""


def predict(source: Path, target: Path, model: Path, boxes: str, spine_only: bool, reporter: Reporter) -> StageSummary:
    """Draw and write what a network sees: `<name>.jpg` (or `<name>.mp4`) and `<name>.json` for each picture or video.

    Args:
        source: a picture, a video, or a folder of pictures.
        target: folder for the results.
        model: an exported ONNX file.
        boxes: `whole` (one person fills the picture) or a file, see `boxes.read_boxes`.
        spine_only: draw the vertebral chain alone; the JSON holds all keypoints.

    Raises:
        UsageError: no picture, video or box there, or the results would overwrite the input.
        TrainingError: the model cannot be used.
    """
    if not source.exists():
        raise UsageError(f"{source}: does not exist")
    folder = source if source.is_dir() else source.parent
    if target.resolve() == folder.resolve():
        raise UsageError(f"{target}: is the folder of the input, whose files would be overwritten; name another one")
    places = read_boxes(boxes)
    predictor = PosePredictor(model, flip_test=True)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SpinegenError(f"{target}: output folder cannot be written: {error.strerror or error}") from error
    started = time.perf_counter()
    if source.suffix.lower() in VIDEOS:
        frames, people = _video(source, target, predictor, places, spine_only, reporter)
        failures: tuple[str, ...] = ()
        kind = "frames"
    else:
        frames, people, failures = _pictures(source, target, predictor, places, spine_only, reporter)
        kind = "pictures"
    seconds = max(time.perf_counter() - started, 1e-9)
    rows = (
        (kind, f"{frames}, {frames / seconds:.1f} a second"),
        ("people", str(people)),
        ("model", f"{model}, {predictor.input_hw[0]}x{predictor.input_hw[1]}, {predictor.file.provider}"),
    )
    return StageSummary("Prediction", rows, target, failures, {"frames": frames, "people": people})


def prediction_json(prediction: PosePrediction, boxes: NDArray[np.float64]) -> list[dict[str, Any]]:
    """People of one picture as plain data: `bbox`, `keypoints` (37 of x, y in pixels and score)."""
    rows = np.concatenate([prediction.keypoints_px, prediction.scores[..., None]], axis=-1)
    return [
        {"bbox": np.round(box, 2).tolist(), "keypoints": np.round(row, 3).tolist()}
        for box, row in zip(boxes, rows, strict=True)
    ]


def _pictures(
    source: Path, target: Path, predictor: PosePredictor, places: Boxes, spine_only: bool, reporter: Reporter
) -> tuple[int, int, tuple[str, ...]]:
    paths = [source] if source.is_file() else sorted(p for p in source.iterdir() if p.suffix.lower() in PICTURES)
    if not paths or paths[0].suffix.lower() not in PICTURES:
        allowed = ", ".join(sorted(PICTURES | VIDEOS))
        raise UsageError(f"{source}: holds no picture or video; known endings: {allowed}")
    stems = Counter(path.stem for path in paths)
    failures: list[str] = []
    done = people = 0
    with reporter.task("predict", len(paths), "pictures") as task:
        for path in paths:
            try:
                image = read_rgb(path)
            except PictureError as error:
                reporter.warn(f"picture left out: {error}")
                failures.append(str(error))
                continue
            boxes = places.of(path.name, image.shape[1], image.shape[0])
            prediction = predictor.predict(image, boxes)
            drawn = draw_pose(image, prediction.keypoints_px, prediction.scores, spine_only=spine_only)
            name = path.stem if stems[path.stem] == 1 else path.name  # a.jpg and a.png keep apart
            _write(target / name, drawn, prediction_json(prediction, boxes), path.name)
            done += 1
            people += len(boxes)
            task.advance()
    if done == 0:
        raise UsageError(f"{source}: none of its {len(paths)} pictures can be read; the first: {failures[0]}")
    if people == 0:
        raise UsageError(f"{source}: the boxes file names none of its pictures")
    return done, people, tuple(failures)


def _write(stem: Path, drawn: NDArray[np.uint8], people: list[dict[str, Any]], name: str) -> None:
    encoded = cv2.imencode(".jpg", drawn[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    write_bytes(stem.with_name(stem.name + ".jpg"), encoded.tobytes())
    record = {"picture": name, "keypoint_names": list(skeleton.NAMES), "people": people}
    write_json(stem.with_name(stem.name + ".json"), record)


def _video(
    source: Path, target: Path, predictor: PosePredictor, places: Boxes, spine_only: bool, reporter: Reporter
) -> tuple[int, int]:
    capture = cv2.VideoCapture(str(source))
    try:
        if not capture.isOpened():
            raise UsageError(f"{source}: is no video that OpenCV can open")
        rate = capture.get(cv2.CAP_PROP_FPS) or 30.0
        size = (int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)))
        if size[0] * size[1] > MAX_PIXELS:
            raise UsageError(f"{source}: has frames of {size[0]} x {size[1]}; at most {MAX_PIXELS} pixels are read")
        total = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) or None
        steady = Steady(rate)
        frames: list[dict[str, Any]] = []
        people = 0
        output = target / f"{source.stem}.mp4"
        with atomic_path(output) as temporary, reporter.task("predict", total, "frames") as task:
            writer = cv2.VideoWriter(str(temporary), cv2.VideoWriter.fourcc(*"mp4v"), rate, size)
            if not writer.isOpened():
                raise TrainingError(f"{output}: OpenCV cannot write MP4 video here")
            for number, image in enumerate(_frames(capture)):
                boxes = places.of(str(number), size[0], size[1])
                prediction = steady(predictor.predict(image, boxes), boxes)
                drawn = draw_pose(image, prediction.keypoints_px, prediction.scores, spine_only=spine_only)
                writer.write(np.ascontiguousarray(drawn[..., ::-1]))
                frames.append(
                    {"frame": number, "time_s": round(number / rate, 4), "people": prediction_json(prediction, boxes)}
                )
                people = max(people, len(boxes))
                task.advance()
            writer.release()
            if not frames:
                raise UsageError(f"{source}: holds no frame that can be decoded")
    finally:
        capture.release()
    record = {"video": source.name, "rate_hz": rate, "keypoint_names": list(skeleton.NAMES), "frames": frames}
    write_json(target / f"{source.stem}.json", record, indent=None)
    return len(frames), people


def _frames(capture: cv2.VideoCapture) -> Iterator[NDArray[np.uint8]]:
    while True:
        good, frame = capture.read()
        if not good:
            return
        yield np.ascontiguousarray(frame[..., ::-1], dtype=np.uint8)


class Steady:
    """Follows people from frame to frame by the nearest box and smooths each with a filter of their own."""

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._followed: list[tuple[NDArray[np.float64], OneEuroFilter]] = []

    def __call__(self, prediction: PosePrediction, boxes: NDArray[np.float64]) -> PosePrediction:
        """The frame's prediction, smoothed."""
        free = list(self._followed)
        followed: list[tuple[NDArray[np.float64], OneEuroFilter]] = []
        smoothed = []
        for points, box in zip(prediction.keypoints_px, boxes, strict=True):
            center, side = box[:2] + box[2:] / 2, float(box[2:].max())
            near = [(float(np.linalg.norm(center - c)), k) for k, (c, _) in enumerate(free)]
            distance, index = min(near, default=(np.inf, -1))
            known = free.pop(index)[1] if distance < NEAREST_SHARE * side else OneEuroFilter(self.rate_hz)
            smoothed.append(known(points, side))
            followed.append((center, known))
        self._followed = followed
        return PosePrediction(np.array(smoothed).reshape(prediction.keypoints_px.shape), prediction.scores)
