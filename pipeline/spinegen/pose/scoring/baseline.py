"""The score to beat: everybody stands as the mean of the training boxes."""

import numpy as np
from numpy.typing import NDArray

from ..data.coco_set import CocoSet


def mean_pose(people: CocoSet) -> NDArray[np.float64]:
    """(37, 2) mean place of each labelled keypoint inside its person's box, 0..1; the centre where one is never labelled."""
    relative = (people.keypoints_px - people.boxes_xywh_px[:, None, :2]) / people.boxes_xywh_px[:, None, 2:]
    labelled = people.visibility[..., None] > 0
    count = labelled.sum(axis=0)
    return np.where(count > 0, (relative * labelled).sum(axis=0) / np.maximum(count, 1), 0.5)


def place(pose: NDArray[np.float64], boxes_xywh_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 37, 2) the pose of `mean_pose` stretched into boxes."""
    return boxes_xywh_px[:, None, :2] + pose[None] * boxes_xywh_px[:, None, 2:]
