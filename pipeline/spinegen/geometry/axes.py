"""Axis conventions: OpenSim ground, Unreal world and OpenCV camera.

- *ground* (OpenSim): metres, right-handed, x forward, y up, z right.
- *unreal*: centimetres, left-handed, X forward, Y right, Z up.
- *camera* (OpenCV): metres, right-handed, x right, y down, z forward.
"""

import numpy as np
from numpy.typing import ArrayLike

from .types import Array

SWAP_YZ = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
"""Takes ground axes to Unreal axes and back (its own inverse, determinant -1)."""


def ground_to_unreal(points_ground_m: ArrayLike) -> Array:
    """Points `(..., 3)` in ground metres to Unreal centimetres."""
    return np.asarray(points_ground_m, dtype=np.float64) @ SWAP_YZ.T * 100.0


def unreal_to_ground(points_unreal_cm: ArrayLike) -> Array:
    """Points `(..., 3)` in Unreal centimetres to ground metres."""
    return np.asarray(points_unreal_cm, dtype=np.float64) @ SWAP_YZ.T / 100.0


def rotation_between_ground_and_unreal(rotation: ArrayLike) -> Array:
    """Rotation matrices `(..., 3, 3)` conjugated by the axis swap: the same turn written in the other frame."""
    return SWAP_YZ @ np.asarray(rotation, dtype=np.float64) @ SWAP_YZ


def unreal_rotator_matrix(pitch_deg: float, yaw_deg: float, roll_deg: float) -> Array:
    """Columns forward, right, up `(3, 3)` of an Unreal rotator (+pitch up, +yaw right, +roll clockwise)."""
    p, y, r = np.radians([pitch_deg, yaw_deg, roll_deg])
    cp, sp, cy, sy, cr, sr = np.cos(p), np.sin(p), np.cos(y), np.sin(y), np.cos(r), np.sin(r)
    forward = (cp * cy, cp * sy, sp)
    right = (sr * sp * cy - cr * sy, sr * sp * sy + cr * cy, -sr * cp)
    up = (-(cr * sp * cy + sr * sy), cy * sr - cr * sp * sy, cr * cp)
    return np.stack([forward, right, up], axis=-1)


def unreal_matrix_rotator(matrix: ArrayLike) -> tuple[float, float, float]:
    """(pitch, yaw, roll) in degrees of a matrix with columns forward, right, up; inverse of `unreal_rotator_matrix`."""
    forward, right, _ = np.asarray(matrix, dtype=np.float64).T
    pitch = np.arctan2(forward[2], np.hypot(forward[0], forward[1]))
    yaw = np.arctan2(forward[1], forward[0]) if np.hypot(forward[0], forward[1]) > 1e-9 else 0.0
    flat_right = np.array([-np.sin(yaw), np.cos(yaw), 0.0])
    flat_up = np.array([-np.sin(pitch) * np.cos(yaw), -np.sin(pitch) * np.sin(yaw), np.cos(pitch)])
    roll = np.arctan2(-(right @ flat_up), right @ flat_right)
    return float(np.degrees(pitch)), float(np.degrees(yaw)), float(np.degrees(roll))
