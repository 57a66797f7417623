"""What programs call: people found in pictures and followed through films, with 37 keypoints each, nine of them vertebrae."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..lazy import loaded
from ..lifting.networks import shipped_lifter
from ..lifting.onnx_file import LiftingFile
from ..media.video import VideoFrame
from ..media.video_read import open_video
from ..pose.networks import network_file
from ..pose.predictor import PosePredictor
from .boxes import suppress, turned_back, xyxy
from .detector import OVERLAP, PersonDetector
from .one_euro import OneEuroFilter
from .space import Space
from .tracks import Seen, Tracker

if TYPE_CHECKING:
    from .live_lifting import LiveLifter, SpaceView

DETECT_EVERY_S = 0.33
"""From one look of the detector to the next while everybody is followed."""
LOOK_AGAIN_S = 0.1
"""While somebody was lost."""
DOUBTFUL_THRESHOLD = 0.2
SURE_MARGIN = 0.15
"""Boxes from the one on, up to the other above what is asked, count where the pose network is sure of them: a person from behind may get 0.22
and a pair of shoes in a shadow 0.41."""
TURNED_EVERY = 4
"""Looks of the detector at an empty film from one of turned pictures to the next."""
MOST_DOUBTFUL = 6
"""So many of them are looked at in a picture."""


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
    space: "SpaceView | None" = None
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
        threshold: people of whom the detector is less sure count only where the pose network is sure of them.
        flip_test: also look at the mirrored crop; twice the time, a little better.
        closer: look at head and trunk, and then at the head, once more in crops of their own; thrice the time. None: in pictures, and at the first sight of
            somebody in a film, with networks that have learnt such crops, as those that ship.
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
        closer: bool | None = None,
        threads: int | None = None,
    ) -> None:
        self.predictor = PosePredictor(network_file(model), flip_test=flip_test, threads=threads, closer=closer)
        self.detector = PersonDetector(detector, threads)
        self.threshold = threshold
        self.threads = threads

    def predict(self, image_rgb: NDArray[np.uint8]) -> list[SpinePerson]:
        """People of one picture (H, W, 3), red first; the surest first."""
        seen = self.tracker().update(image_rgb, 0.0, *self.candidates(image_rgb))
        return [_person(person) for person in seen]

    def track(self, film: Path, space: Space | None = None) -> Iterator[FilmFrame]:
        """Frame by frame, smoothed as live pictures are (no frame is looked ahead).

            from spinegen import SpineEstimator
            from spinegen.predict.space import Space

            for frame in SpineEstimator().track("squat.mp4", Space(fov_deg=60, height_m=1.83)):
                for person in frame.people:
                    if person.space is not None:
                        print(frame.time_s, person.number, person.space.angles_by_name_deg["lumbar_lordosis"])

        Args:
            space: camera and stature; with it everybody is lifted to 3D too.

        Raises:
            VideoError: missing, no video, or without a frame.
        """
        with open_video(Path(film)) as video:
            for _, seen in self.follow(video.frames(), video.rate_hz, space):
                yield seen

    def follow(
        self, frames: Iterable[VideoFrame], rate_hz: float, space: Space | None = None
    ) -> Iterator[tuple[VideoFrame, FilmFrame]]:
        """Each picture of a film or camera with the people in it, smoothed without looking ahead.

        Args:
            rate_hz: frames a second, roughly; each frame has its own time.
            space: camera and stature; with it everybody is lifted to 3D too.
        """
        follower = Follower(self)
        filters: dict[int, OneEuroFilter] = {}
        last_s: dict[int, float] = {}
        lifter: LiveLifter | None = None
        for frame in frames:
            people = []
            if space is not None and lifter is None:
                height, width = frame.image_rgb.shape[:2]
                live: type[LiveLifter] = loaded("predict.live_lifting:LiveLifter")
                lifter = live(LiftingFile(shipped_lifter(), self.threads), (width, height), space)
            for seen in follower(frame.image_rgb, frame.time_s):
                steady = filters.setdefault(seen.number, OneEuroFilter(rate_hz))
                step_s = frame.time_s - last_s.get(seen.number, frame.time_s)
                points = steady(seen.keypoints_px, float(seen.box_xywh_px[2:].max()), step_s)
                last_s[seen.number] = frame.time_s
                view = lifter and lifter(seen.number, frame.time_s, points, seen.scores)
                people.append(SpinePerson(seen.number, seen.box_xywh_px, points, seen.scores, view))
            yield frame, FilmFrame(frame.number, frame.time_s, tuple(people))

    def detect(self, image_rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(N, 4) boxes x, y, width, height of people, the surest first."""
        return self.detector(image_rgb, self.threshold).boxes_xywh_px

    def candidates(
        self, image_rgb: NDArray[np.uint8], turned: bool = True
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """(N, 4) boxes of those who may be people, the surest first, and (N,) whether the pose network must be surer of them than usual.

        Args:
            turned: where nobody is found, also look at the picture turned on its sides and upside down, as people lie and stand on hands.
        """
        lowest = min(self.threshold, DOUBTFUL_THRESHOLD)
        found = self.detector(image_rgb, lowest)
        boxes, scores = found.boxes_xywh_px, found.scores
        if turned and not (scores >= self.threshold).any():
            for quarters in (1, 3, 2):
                more = self.detector(np.ascontiguousarray(np.rot90(image_rgb, quarters)), lowest)
                boxes = np.concatenate([boxes, turned_back(more.boxes_xywh_px, quarters, image_rgb.shape)])
                scores = np.concatenate([scores, np.minimum(more.scores, self.threshold)])
            order = suppress(xyxy(boxes), scores, OVERLAP)
            boxes, scores = boxes[order], scores[order]
        below = scores < self.threshold
        few = ~below | (np.cumsum(below) <= MOST_DOUBTFUL)
        return boxes[few], (scores < self.threshold + SURE_MARGIN)[few]

    def tracker(self) -> Tracker:
        """Somebody to follow people with, who has seen nobody yet."""
        return Tracker(self._pose_of)

    def _pose_of(
        self, image_rgb: NDArray[np.uint8], boxes_xywh_px: NDArray[np.float64], before_px: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = self.predictor.predict(image_rgb, boxes_xywh_px, before_px)
        return found.keypoints_px, found.scores


class Follower:
    """A tracker and when the detector looks."""

    def __init__(self, estimator: SpineEstimator) -> None:
        self.estimator, self.tracker = estimator, estimator.tracker()
        self._looked_s: float | None = None
        self._looks = 0

    def __call__(self, image_rgb: NDArray[np.uint8], time_s: float) -> list[Seen]:
        """People of the next frame."""
        pause = LOOK_AGAIN_S if self.tracker.wants_detection else DETECT_EVERY_S
        if self._looked_s is None or not 0 <= time_s - self._looked_s < pause - 1e-3:
            self._looked_s = time_s
            turned = not self.tracker.active and self._looks % TURNED_EVERY == 0
            self._looks += 1
            return self.tracker.update(image_rgb, time_s, *self.estimator.candidates(image_rgb, turned))
        return self.tracker.update(image_rgb, time_s, None)


def _person(seen: Seen) -> SpinePerson:
    return SpinePerson(seen.number, seen.box_xywh_px, seen.keypoints_px, seen.scores)
