"""Angles of the spine from points alone, so that truth and estimate are measured by the same formula.

| angle | between | positive |
|---|---|---|
| lumbar lordosis | chain of centroids at L5 (S1 to L4) and at L1 (L2 to T12), in the sagittal plane of the pelvis | hollow back |
| thoracic kyphosis | chain at T12 (L1 to T11) and at T1 (T2 to C7), in the sagittal plane of the trunk | round back |
| forward bend | line S1 to C7 and the vertical, in the sagittal plane of the pelvis | forward |
| side bend | line S1 to C7 and the sagittal plane of the pelvis | to the right |
| rotation | line of the shoulders against that of the hips, about the line S1 to C7 | to the left |
| neck flexion | line C7 to C1 and chain at T1, in the sagittal plane of the trunk | forward |
| pelvic tilt | line from the middle of the hips to S1 and the vertical, in the sagittal plane of the pelvis | S1 behind the hips |

These are tangents of the chain, not endplates as in a radiograph: they follow the same motion and differ from Cobb angles by an offset of some degrees
(`biomech.model.curvature` has those of a model).
"""

import numpy as np

from .. import skeleton
from ..geometry.types import Array
from ..skeleton import VERTEBRAE

ANGLES = (
    "lumbar_lordosis",
    "thoracic_kyphosis",
    "forward_bend",
    "side_bend",
    "rotation",
    "neck_flexion",
    "pelvic_tilt",
)
LEAST_SINE = 0.35
"""Of the angle between the vertical and the axis across the pelvis: below, a person lies on a side, and leaning forward means nothing."""


def spine_angles_deg(keypoints_m: Array, centroids_m: Array, up: Array) -> Array:
    """`(..., 7)` in the order of `ANGLES`, degrees; NaN where points are missing or an angle means nothing.

    Args:
        keypoints_m: `(..., 37, 3)` in any right-handed frame.
        centroids_m: `(..., 25, 3)` in the same frame, S1 to C1.
        up: `(3,)` or `(..., 3)`, unit vector against gravity in that frame.
    """
    at = skeleton.INDEX
    level = {name: centroids_m[..., i, :] for i, name in enumerate(VERTEBRAE)}
    hips_right = _unit(keypoints_m[..., at["right_hip"], :] - keypoints_m[..., at["left_hip"], :])
    shoulders = keypoints_m[..., at["right_shoulder"], :] - keypoints_m[..., at["left_shoulder"], :]
    hips = 0.5 * (keypoints_m[..., at["right_hip"], :] + keypoints_m[..., at["left_hip"], :])
    trunk = _unit(level["C7"] - level["S1"])
    upright = np.broadcast_to(up, trunk.shape)
    shoulders_right = _unit(_across(shoulders, trunk))
    low_chest = level["T11"] - level["L1"]
    top_chest = level["C7"] - level["T2"]
    means = np.linalg.norm(np.cross(upright, hips_right), axis=-1) > LEAST_SINE
    columns = (
        -_forward(level["L4"] - level["S1"], level["T12"] - level["L2"], hips_right),
        _forward(low_chest, top_chest, shoulders_right),
        np.where(means, _forward(upright, trunk, hips_right), np.nan),
        np.arcsin(np.clip(_dot(trunk, hips_right), -1.0, 1.0)),
        _about(trunk, _across(hips_right, trunk), shoulders_right),
        _forward(top_chest, level["C1"] - level["C7"], shoulders_right),
        np.where(means, -_forward(upright, level["S1"] - hips, hips_right), np.nan),
    )
    return np.degrees(np.stack(columns, axis=-1))


def _forward(first: Array, second: Array, right: Array) -> Array:
    """Turn from one direction to another about the axis to the left, which is forward, seen along it; radians."""
    return _about(-right, _across(first, right), _across(second, right))


def _about(axis: Array, first: Array, second: Array) -> Array:
    """Right-handed turn about a unit axis between directions across it."""
    return np.arctan2(_dot(np.cross(first, second), axis), _dot(first, second))


def _across(vector: Array, axis: Array) -> Array:
    """The part of a vector across a unit axis."""
    return vector - _dot(vector, axis)[..., None] * axis


def _dot(a: Array, b: Array) -> Array:
    return (a * b).sum(-1)


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)
