"""How far two sets of keypoints lie apart, in COCO's own measure: the object keypoint similarity (OKS)."""

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..pose.data.coco_set import AREA_OF_BOX

_VARIANCES = (2 * np.array(skeleton.SIGMAS)) ** 2


def lost_similarity(distances_px: NDArray[np.float64], boxes_xywh_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a distance costs a keypoint: 1 - exp(-d^2 / (2 area (2 sigma)^2)), 0 for none, towards 1.

    Args:
        distances_px: (..., 37).
        boxes_xywh_px: (..., 4) of the people; leading axes as of the distances, or to be broadcast.
    """
    area_px2 = AREA_OF_BOX * boxes_xywh_px[..., 2] * boxes_xywh_px[..., 3]
    return 1 - np.exp(-(distances_px**2) / (2 * np.maximum(area_px2, 1.0)[..., None] * _VARIANCES))


def similarity(
    first_px: NDArray[np.float64],
    second_px: NDArray[np.float64],
    box_xywh_px: NDArray[np.float64],
    counted: NDArray[np.bool_],
) -> float:
    """OKS of two people over the keypoints that count; 0 where none does.

    Args:
        first_px: (37, 2).
        second_px: (37, 2).
        box_xywh_px: (4,) whose size is the measure.
        counted: (37,).
    """
    if not counted.any():
        return 0.0
    distances = np.linalg.norm(first_px - second_px, axis=-1)
    return float(1 - lost_similarity(distances, box_xywh_px)[counted].mean())
