"""Detectors that others exported, told apart by their outputs: YOLOX and RTMDet as rtmlib has them, RF-DETR as Roboflow exports it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import TrainingError

Found = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Corners (N, 4) in input pixels and scores (N,)."""
Decoder = Callable[[Any, NDArray[np.uint8]], Found]
"""A session and the letterboxed RGB picture -> people."""
YOLOX_STRIDES = (8, 16, 32)
RTMDET_MEAN_BGR = np.array([103.53, 116.28, 123.675], np.float32)
RTMDET_STD_BGR = np.array([57.375, 57.12, 58.395], np.float32)
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
IMAGENET_STD = np.array([0.229, 0.224, 0.225], np.float32)
RFDETR_PERSON = 1
"""Class of the person among RF-DETR's COCO ids."""


def decoder_of(path: Path, session: Any, input_hw: tuple[int, int]) -> Decoder:
    """How a file is fed and read.

    Raises:
        TrainingError: its outputs are those of no detector that is known.
    """
    names = {output.name: list(output.shape) for output in session.get_outputs()}
    cells = sum((input_hw[0] // s) * (input_hw[1] // s) for s in YOLOX_STRIDES)
    shapes = list(names.values())
    if {"dets", "labels"} <= set(names) and _last(names["dets"]) == 4:
        return rfdetr
    if "dets" in names and _last(names["dets"]) == 5:
        # with its suppression built in: RTMDet and rtmlib's YOLOX differ in how pictures are normalised
        return rtmdet if "labels" in names and "rtmdet" in path.name.lower() else yolox_with_suppression
    if (
        len(shapes) == 1
        and len(shapes[0]) == 3
        and _last(shapes[0]) > 5
        and shapes[0][1] in (cells, None, "num_anchors")
    ):
        return lambda session, picture: yolox(session, picture, input_hw)
    raise TrainingError(
        f"{path}: its outputs {names} are those of no detector that is known; allowed are YOLOX (boxes of all cells, or dets of 5), "
        "RTMDet (dets of 5, labels) and RF-DETR (dets of 4, labels)"
    )


def yolox(session: Any, picture: NDArray[np.uint8], input_hw: tuple[int, int]) -> Found:
    """Raw cells: centre and size relative to the cell, objectness, classes."""
    raw = np.asarray(_run(session, _plain_bgr(picture))[0][0], np.float64)
    grids, strides = [], []
    for stride in YOLOX_STRIDES:
        rows, columns = np.mgrid[0 : input_hw[0] // stride, 0 : input_hw[1] // stride]
        grids.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full(rows.size, stride))
    stride = np.concatenate(strides)[:, None]
    centre = (raw[:, :2] + np.concatenate(grids)) * stride
    half = np.exp(np.clip(raw[:, 2:4], -20, 20)) * stride / 2
    return np.concatenate([centre - half, centre + half], axis=1), raw[:, 4] * raw[:, 5]


def yolox_with_suppression(session: Any, picture: NDArray[np.uint8]) -> Found:
    """rtmlib's human-art YOLOX: corners and score, one class."""
    return _dets(_run(session, _plain_bgr(picture)))


def rtmdet(session: Any, picture: NDArray[np.uint8]) -> Found:
    """MMDeploy's RTMDet: corners and score, and labels of which 0 is the person."""
    pixels = (picture[..., ::-1].astype(np.float32) - RTMDET_MEAN_BGR) / RTMDET_STD_BGR
    return _dets(_run(session, _batch(pixels)))


def rfdetr(session: Any, picture: NDArray[np.uint8]) -> Found:
    """RF-DETR: boxes as centre and size, 0..1, and a logit a class."""
    pixels = (picture.astype(np.float32) / 255 - IMAGENET_MEAN) / IMAGENET_STD
    names = [output.name for output in session.get_outputs()]
    values = dict(zip(names, _run(session, _batch(pixels)), strict=True))
    boxes, logits = np.asarray(values["dets"][0], np.float64), np.asarray(values["labels"][0], np.float64)
    size = np.array([picture.shape[1], picture.shape[0]])
    centre, half = boxes[:, :2] * size, boxes[:, 2:] * size / 2
    score = 1 / (1 + np.exp(-np.clip(logits[:, min(RFDETR_PERSON, logits.shape[1] - 1)], -50, 50)))
    return np.concatenate([centre - half, centre + half], axis=1), score


def _dets(outputs: list[Any]) -> Found:
    dets = np.asarray(outputs[0], np.float64).reshape(-1, 5)
    if len(outputs) > 1:
        dets = dets[np.asarray(outputs[1]).reshape(-1)[: len(dets)] == 0]
    return dets[:, :4], dets[:, 4]


def _plain_bgr(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    return _batch(picture[..., ::-1].astype(np.float32))


def _batch(pixels: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], dtype=np.float32)


def _run(session: Any, inputs: NDArray[np.float32]) -> list[Any]:
    return session.run(None, {session.get_inputs()[0].name: inputs})


def _last(shape: list[Any]) -> int:
    return shape[-1] if shape and isinstance(shape[-1], int) else -1
