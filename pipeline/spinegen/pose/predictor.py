"""What users call: a picture and boxes in, keypoints out, from an exported file alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..errors import TrainingError
from . import closer, geometry, peaks, simcc, upright
from .onnx_file import SimccFile, open_simcc

BATCH = 32
LOOKS_TURNED = 2
"""Most looks at turned crops: the first often shows better where the trunk points."""


@dataclass(frozen=True)
class PosePrediction:
    """Keypoints of N people in one picture."""

    keypoints_px: NDArray[np.float64]
    """(N, 37, 2)."""
    scores: NDArray[np.float64]
    """(N, 37): near 1 where the network is as sure as its labels allow."""
    straight: "PosePrediction | None" = None
    """The fullest bins of the first look: where no frame before is given, in crops that stand as the picture does. So other programs cut
    crops and read the file."""
    expected_oks: NDArray[np.float64] | None = None
    """(N, 37) of 0..1: the OKS of a point in the mean over the network's own distribution, which ranks people better than the scores; None where
    points are the fullest bins, or no network's."""

    @property
    def ranks(self) -> NDArray[np.float64]:
        """(N, 37): what says best who was seen well."""
        return self.scores if self.expected_oks is None else self.expected_oks


@dataclass(frozen=True)
class _Crops:
    """How N people are cut out, and what the network said of it."""

    matrices: NDArray[np.float64]
    """(N, 2, 3) from image to input pixels."""
    turns_rad: NDArray[np.float64]
    inputs: NDArray[np.float32]


@dataclass(frozen=True)
class _Seen:
    """What the network said of N crops, in pixels of their picture."""

    points: NDArray[np.float64]
    """(N, 37, 2)."""
    scores: NDArray[np.float64]
    """(N, 37)."""
    expected: NDArray[np.float64]
    """(N, 37), expected OKS; the scores where points are the fullest bins."""
    fullest: NDArray[np.float64]
    """(N, 37, 2), the fullest bins."""


@dataclass(frozen=True)
class _Waiting:
    """A picture until its batch is full."""

    image: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    first: _Crops
    again: NDArray[np.bool_]
    """(N,) whose head and trunk are looked at from close."""


