"""Up and the floor of a film whose camera stands still, from the people in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import skeleton
from ..geometry.types import Array
from ..geometry.vectors import unit
from .lifter import LiftedTrack

FEET = [skeleton.INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("heel", "big_toe", "small_toe")]
FLOOR_QUANTILE = 0.2
"""The floor lies where the lower foot is in a frame that is lower than all but this share: feet are lifted, and depth errs both ways."""
FOOT_M = 0.02
"""Height of the keypoints of a standing foot over the floor, about."""


@dataclass(frozen=True)
class Ground:
    """The ground frame: x away from the camera, y up, z to its right, the origin on the floor below it."""

    rotation_ground_camera: Array
    """`(3, 3)`: takes camera axes to those of the ground."""
    camera_height_m: float
    """Over the floor."""

    @property
    def up_camera(self) -> Array:
        """`(3,)` unit vector in camera axes."""
        return self.rotation_ground_camera[1]

    def to_ground(self, points_camera_m: Array) -> Array:
        """Camera points `(..., 3)` in the ground frame."""
        return points_camera_m @ self.rotation_ground_camera.T + np.array([0.0, self.camera_height_m, 0.0])


def find_ground(tracks: Sequence[LiftedTrack]) -> Ground:
    """Up is the mean of what all frames tell; the floor lies where feet come down to.

    With nobody lifted, the camera is taken to be level and at 1.5 m.
    """
    told = np.concatenate([track.up_camera[track.known] for track in tracks] or [np.zeros((0, 3))])
    up = unit(np.median(told, axis=0)) if len(told) else np.array([0.0, -1.0, 0.0])
    axes = _axes(up)
    feet = [(track.keypoints_camera_m[track.known][:, FEET] @ up).min(axis=1) for track in tracks]
    heights = np.concatenate(feet) if feet else np.zeros(0)
    height = FOOT_M - float(np.quantile(heights, FLOOR_QUANTILE)) if len(heights) else 1.5
    return Ground(axes, height)


def _axes(up: Array) -> Array:
    forward = np.array([0.0, 0.0, 1.0])
    if abs(up[2]) > 0.95:  # a camera that looks straight down or up: what is at the top of the picture lies ahead
        forward = np.array([0.0, -1.0, 0.0])
    ahead = unit(forward - (forward @ up) * up)
    return np.stack([ahead, up, np.cross(ahead, up)])
