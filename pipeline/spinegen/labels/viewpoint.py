"""From which side the camera sees a person."""

import numpy as np

from ..geometry.camera import Camera
from ..geometry.rigid import quaternion_matrix
from ..geometry.types import Array
from ..skeleton import VERTEBRAE

_CHEST = VERTEBRAE.index("T8")
SIDES = ("front", "right side", "back", "left side")


def view_angle_deg(camera: Camera, centroids_ground_m: Array, quaternions_ground_wxyz: Array) -> float:
    """Angle of the camera around the trunk's own long axis, at T8: 0 before the chest, 90 at the person's right, 180 behind.

    Args:
        centroids_ground_m: `(25, 3)` of the vertebrae S1 .. C1.
        quaternions_ground_wxyz: `(25, 4)` their turns.

    Taken in the chest's own axes (x forward, y up, z right), so that a person who bends or lies has a front too.
    """
    towards = camera.position_ground_m - centroids_ground_m[_CHEST]
    forward, _, right = quaternion_matrix(quaternions_ground_wxyz[_CHEST]).T @ towards
    return float(np.degrees(np.arctan2(right, forward)))


def side(angle_deg: float) -> str:
    """`front`, `right side`, `back` or `left side`: the side of the person that is seen, in quarters."""
    return SIDES[round(angle_deg / 90.0) % 4]
