"""People in a picture: the detector that ships, or a user's YOLOX, RTMDet or RF-DETR file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import TrainingError
from ..pose.onnx_session import open_session
from .boxes import suppress, xywh
from .foreign_detectors import Decoder, decoder_of

SHIPPED = Path(__file__).resolve().parent / "networks" / "nanodet-person.onnx"
SHIPPED_SHA256 = "330336725b80ab3944fb5fdc6cc81426b10cb6483d36bdcbb767ee5ffb4dc868"
MEAN_BGR = np.array([103.53, 116.28, 123.675], np.float32)
STD_BGR = np.array([57.375, 57.12, 58.395], np.float32)
"""What NanoDet's training configs normalise by, blue first."""
OVERLAP = 0.6
"""Boxes that overlap by more mean one person."""


@dataclass(frozen=True)
class Detections:
    """People of one picture, the surest first."""

    boxes_xywh_px: NDArray[np.float64]
    """(N, 4)."""
    scores: NDArray[np.float64]
    """(N,), 0..1."""


class Detector(Protocol):
    """Anything that finds people."""

    def __call__(self, image_rgb: NDArray[np.uint8], threshold: float) -> Detections:
        """People whose score is at least `threshold` in an (H, W, 3) picture."""
        ...


class PersonDetector:
    """A detector in ONNX Runtime.

    Args:
        path: None for the one that ships; else a file as rtmlib and spinepose take them.

    Raises:
        TrainingError: missing, damaged, or its outputs are those of no detector that is known.
    """

    def __init__(self, path: Path | None = None, threads: int | None = None) -> None:
        self.path = path or SHIPPED
        self.session = _open(self.path, None if path else SHIPPED_SHA256, threads)
        shape = self.session.get_inputs()[0].shape
        if len(shape) != 4 or not all(isinstance(n, int) for n in shape[2:]):
            raise TrainingError(f"{self.path}: is no detector with a fixed input size: its input is {shape}")
        self.input_hw: tuple[int, int] = (int(shape[2]), int(shape[3]))
        self.decode: Decoder | None = decoder_of(self.path, self.session, self.input_hw) if path else None

    def __call__(self, image_rgb: NDArray[np.uint8], threshold: float = 0.35) -> Detections:
        """People whose score is at least `threshold`, no one twice."""
        scale = min(self.input_hw[0] / image_rgb.shape[0], self.input_hw[1] / image_rgb.shape[1])
        if self.decode is not None:
            boxes, scores = self.decode(self.session, letterboxed(image_rgb, self.input_hw, scale, 114))
        else:
            canvas = letterboxed(image_rgb, self.input_hw, scale, 0)[..., ::-1]
            pixels = ((canvas - MEAN_BGR) / STD_BGR).astype(np.float32).transpose(2, 0, 1)[None]
            found = self.session.run(["boxes", "scores"], {"images": np.ascontiguousarray(pixels)})
            boxes, scores = np.asarray(found[0][0], np.float64), np.asarray(found[1][0], np.float64)
        sure = scores >= threshold
        boxes, scores = boxes[sure] / scale, scores[sure]
        limit = np.array([image_rgb.shape[1], image_rgb.shape[0]] * 2, dtype=np.float64)
        boxes = np.clip(boxes, 0, limit)
        large = (boxes[:, 2:] - boxes[:, :2] > 2).all(axis=1) & np.isfinite(boxes).all(axis=1)
        boxes, scores = boxes[large], scores[large]
        kept = suppress(boxes, scores, OVERLAP)
        return Detections(xywh(boxes[kept]), scores[kept])


def letterboxed(image_rgb: NDArray[np.uint8], input_hw: tuple[int, int], scale: float, grey: int) -> NDArray[np.uint8]:
    """The picture scaled into the upper left corner of the network's input."""
    canvas = np.full((*input_hw, 3), grey, np.uint8)
    height, width = (max(round(side * scale), 1) for side in image_rgb.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas[:height, :width] = cv2.resize(image_rgb, (width, height), interpolation=method)
    return canvas


def _open(path: Path, sha256: str | None, threads: int | None) -> Any:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: detector cannot be read: {error.strerror or error}") from error
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise TrainingError(f"{path}: shipped detector is damaged: install spinegen again")
    return open_session(path, data=data, threads=threads)
