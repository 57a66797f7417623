"""Body points as people click them for COCO, beside the joint centres that the model knows.

Offsets were measured by `benchmarks/conventions.py`: BlazePose full, which learnt from people's clicks, looked at 2,000 drawn people seen from all
sides; the offset of its points from our labels in the axes of the trunk, in millimetres of a trunk (hip centre to C7) of 480 mm. Sides are mirrored.
What lies within 5 mm on all axes is left as it is.
"""

import numpy as np

from .. import skeleton
from ..geometry.types import Array

TRUNK_MM = 480.0
OFFSETS_MM: dict[str, tuple[float, float, float]] = {
    "nose": (0, 5, -13),
    "eye": (1, -3, -6),
    "ear": (-27, -6, 24),
    "shoulder": (-5, 16, -5),
    "hip": (8, -1, -9),
    "knee": (4, -14, 0),
    "ankle": (-3, 15, -1),
}
"""Outward (away from the middle), up and to the front; elbows and wrists agree."""


def coco_points(keypoints_m: Array) -> Array:
    """(37, 3) keypoints in any right-handed frame -> the same with the body's points, ids 0 to 16, where COCO's lie.

    Vertebrae, feet and all other points stay.
    """
    moved = keypoints_m.copy()
    left, up, front, scale = _trunk(keypoints_m)
    for index in skeleton.SUBSETS["body"]:
        side, _, kind = skeleton.NAMES[index].rpartition("_")
        outward = {"left": left, "right": -left}.get(side, np.zeros(3))
        offset = OFFSETS_MM.get(kind)
        if offset is not None:
            moved[index] += scale * (offset[0] * outward + offset[1] * up + offset[2] * front)
    return moved


def _trunk(points: Array) -> tuple[Array, Array, Array, float]:
    """Unit vectors to the left, up and to the front, and metres for a millimetre of the mean trunk."""
    at = skeleton.INDEX
    up: Array = points[at["neck"]] - (points[at["left_hip"]] + points[at["right_hip"]]) / 2
    length = float(np.linalg.norm(up))
    up = up / length
    left: Array = points[at["left_hip"]] - points[at["right_hip"]]
    left = left - (left @ up) * up
    left = left / np.linalg.norm(left)
    return left, up, np.cross(left, up), length / TRUNK_MM
