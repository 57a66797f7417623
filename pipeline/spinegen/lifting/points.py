"""The points that are lifted: every keypoint that is no vertebra, then all 25 vertebral centroids."""

import numpy as np

from .. import skeleton
from ..geometry.types import Array
from ..labels.spine import SPINE_IDS, SPINE_LEVELS

BODY_IDS = np.setdiff1d(np.arange(skeleton.COUNT), SPINE_IDS)
"""Keypoints that are no vertebrae, in the order of the points."""
SPINE = np.arange(len(BODY_IDS), len(BODY_IDS) + len(skeleton.VERTEBRAE))
"""Rows of the centroids, S1 to C1."""
COUNT = len(BODY_IDS) + len(skeleton.VERTEBRAE)
NAMES = (*(skeleton.NAMES[i] for i in BODY_IDS), *skeleton.VERTEBRAE)
ROOT = int(SPINE[0])
"""S1, which the others are measured from."""
KEYPOINT_ROWS = np.zeros(skeleton.COUNT, dtype=np.int64)
"""Row of each of the 37 keypoints."""
KEYPOINT_ROWS[BODY_IDS] = np.arange(len(BODY_IDS))
KEYPOINT_ROWS[SPINE_IDS] = SPINE[SPINE_LEVELS]
FLIP = np.arange(COUNT)
"""For each point the one that it becomes in a mirror."""
FLIP[: len(BODY_IDS)] = KEYPOINT_ROWS[np.array(skeleton.FLIP)[BODY_IDS]]


def joined(keypoints: Array, centroids: Array) -> Array:
    """`(..., 37, 3)` and `(..., 25, 3)` as points `(..., 53, 3)`."""
    return np.concatenate([keypoints[..., BODY_IDS, :], centroids], axis=-2)


def keypoints_of(points: Array) -> Array:
    """The 37 keypoints `(..., 37, 3)`, vertebrae at their centroids."""
    return points[..., KEYPOINT_ROWS, :]


def centroids_of(points: Array) -> Array:
    """The 25 vertebral centroids `(..., 25, 3)`."""
    return points[..., SPINE, :]