class PosePredictor:
    """An exported network in ONNX Runtime.

    Args:
        model: the ONNX file; it says its input size and normalisation itself.
        flip_test: average with the mirrored picture; twice the time, a little better.
        device: `cpu`, or `cuda` where ONNX Runtime has it.
        upright: look once more, in a crop turned until the trunk stands, at people whose trunk leans by more than 35 degrees.
        between_bins: points where the blurred distributions are highest (`peaks`); False: the fullest bins, as other programs read the file,
            and as files are read that do not say that their outputs are distributions.
        closer: look at head and trunk, and then at the head, once more in crops of their own and take the means of the looks; thrice the time. None:
            where a file says that it has learnt such crops, and nothing is known of the person from the frame before.

    Raises:
        TrainingError: the file is missing, no SimCC network, or has other keypoints or the same in another order.
    """

    def __init__(
        self,
        model: Path,
        flip_test: bool = False,
        device: str = "cpu",
        threads: int | None = None,
        *,
        upright: bool = True,
        between_bins: bool = True,
        closer: bool | None = None,
    ) -> None:
        self.file: SimccFile = open_simcc(model, device, threads)
        if self.file.keypoints != skeleton.COUNT:
            raise TrainingError(f"{model}: predicts {self.file.keypoints} keypoints, needed are {skeleton.COUNT}")
        for number, (found, wanted) in enumerate(zip_longest(self.file.names or skeleton.NAMES, skeleton.NAMES)):
            if found != wanted:
                raise TrainingError(f"{model}: metadata keypoints: number {number} is {found!r}, needed is {wanted!r}")
        self.flip_test, self.upright, self.closer = flip_test, upright, closer
        self.between_bins = between_bins and self.file.names is not None

    @property
    def input_hw(self) -> tuple[int, int]:
        """Height and width of the network's input in pixels."""
        return self.file.input_hw

    def crop(self, image_rgb: NDArray[np.uint8], boxes_xywh_px: NDArray[np.float64]) -> NDArray[np.float32]:
        """(H, W, 3) uint8 and (N, 4) boxes -> (N, 3, h, w) normalised inputs."""
        return self._first_crops(image_rgb, boxes_xywh_px, None).inputs

    def run(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(N, 3, h, w) -> points (N, 37, 2) in input pixels and scores (N, 37)."""
        seen = self._run(inputs)
        return seen.points, seen.scores

    def predict(
        self,
        image_rgb: NDArray[np.uint8],
        boxes_xywh_px: NDArray[np.float64],
        before_px: NDArray[np.float64] | None = None,
    ) -> PosePrediction:
        """Keypoints of the people in boxes of one picture.

        Args:
            image_rgb: (H, W, 3) uint8, red first.
            boxes_xywh_px: (N, 4).
            before_px: (N, 37, 2) keypoints of the frame before, NaN for people who are new: who leaned then is looked at once, turned.
        """
        boxes = np.asarray(boxes_xywh_px, dtype=np.float64).reshape(-1, 4)
        return next(self._predict_all(iter([(image_rgb, boxes, before_px)])))

    def predict_many(
        self, pictures: Iterator[tuple[NDArray[np.uint8], NDArray[np.float64]]]
    ) -> Iterator[PosePrediction]:
        """One prediction a (picture, boxes) pair, in order, with people of several pictures in one batch."""
        return self._predict_all((image, boxes, None) for image, boxes in pictures)

    def _predict_all(
        self, pictures: Iterator[tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64] | None]]
    ) -> Iterator[PosePrediction]:
        waiting: list[_Waiting] = []
        for image, boxes, before in pictures:
            first, again = self._first_crops(image, boxes, before), self._looked_at_again(len(boxes), before)
            waiting.append(_Waiting(image, boxes, first, again))
            if sum(len(picture.boxes) for picture in waiting) >= BATCH:
                yield from self._flush(waiting)
                waiting = []
        yield from self._flush(waiting)

    def _flush(self, waiting: list[_Waiting]) -> Iterator[PosePrediction]:
        if not waiting:
            return
        owners = np.repeat(np.arange(len(waiting)), [len(picture.boxes) for picture in waiting])
        boxes = np.concatenate([picture.boxes for picture in waiting])
        first = self._look([picture.first for picture in waiting])
        points, scores, expected = first.points.copy(), first.scores.copy(), first.expected.copy()
        done = np.concatenate([picture.first.turns_rad for picture in waiting])
        for _ in range(LOOKS_TURNED if self.upright else 0):
            turns = upright.turns_to_upright(points)
            rows = np.flatnonzero(upright.leaning(turns, done))
            if not len(rows):
                break
            regions = upright.turned_regions(boxes[rows], turns[rows], self.input_hw, points[rows])
            again = self._look_at(waiting, owners[rows], *regions, turns_rad=turns[rows])
            better = again.scores.mean(axis=1) > scores[rows].mean(axis=1)
            for kept, found in ((points, again.points), (scores, again.scores), (expected, again.expected)):
                kept[rows[better]] = found[better]
            done[rows] = turns[rows]
        near = np.flatnonzero(np.concatenate([picture.again for picture in waiting]))
        for look in closer.LOOKS:
            near = near[look.worth(scores[near])]
            if not len(near):
                break
            regions = look.regions(points[near], done[near], self.input_hw)
            again = self._look_at(waiting, owners[near], *regions, turns_rad=done[near])
            points[near], scores[near] = look.joined(points[near], scores[near], again.points, again.scores)
            expected[near] = look.mean_of_both(expected[near], again.expected)
        for owner in range(len(waiting)):
            mine = owners == owner
            straight = PosePrediction(first.fullest[mine], first.scores[mine])
            yield PosePrediction(points[mine], scores[mine], straight, expected[mine])

    def _look_at(
        self,
        waiting: list[_Waiting],
        owners: NDArray[np.int64],
        centers: NDArray[np.float64],
        sizes: NDArray[np.float64],
        *,
        turns_rad: NDArray[np.float64],
    ) -> _Seen:
        """What the network says of turned crops, each of the picture whose number in `waiting` is its owner; owners ascend."""
        groups = [(waiting[owner].image, owners == owner) for owner in np.unique(owners)]
        return self._look([self._crops(image, centers[own], sizes[own], turns_rad[own]) for image, own in groups])

    def _looked_at_again(self, people: int, before_px: NDArray[np.float64] | None) -> NDArray[np.bool_]:
        """(N,) who gets the closer look."""
        if self.closer is None and self.file.closer and before_px is not None:
            return np.asarray(np.isnan(before_px).all(axis=(1, 2)))
        return np.full(people, self.file.closer if self.closer is None else self.closer)

    def _first_crops(
        self, image: NDArray[np.uint8], boxes: NDArray[np.float64], before_px: NDArray[np.float64] | None
    ) -> _Crops:
        if before_px is None or not self.upright:
            before_px = np.full((len(boxes), skeleton.COUNT, 2), np.nan)
        turns, known = upright.turns_of_leaning(before_px)
        return self._crops(image, *upright.turned_regions(boxes, turns, self.input_hw, known), turns)

    def _crops(
        self,
        image: NDArray[np.uint8],
        centers: NDArray[np.float64],
        sizes: NDArray[np.float64],
        turns: NDArray[np.float64],
    ) -> _Crops:
        matrices = geometry.transforms_input_image(centers, sizes, self.input_hw, turns)
        return _Crops(matrices, turns, self._cut(image, matrices))

    def _cut(self, image: NDArray[np.uint8], matrices: NDArray[np.float64]) -> NDArray[np.float32]:
        height, width = self.input_hw
        if not len(matrices):
            return np.zeros((0, 3, height, width), np.float32)
        crops = np.stack([cv2.warpAffine(image, m, (width, height), flags=cv2.INTER_LINEAR) for m in matrices])
        normalized = (crops - np.array(self.file.mean_rgb)) / np.array(self.file.std_rgb)
        return np.ascontiguousarray(normalized.transpose(0, 3, 1, 2), dtype=np.float32)

    def _look(self, crops: list[_Crops]) -> _Seen:
        """What the network says of all of them, in pixels of their pictures."""
        inputs = np.concatenate([one.inputs for one in crops])
        back = geometry.invert(np.concatenate([one.matrices for one in crops]))
        chunks = [self._run(inputs[i : i + BATCH]) for i in range(0, len(inputs), BATCH)]
        nobody = np.zeros((0, skeleton.COUNT, 2))
        return _Seen(
            geometry.apply_affine(back, np.concatenate([nobody, *(chunk.points for chunk in chunks)])),
            np.concatenate([nobody[..., 0], *(chunk.scores for chunk in chunks)]),
            np.concatenate([nobody[..., 0], *(chunk.expected for chunk in chunks)]),
            geometry.apply_affine(back, np.concatenate([nobody, *(chunk.fullest for chunk in chunks)])),
        )

    def _run(self, inputs: NDArray[np.float32]) -> _Seen:
        """What the network says of crops, in input pixels."""
        ratio = self.file.split_ratio
        x, y = self.file.run(inputs)
        if self.flip_test:
            mirrored = self.file.run(np.ascontiguousarray(inputs[..., ::-1]))
            x, y = simcc.average_with_mirrored(x, y, *mirrored, split_ratio=ratio)
        fullest, scores = simcc.decode(x, y, ratio)
        if not self.between_bins:
            return _Seen(fullest, scores, scores, fullest)
        person_px = peaks.person_px(self.input_hw)
        (across, expected_x), (down, expected_y) = (peaks.peaks(axis, ratio, person_px) for axis in (x, y))
        points = np.where(scores[..., None] > 0, np.stack([across, down], axis=-1), fullest)
        return _Seen(points, scores, expected_x * expected_y, fullest)
