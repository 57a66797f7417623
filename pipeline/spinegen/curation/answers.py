"""What a network says of the people of one picture, asked eight times: plain, mirrored, shifted and scaled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..pose.predictor import PosePredictor
from .similarity import lost_similarity, similarity

SHIFT = 0.06
"""Of a shifted crop, as a share of the box's sides."""
SCALES = (0.85, 1.18)
"""Of scaled boxes."""
SAME_PERSON = 0.8
"""Two people of one picture whose keypoints are more alike (OKS) are one whom the detector found twice."""
SPINE_DEGREE = 3
"""Of the smooth curve through the vertebral points, as in the training's spine loss: three bends."""


@dataclass(frozen=True)
class Answer:
    """N people of one picture."""

    boxes_xywh_px: NDArray[np.float64]
    """(N, 4)."""
    keypoints_px: NDArray[np.float64]
    """(N, 37, 2): medians over the crops."""
    scores: NDArray[np.float64]
    """(N, 37): medians over the crops."""
    disagreement: NDArray[np.float64]
    """(N,) mean OKS that a crop's keypoints lose against the medians, over keypoints inside the picture; 0 none, 1 all."""
    spine: NDArray[np.float64]
    """(N,) mean OKS that the vertebral points lose against the smooth curve through them."""

    @property
    def unsure(self) -> NDArray[np.float64]:
        """(N,) both together, as independent chances of being wrong."""
        return 1 - (1 - self.disagreement) * (1 - self.spine)


def ask(predictor: PosePredictor, image_rgb: NDArray[np.uint8], boxes_xywh_px: NDArray[np.float64]) -> Answer:
    """Look at every person eight times.

    Args:
        predictor: without flip test.
        image_rgb: (H, W, 3).
        boxes_xywh_px: (N, 4), the surest first; who is there twice is left out.
    """
    boxes = np.asarray(boxes_xywh_px, dtype=np.float64).reshape(-1, 4)
    if not len(boxes):
        nobody = np.zeros(0)
        return Answer(boxes, np.zeros((0, skeleton.COUNT, 2)), np.zeros((0, skeleton.COUNT)), nobody, nobody)
    points, scores = _all_crops(predictor, image_rgb, boxes)
    keypoints = np.median(points, axis=1)
    unique = _unique(keypoints, boxes, inside_picture(keypoints, image_rgb.shape[:2]))
    boxes, points, scores, keypoints = boxes[unique], points[unique], scores[unique], keypoints[unique]
    inside = inside_picture(keypoints, image_rgb.shape[:2])
    distances = np.linalg.norm(points - keypoints[:, None], axis=-1)
    lost = lost_similarity(distances, boxes[:, None]).mean(axis=1)
    return Answer(
        boxes, keypoints, np.median(scores, axis=1), _mean_inside(lost, inside), bend_of(keypoints, boxes, inside)
    )


def bend_of(
    keypoints_px: NDArray[np.float64], boxes_xywh_px: NDArray[np.float64], inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(N,) mean OKS that vertebral points (of (N, 37, 2)) lose against a cubic over their level; only those in the picture count."""
    chain = list(skeleton.SPINE_CHAIN)
    spine = keypoints_px[:, chain]
    distances = np.zeros(keypoints_px.shape[:2])
    distances[:, chain] = np.linalg.norm(spine - spine_smoother() @ spine, axis=-1)
    counted = np.zeros_like(inside)
    counted[:, chain] = inside[:, chain]
    return _mean_inside(lost_similarity(distances, boxes_xywh_px), counted)


def spine_smoother() -> NDArray[np.float64]:
    """(9, 9): least-squares cubic through the spine chain over the vertebral level, as a projection."""
    names = [skeleton.KEYPOINTS[i].vertebra for i in skeleton.SPINE_CHAIN]
    levels = np.array([skeleton.VERTEBRAE.index(name) for name in names if name]) / (len(skeleton.VERTEBRAE) - 1)
    basis = np.linalg.qr(levels[:, None] ** np.arange(SPINE_DEGREE + 1))[0]
    return basis @ basis.T


def _all_crops(
    predictor: PosePredictor, image_rgb: NDArray[np.uint8], boxes: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N, 8, 37, 2) and (N, 8, 37)."""
    people, width = len(boxes), image_rgb.shape[1]
    shifts = SHIFT * boxes[:, 2:]
    moved = [
        np.concatenate([boxes[:, :2] + s * shifts, boxes[:, 2:]], axis=1) for s in ([-1, 0], [1, 0], [0, -1], [0, 1])
    ]
    sized = [np.concatenate([boxes[:, :2] + (1 - s) / 2 * boxes[:, 2:], s * boxes[:, 2:]], axis=1) for s in SCALES]
    straight = predictor.predict(image_rgb, np.concatenate([boxes, *moved, *sized]))
    mirrored_boxes = boxes.copy()
    mirrored_boxes[:, 0] = width - 1 - boxes[:, 0] - boxes[:, 2]
    mirrored = predictor.predict(np.ascontiguousarray(image_rgb[:, ::-1]), mirrored_boxes)
    back = mirrored.keypoints_px[:, list(skeleton.FLIP)]
    back[..., 0] = width - 1 - back[..., 0]
    points = np.concatenate([straight.keypoints_px.reshape(-1, people, skeleton.COUNT, 2), back[None]])
    scores = np.concatenate(
        [straight.scores.reshape(-1, people, skeleton.COUNT), mirrored.scores[None, :, list(skeleton.FLIP)]]
    )
    return points.swapaxes(0, 1), scores.swapaxes(0, 1)


def _unique(keypoints: NDArray[np.float64], boxes: NDArray[np.float64], inside: NDArray[np.bool_]) -> list[int]:
    kept: list[int] = []
    for row in range(len(boxes)):
        if all(similarity(keypoints[row], keypoints[k], boxes[k], inside[row] & inside[k]) < SAME_PERSON for k in kept):
            kept.append(row)
    return kept


def inside_picture(points: NDArray[np.float64], size_hw: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which of (..., 2) pixels lie in a picture."""
    limit = np.array([size_hw[1], size_hw[0]]) - 0.5
    return np.asarray(((points >= -0.5) & (points < limit)).all(axis=-1), dtype=np.bool_)


def _mean_inside(values: NDArray[np.float64], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(counted, values, 0).sum(axis=-1) / np.maximum(counted.sum(axis=-1), 1)
