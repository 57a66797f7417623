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
from . import geometry, simcc
from .onnx_file import SimccFile, open_simcc

BATCH = 32


@dataclass(frozen=True)
class PosePrediction:
    """Keypoints of N people in one picture."""

    keypoints_px: NDArray[np.float64]
    """(N, 37, 2)."""
    scores: NDArray[np.float64]
    """(N, 37): near 1 where the network is as sure as its labels allow."""


class PosePredictor:
    """An exported network in ONNX Runtime.

    Args:
        model: the ONNX file; it says its input size and normalisation itself.
        flip_test: average with the mirrored picture; twice the time, a little better.
        device: `cpu`, or `cuda` where ONNX Runtime has it.

    Raises:
        TrainingError: the file is missing, no SimCC network, or has other keypoints or the same in another order.
    """

    def __init__(self, model: Path, flip_test: bool = False, device: str = "cpu", threads: int | None = None) -> None:
        self.file: SimccFile = open_simcc(model, device, threads)
        if self.file.keypoints != skeleton.COUNT:
            raise TrainingError(f"{model}: predicts {self.file.keypoints} keypoints, needed are {skeleton.COUNT}")
        for number, (found, wanted) in enumerate(zip_longest(self.file.names or skeleton.NAMES, skeleton.NAMES)):
            if found != wanted:
                raise TrainingError(f"{model}: metadata keypoints: number {number} is {found!r}, needed is {wanted!r}")
        self.flip_test = flip_test

    @property
    def input_hw(self) -> tuple[int, int]:
        """Height and width of the network's input in pixels."""
        return self.file.input_hw

    def crop(self, image_rgb: NDArray[np.uint8], boxes_xywh_px: NDArray[np.float64]) -> NDArray[np.float32]:
        """(H, W, 3) uint8 and (N, 4) boxes -> (N, 3, h, w) normalised inputs."""
        centers, sizes = geometry.crop_regions(boxes_xywh_px, self.input_hw)
        matrices = geometry.transforms_input_image(centers, sizes, self.input_hw)
        height, width = self.input_hw
        crops = np.stack([cv2.warpAffine(image_rgb, m, (width, height), flags=cv2.INTER_LINEAR) for m in matrices])
        normalized = (crops - np.array(self.file.mean_rgb)) / np.array(self.file.std_rgb)
        return np.ascontiguousarray(normalized.transpose(0, 3, 1, 2), dtype=np.float32)

    def run(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(N, 3, h, w) -> points (N, 37, 2) in input pixels and scores (N, 37)."""
        x, y = self.file.run(inputs)
        if self.flip_test:
            mirrored = self.file.run(np.ascontiguousarray(inputs[..., ::-1]))
            x, y = simcc.average_with_mirrored(x, y, *mirrored, split_ratio=self.file.split_ratio)
        return simcc.decode(x, y, self.file.split_ratio)

    def predict(self, image_rgb: NDArray[np.uint8], boxes_xywh_px: NDArray[np.float64]) -> PosePrediction:
        """Keypoints of the people in boxes of one picture.

        Args:
            image_rgb: (H, W, 3) uint8, red first.
            boxes_xywh_px: (N, 4).
        """
        boxes = np.asarray(boxes_xywh_px, dtype=np.float64).reshape(-1, 4)
        return next(self.predict_many(iter([(image_rgb, boxes)])))

    def predict_many(
        self, pictures: Iterator[tuple[NDArray[np.uint8], NDArray[np.float64]]]
    ) -> Iterator[PosePrediction]:
        """One prediction a (picture, boxes) pair, in order, with people of several pictures in one batch."""
        waiting: list[tuple[NDArray[np.float64], NDArray[np.float32]]] = []
        for image, boxes in pictures:
            empty = np.zeros((0, 3, *self.input_hw), np.float32)
            waiting.append((boxes, self.crop(image, boxes) if len(boxes) else empty))
            if sum(len(inputs) for _, inputs in waiting) >= BATCH:
                yield from self._flush(waiting)
                waiting = []
        yield from self._flush(waiting)

    def _flush(self, waiting: list[tuple[NDArray[np.float64], NDArray[np.float32]]]) -> Iterator[PosePrediction]:
        if not waiting:
            return
        inputs = np.concatenate([inputs for _, inputs in waiting])
        chunks = [self.run(inputs[i : i + BATCH]) for i in range(0, len(inputs), BATCH)]
        nothing = (np.zeros((0, skeleton.COUNT, 2)), np.zeros((0, skeleton.COUNT)))
        points = np.concatenate([nothing[0], *(chunk[0] for chunk in chunks)])
        scores = np.concatenate([nothing[1], *(chunk[1] for chunk in chunks)])
        start = 0
        for boxes, people in waiting:
            rows = slice(start, start + len(people))
            start += len(people)
            centers, sizes = geometry.crop_regions(boxes, self.input_hw)
            yield PosePrediction(simcc.to_image(points[rows], centers, sizes, self.input_hw), scores[rows])
