"""Portraits: pictures that end between the shoulders and the hips of somebody who stands or sits, as those of webcams do."""

import numpy as np
from numpy.typing import NDArray

from ... import skeleton
from .. import upright

SHOULDERS = (skeleton.INDEX["left_shoulder"], skeleton.INDEX["right_shoulder"])
HEAD, (HIP, NECK) = skeleton.INDEX["head"], upright.TRUNK
ENDS = (0.1, 0.8)
"""Where such a picture ends, from the shoulders (0) to the hips (1)."""
FEWEST_POINTS = 6
HAIR = 0.08
"""Room above the topmost point, as a share of the box's height."""
ARMS = 0.1
"""Room beside the outermost points, as a share of their width."""


def cut_busts(
    rng: np.random.Generator,
    crops: NDArray[np.uint8],
    *,
    boxes_px: NDArray[np.float64],
    keypoints_px: NDArray[np.float64],
    visibility: NDArray[np.int64],
    probability: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Some of the people whose trunk stands: what lies below a line through it turns black, as beyond a picture's edge, and is not labelled.

    Args:
        crops: (N, H, W, C), changed in place.
        boxes_px: (N, 4) in the crops.
        keypoints_px: (N, 37, 2) in the crops.
        visibility: (N, 37).

    Returns:
        Boxes of the people as they are now, which end at the line, and the visibility of their points.
    """
    boxes, seen = boxes_px.copy(), visibility.copy()
    chosen = rng.random(len(crops)) < probability
    ends = rng.uniform(*ENDS, len(crops))
    stands = ~upright.leaning(upright.turns_to_upright(keypoints_px), np.zeros(len(crops)))
    needed = [*SHOULDERS, HIP, HEAD, NECK]
    for row in np.flatnonzero(chosen & stands & (visibility[:, needed] > 0).all(axis=1)):
        points = keypoints_px[row]
        shoulders_y, hip_y = points[list(SHOULDERS), 1].max(), points[HIP, 1]
        line = round(float(shoulders_y + ends[row] * (hip_y - shoulders_y)))
        left = (visibility[row] > 0) & (points[:, 1] < line)
        if not points[HEAD, 1] < shoulders_y < hip_y or left.sum() < FEWEST_POINTS or not 0 < line < crops.shape[1]:
            continue
        low, high = points[left].min(axis=0), points[left].max(axis=0)
        side = ARMS * (high[0] - low[0])
        top = low[1] - HAIR * (line - low[1])
        boxes[row] = low[0] - side, top, high[0] - low[0] + 2 * side, line - top
        seen[row, ~left] = 0
        crops[row, line:] = 0
    return boxes, seen
