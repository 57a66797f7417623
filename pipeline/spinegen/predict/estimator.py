"""What programs call: people found in pictures and followed through films, with 37 keypoints each, nine of them vertebrae."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..lifting.networks import shipped_lifter
from ..lifting.onnx_file import LiftingFile
from ..media.video_read import open_video
from ..pose.networks import cards, shipped_model
from ..pose.predictor import PosePredictor
from .detector import PersonDetector
from .live_lifting import LiveLifter, SpaceView
from .one_euro import OneEuroFilter
from .space import Space
from .tracks import Seen, Tracker

DETECT_EVERY = 10
"""Frames from one look of the detector to the next while everybody is followed."""
LOOK_AGAIN_EVERY = 3
"""While somebody was lost."""


@dataclass(frozen=True)
class SpinePerson:
    """One person in one picture."""

    number: int
    """Who, counted from 1; the same through a film, the order of sureness in a picture."""
    box_xywh_px: NDArray[np.float64]
    """(4,)."""
    keypoints_px: NDArray[np.float64]
    """(37, 2), in the order of `spinegen.skeleton.NAMES`."""
    scores: NDArray[np.float64]
    """(37,): near 1 where the network is sure."""
    space: SpaceView | None = None
    """In 3D, with angles, where that was asked for and enough is seen."""


@dataclass(frozen=True)
class FilmFrame:
    """One frame of a film."""

    number: int
    time_s: float
    people: tuple[SpinePerson, ...]


class SpineEstimator:
    """Detector and pose network from files; neither torch nor a network connection is needed.

        >>> import numpy as np
        >>> from spinegen.predict.estimator import SpineEstimator
        >>> estimator = SpineEstimator("light")
        >>> estimator.predict(np.zeros((240, 320, 3), np.uint8))
        []

    Args:
        model: a shipped network's name, or an exported file.
        detector: None for the one that ships, or a YOLOX, RTMDet or RF-DETR file.
        threshold: people of whom the detector is less sure do not count.
        flip_test: also look at the mirrored crop; twice the time, a little better.
        threads: of ONNX Runtime; None: all cores.

    Raises:
        TrainingError: a file is missing, damaged, or of another kind.
    """

    def __init__(
        self,
        model: str | Path = "full",
        *,
        detector: Path | None = None,
        threshold: float = 0.35,
        flip_test: bool = False,
        threads: int | None = None,
    ) -> None:
        path = shipped_model(str(model)) if str(model) in cards() else Path(model)
        self.predictor = PosePredictor(path, flip_test=flip_test, threads=threads)
        self.detector = PersonDetector(detector, threads)
        self.threshold = threshold
        self.threads = threads

    def predict(self, image_rgb: NDArray[np.uint8]) -> list[SpinePerson]:
        """People of one picture (H, W, 3), red first; the surest first."""
        seen = self.tracker().update(image_rgb, 0.0, self.detect(image_rgb))
        return [_person(person) for person in seen]

    def track(self, film: Path, space: Space | None = None) -> Iterator[FilmFrame]:
        """Frame by frame, smoothed as live pictures are (no frame is looked ahead).

            for frame in estimator.track("squat.mp4", Space(fov_deg=60, height_m=1.83)):
                for person in frame.people:
                    if person.space is not None:
                        print(frame.time_s, person.number, person.space.angles_deg)

        Args:
            space: camera and stature; with it everybody is lifted to 3D too.

        Raises:
            VideoError: missing, no video, or without a frame.
        """
        with open_video(Path(film)) as video:
            follower = Follower(self)
            filters: dict[int, OneEuroFilter] = {}
            lifter: LiveLifter | None = None
            for frame in video.frames():
                people = []
                if space is not None and lifter is None:
                    height, width = frame.image_rgb.shape[:2]
                    lifter = LiveLifter(LiftingFile(shipped_lifter(), self.threads), (width, height), space)
                for seen in follower(frame.image_rgb, frame.time_s):
                    steady = filters.setdefault(seen.number, OneEuroFilter(video.rate_hz))
                    points = steady(seen.keypoints_px, float(seen.box_xywh_px[2:].max()))
                    view = lifter and lifter(seen.number, frame.time_s, points, seen.scores)
                    people.append(SpinePerson(seen.number, seen.box_xywh_px, points, seen.scores, view))
                yield FilmFrame(frame.number, frame.time_s, tuple(people))

    def detect(self, image_rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(N, 4) boxes x, y, width, height of people, the surest first."""
        return self.detector(image_rgb, self.threshold).boxes_xywh_px

    def tracker(self) -> Tracker:
        """Somebody to follow people with, who has seen nobody yet."""
        return Tracker(self._pose_of)

    def _pose_of(
        self, image_rgb: NDArray[np.uint8], boxes_xywh_px: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = self.predictor.predict(image_rgb, boxes_xywh_px)
        return found.keypoints_px, found.scores


class Follower:
    """A tracker and when the detector looks."""

    def __init__(self, estimator: SpineEstimator) -> None:
        self.estimator, self.tracker = estimator, estimator.tracker()
        self._since = DETECT_EVERY

    def __call__(self, image_rgb: NDArray[np.uint8], time_s: float) -> list[Seen]:
        """People of the next frame."""
        self._since += 1
        pause = LOOK_AGAIN_EVERY if self.tracker.wants_detection else DETECT_EVERY
        detected = None
        if self._since >= pause:
            detected, self._since = self.estimator.detect(image_rgb), 0
        return self.tracker.update(image_rgb, time_s, detected)


def _person(seen: Seen) -> SpinePerson:
    return SpinePerson(seen.number, seen.box_xywh_px, seen.keypoints_px, seen.scores)
