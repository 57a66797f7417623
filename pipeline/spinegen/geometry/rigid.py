"""Rotations and rigid transforms as numpy arrays over any leading batch shape; quaternions are wxyz."""

# pyright: reportMissingTypeStubs=false
import numpy as np
from numpy.typing import ArrayLike

from .types import Array


def axis_angle_matrix(axis: ArrayLike, angle_rad: ArrayLike) -> Array:
    """Rotation matrices `(..., 3, 3)` about one unit `axis (3,)` by `angle_rad (...)` (Rodrigues)."""
    x, y, z = np.asarray(axis, dtype=np.float64)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = np.asarray(angle_rad, dtype=np.float64)[..., None, None]
    return np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)


def rotation_vector_matrix(vector_rad: ArrayLike) -> Array:
    """Rotation matrices `(..., 3, 3)` of rotation vectors `(..., 3)` in radians."""
    from scipy.spatial.transform import Rotation

    vector = np.asarray(vector_rad, dtype=np.float64)
    return Rotation.from_rotvec(vector.reshape(-1, 3)).as_matrix().reshape(*vector.shape[:-1], 3, 3)


def matrix_quaternion(rotation: ArrayLike) -> Array:
    """Unit quaternions wxyz `(..., 4)` with w >= 0 of rotation matrices `(..., 3, 3)`."""
    from scipy.spatial.transform import Rotation

    matrix = np.asarray(rotation, dtype=np.float64)
    xyzw = Rotation.from_matrix(matrix.reshape(-1, 3, 3)).as_quat(canonical=True)
    return xyzw[:, [3, 0, 1, 2]].reshape(*matrix.shape[:-2], 4)


def quaternion_matrix(quaternion_wxyz: ArrayLike) -> Array:
    """Rotation matrices `(..., 3, 3)` of quaternions wxyz `(..., 4)` (need not be normalised)."""
    from scipy.spatial.transform import Rotation

    quaternion = np.asarray(quaternion_wxyz, dtype=np.float64)
    flat = quaternion.reshape(-1, 4)[:, [1, 2, 3, 0]]
    return Rotation.from_quat(flat).as_matrix().reshape(*quaternion.shape[:-1], 3, 3)


def transform(rotation: ArrayLike, translation: ArrayLike) -> Array:
    """Homogeneous `(..., 4, 4)` from rotation `(..., 3, 3)` and translation `(..., 3)`."""
    rotation = np.asarray(rotation, dtype=np.float64)
    out = np.zeros((*rotation.shape[:-2], 4, 4))
    out[..., :3, :3] = rotation
    out[..., :3, 3] = translation
    out[..., 3, 3] = 1.0
    return out


def inverse(transforms: ArrayLike) -> Array:
    """Inverse of rigid homogeneous transforms `(..., 4, 4)`."""
    transforms = np.asarray(transforms, dtype=np.float64)
    rotation = np.swapaxes(transforms[..., :3, :3], -1, -2)
    return transform(rotation, -np.einsum("...ij,...j->...i", rotation, transforms[..., :3, 3]))


def apply(transforms: ArrayLike, points: ArrayLike) -> Array:
    """Points `(..., 3)` moved by transforms `(..., 4, 4)`; batch shapes broadcast."""
    transforms = np.asarray(transforms, dtype=np.float64)
    points = np.asarray(points, dtype=np.float64)
    return np.einsum("...ij,...j->...i", transforms[..., :3, :3], points) + transforms[..., :3, 3]


def kabsch(source: ArrayLike, target: ArrayLike) -> Array:
    """The rigid `(4, 4)` that best takes `source (N, 3)` onto `target (N, 3)` in least squares (Kabsch 1976)."""
    source = np.asarray(source, dtype=np.float64)
    target = np.asarray(target, dtype=np.float64)
    centre_s, centre_t = source.mean(0), target.mean(0)
    u, _, vt = np.linalg.svd((source - centre_s).T @ (target - centre_t))
    sign = np.sign(np.linalg.det(vt.T @ u.T))
    rotation = vt.T @ np.diag([1.0, 1.0, sign]) @ u.T
    return transform(rotation, centre_t - rotation @ centre_s)
