"""Skeletons drawn on pictures."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import skeleton

SPINE_RGB = (255, 214, 10)


def draw_pose(
    image_rgb: NDArray[np.uint8],
    keypoints_px: NDArray[np.float64],
    scores: NDArray[np.float64] | None = None,
    *,
    threshold: float = 0.2,
    spine_only: bool = False,
) -> NDArray[np.uint8]:
    """A copy of the picture with the people's links and keypoints.

    Args:
        image_rgb: (H, W, 3) uint8.
        keypoints_px: (N, 37, 2).
        scores: (N, 37); keypoints below `threshold` are not drawn.
        spine_only: only the vertebral chain.
    """
    picture = np.ascontiguousarray(image_rgb).copy()
    chain = set(skeleton.SPINE_CHAIN)
    for person, points in enumerate(keypoints_px):
        known = np.isfinite(points).all(axis=-1)
        if scores is not None:
            known &= scores[person] >= threshold
        if not known.any():
            continue
        thin, dot = _widths_px(max(picture.shape[:2]), float(np.ptp(points[known], axis=0).max()))
        for a, b in skeleton.LINKS:
            of_spine = a in chain and b in chain
            if not (known[a] and known[b]) or (spine_only and not of_spine):
                continue
            color = SPINE_RGB if of_spine else skeleton.COLORS_RGB[b]
            cv2.line(picture, _at(points[a]), _at(points[b]), color, thin + of_spine, cv2.LINE_AA)
        for i in range(skeleton.COUNT):
            if known[i] and (i in chain or not spine_only):
                cv2.circle(picture, _at(points[i]), dot, skeleton.COLORS_RGB[i], -1, cv2.LINE_AA)
    return picture


def _widths_px(picture_px: int, person_px: float) -> tuple[int, int]:
    """Of lines, and radius of dots: as the picture asks for, and finer on people who are small in it, so that they are still seen."""
    thin = max(1, round(min(picture_px / 400, person_px / 100)))
    return thin, min(thin + 1, round(person_px / 80))


def _at(point: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.clip(np.round(point), -10_000, 10_000).astype(int)
    return int(x), int(y)
