"""`spinegen predict`: a trained network on a user's own pictures or videos."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..errors import DatasetError, SpinegenError, UsageError
from ..files import remove_leftovers, write_bytes, write_json
from ..lazy import loaded
from ..media.pictures import Exif, PictureError, read_rgb
from ..media.sources import FoundFile, Sources
from ..media.video_read import Video, VideoError, open_video
from ..media.video_write import written_video
from ..pose.drawing import draw_pose
from ..pose.predictor import PosePrediction, PosePredictor
from ..progress import Reporter, StageSummary
from .estimator import SpineEstimator
from .film import draw_film, film_json, follow_film
from .given_boxes import Boxes, read_boxes
from .inputs import sources_of
from .one_euro import OneEuroFilter
from .outputs import write_outputs
from .wanted import Lifting
from .window import Show

NEAREST_SHARE = 0.3
"""In a video a box belongs to a person of the last frame when their centres are nearer than this share of the box."""


@dataclass
class _Run:
    """One call: what it works with, and what has come of it so far."""

    target: Path
    predictor: PosePredictor
    estimator: SpineEstimator | None
    """Finds and follows people; None where boxes were given."""
    places: Boxes
    formats: tuple[str, ...]
    lifting: Lifting | None
    spine_only: bool
    exif: Exif
    reporter: Reporter
    stems: Counter[str]
    """Of all files, without their endings."""
    videos: int
    """How many there are."""
    rate_hz: float | None
    """Of numbered pictures."""
    show: Show | None
    pictures: int = 0
    frames: int = 0
    people: int = 0
    empty: list[str] = field(default_factory=list)
    """Pictures in which nobody was found, or that the boxes file does not name."""
    failures: list[str] = field(default_factory=list)

    def stem(self, found: FoundFile) -> Path:
        """Where results of a file go; `a.jpg` and `a.png` keep apart."""
        plain = str(PurePosixPath(found.name).with_suffix(""))
        return self.target / (plain if self.stems[plain] == 1 else found.name)

    def fail(self, text: str) -> None:
        """Go on without it."""
        self.reporter.warn(text)
        self.failures.append(text)

    def leave_out(self, error: SpinegenError) -> None:
        """Go on without a file that cannot be read; where it is the only one there is nothing to go on with."""
        if self.stems.total() == 1:
            raise UsageError(str(error)) from error
        self.fail(str(error))


def predict(
    source: Path | Sequence[Path],
    target: Path,
    model: Path,
    *,
    reporter: Reporter,
    boxes: str = "auto",
    spine_only: bool = False,
    exif: Exif = "as-labelled",
    detector: Path | None = None,
    formats: tuple[str, ...] = (),
    lifting: Lifting | None = None,
    rate_hz: float | None = None,
    show: Show | None = None,
) -> StageSummary:
    """Draw and write what a network sees: `<name>.jpg` (or `<name>.mp4`) and `<name>.json` for each picture or video.

    Args:
        source: a picture, a video, pictures numbered like `img_%04d.png`, or a folder, which may hold folders; or several of these.
        target: folder for the results, which has the same folders.
        model: an exported ONNX file.
        boxes: `auto` (people are found, and followed through films), `whole` (one person fills the picture) or a file, see
            `given_boxes.read_boxes`.
        spine_only: draw the vertebral chain alone; the JSON holds all keypoints.
        exif: whether boxes mean pictures turned as their EXIF says; where they say no size, pictures are shown upright.
        detector: with `auto`, a YOLOX, RTMDet or RF-DETR file instead of the one that ships.
        formats: of films also `openpose`, `coco`, `csv`, see `outputs.py`.
        lifting: of films also 3D points, angles, fits, see `wanted.py`.
        rate_hz: how many numbered pictures make a second.
        show: is shown everything that is drawn.

    Raises:
        UsageError: no picture, video or box there, or the results would overwrite the input or each other.
        TrainingError: the model cannot be used.
    """
    given = (source,) if isinstance(source, Path) else tuple(source)
    sources = sources_of(given, target)
    said = str(given[0]) if len(given) == 1 else f"{given[0]} and {len(given) - 1} more"
    if lifting is not None and not sources.videos:
        raise UsageError(f"{said}: holds no film; --3d, --angles and --fit lift people of films")
    if detector is not None and boxes != "auto":
        raise UsageError(f"--detector finds people itself: it goes with --boxes auto, found --boxes {boxes}")
    if formats and not sources.videos:
        reporter.warn(
            f"--write {' '.join(formats)}: is for films, and there is none here; every picture has its own JSON"
        )
    places = read_boxes("whole" if boxes == "auto" else boxes)
    estimator = SpineEstimator(model, detector=detector, flip_test=True) if boxes == "auto" else None
    predictor = estimator.predictor if estimator is not None else PosePredictor(model, flip_test=True)
    _make_folder(target)
    both = (*sources.pictures, *sources.videos)
    stems = Counter(str(PurePosixPath(found.name).with_suffix("")) for found in both)
    run = _Run(
        target=target,
        predictor=predictor,
        estimator=estimator,
        places=places,
        formats=formats,
        lifting=lifting,
        spine_only=spine_only,
        exif=exif,
        reporter=reporter,
        stems=stems,
        videos=len(sources.videos),
        rate_hz=rate_hz,
        show=show,
    )
    run.failures += [f"{file.name}: {file.why}" for file in sources.skipped if file.wanted]
    started = time.perf_counter()
    _pictures(run, sources.pictures)
    for found in sources.videos:
        _video(run, found)
    _require_people(run, said, len(both), boxes)
    return _summary(run, sources, model, time.perf_counter() - started)


def _make_folder(target: Path) -> None:
    """The folder of the results, without what a killed run left half-written."""
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SpinegenError(f"{target}: output folder cannot be written: {error.strerror or error}") from error
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        remove_leftovers(folder)


def _require_people(run: _Run, source: str, files: int, boxes: str) -> None:
    """Refuse a run in which no file could be read or nobody was found."""
    if run.pictures + run.frames == 0:
        raise UsageError(f"{source}: none of its {files} files can be read; {run.failures[-files]}")
    if run.people == 0:
        if run.estimator is not None:
            raise UsageError(
                f"{source}: nobody was found; where a person fills the picture, --boxes whole takes all of it"
            )
        raise UsageError(f"{source}: nobody was found: {boxes} names none of its {files} files")


def _summary(run: _Run, sources: Sources, model: Path, seconds: float) -> StageSummary:
    rows: list[tuple[str, str]] = []
    for name, count in (("pictures", run.pictures), ("frames of videos", run.frames)):
        if count:
            rows.append((name, f"{count}, {count / max(seconds, 1e-9):.1f} a second"))
    rows.append(("people", str(run.people)))
    if run.empty:
        why = "" if run.estimator is not None else " that the boxes file does not name"
        rows.append(("nobody in", f"{len(run.empty)} pictures{why}, first {run.empty[0]}"))
    if sources.skipped:
        rows.append(("skipped", sources.skipped_in_words()))
    height, width = run.predictor.input_hw
    rows.append(("model", f"{model}, {height}x{width}, {run.predictor.file.provider}"))
    figures: dict[str, float | int | str] = {"frames": run.pictures + run.frames, "people": run.people}
    return StageSummary("Prediction", tuple(rows), run.target, tuple(run.failures), figures)


def prediction_json(prediction: PosePrediction, boxes: NDArray[np.float64]) -> list[dict[str, Any]]:
    """People of one picture as plain data: `bbox`, `keypoints` (37 of x, y in pixels and score)."""
    rows = np.concatenate([prediction.keypoints_px, prediction.scores[..., None]], axis=-1)
    return [
        {"bbox": np.round(box, 2).tolist(), "keypoints": np.round(row, 3).tolist()}
        for box, row in zip(boxes, rows, strict=True)
    ]


def _pictures(run: _Run, found: tuple[FoundFile, ...]) -> None:
    if not found:
        return
    with run.reporter.task("predict", len(found), "pictures") as task:
        for file in found:
            size = run.places.size_of(file)
            try:
                image = read_rgb(file.path, size, "upright" if size is None and run.exif == "as-labelled" else run.exif)
                prediction, boxes = _people_of_picture(run, file, image)
            except (PictureError, DatasetError) as error:
                run.leave_out(error)
                continue
            if not len(boxes):
                run.empty.append(file.name)
            drawn = draw_pose(image, prediction.keypoints_px, prediction.scores, spine_only=run.spine_only)
            if run.show is not None:
                run.show(drawn)
            _write(run.stem(file), drawn, prediction_json(prediction, boxes), file.name)
            run.pictures += 1
            run.people += len(boxes)
            task.advance()


def _people_of_picture(
    run: _Run, file: FoundFile, image: NDArray[np.uint8]
) -> tuple[PosePrediction, NDArray[np.float64]]:
    if run.estimator is None:
        boxes = run.places.of(file, image.shape[1], image.shape[0])
        return run.predictor.predict(image, boxes), boxes
    people = run.estimator.predict(image)
    boxes = np.array([person.box_xywh_px for person in people]).reshape(-1, 4)
    points = np.array([person.keypoints_px for person in people]).reshape(-1, skeleton.COUNT, 2)
    return PosePrediction(points, np.array([person.scores for person in people]).reshape(-1, skeleton.COUNT)), boxes


def _write(stem: Path, drawn: NDArray[np.uint8], people: list[dict[str, Any]], name: str) -> None:
    encoded = cv2.imencode(".jpg", drawn[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    write_bytes(stem.with_name(stem.name + ".jpg"), encoded.tobytes())
    record = {"picture": name, "keypoint_names": list(skeleton.NAMES), "people": people}
    write_json(stem.with_name(stem.name + ".json"), record)


def _video(run: _Run, found: FoundFile) -> None:
    stem = run.stem(found)
    drawn = stem.with_name(stem.name + ".mp4")
    try:
        if run.estimator is not None:
            film = follow_film(found.path, run.estimator, run.reporter, run.rate_hz)
            frames, rate, faults = film_json(film), film.rate_hz, film.faults
            draw_film(found.path, drawn, film, run.spine_only, reporter=run.reporter, show=run.show)
            write_outputs(film, stem, run.formats)
            if run.lifting is not None:
                # fits come in with it: only who wants 3D needs OpenSim
                lift_and_write = loaded("predict.motion_stage:lift_and_write")
                run.failures += lift_and_write(found.path, film, stem, run.lifting, reporter=run.reporter)
        else:
            with open_video(found.path, run.rate_hz) as video:
                frames = _film(run, found, video, drawn)
            rate, faults = video.rate_hz, video.faults
    except (VideoError, DatasetError) as error:
        run.leave_out(error)
        return
    for fault in faults:
        run.fail(fault)
    record = {
        "video": found.name,
        "rate_hz": rate,
        "faults": faults,
        "keypoint_names": list(skeleton.NAMES),
        "frames": frames,
    }
    write_json(stem.with_name(stem.name + ".json"), record, indent=None)
    run.frames += len(frames)
    run.people += max(len(frame["people"]) for frame in frames)


def _film(run: _Run, found: FoundFile, video: Video, output: Path) -> list[dict[str, Any]]:
    steady = Steady(video.rate_hz)
    frames: list[dict[str, Any]] = []
    with (
        written_video(output, video.rate_hz) as film,
        run.reporter.task(f"predict {video.path.name}", video.total, "frames") as task,
    ):
        for frame in video.frames():
            image = frame.image_rgb
            boxes = run.places.of_frame(
                found, frame.number, alone=run.videos == 1, width=image.shape[1], height=image.shape[0]
            )
            prediction = steady(run.predictor.predict(image, boxes), boxes)
            shown = draw_pose(image, prediction.keypoints_px, prediction.scores, spine_only=run.spine_only)
            film.write(shown, frame.time_s)
            if run.show is not None:
                run.show(shown)
            people = prediction_json(prediction, boxes)
            frames.append({"frame": frame.number, "time_s": round(frame.time_s, 4), "people": people})
            task.advance()
    return frames


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
