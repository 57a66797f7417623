"""Angles about body-fixed x, y and z, in this order: the convention of OpenSim's frames."""

import numpy as np

from .types import Array, Vector


def euler_xyz_matrix(angles_rad: Vector) -> Array:
    """Rotation `(3, 3)` of XYZ body-fixed angles, OpenSim's convention for frames."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles_rad), np.sin(angles_rad)
    x = np.array([[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]])
    y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    z = np.array([[cz, -sz, 0.0], [sz, cz, 0.0], [0.0, 0.0, 1.0]])
    return x @ y @ z


def xyz_angles(rotation: Array) -> Vector:
    """XYZ body-fixed angles of a rotation; exactly zero for the identity."""
    y = float(np.arcsin(np.clip(rotation[0, 2], -1.0, 1.0)))
    x = float(np.arctan2(-rotation[1, 2], rotation[2, 2]))
    z = float(np.arctan2(-rotation[0, 1], rotation[0, 0]))
    return x + 0.0, y + 0.0, z + 0.0
