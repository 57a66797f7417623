"""Fields of a camera as calibration files hold them, checked one by one; errors name file, camera and field."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...errors import CalibrationError
from ...geometry.types import Array
from .cameras import ViewCamera

LENS_LENGTHS = (4, 5, 8, 12, 14)
"""Numbers of coefficients that OpenCV knows."""
_ORTHOGONAL = 1e-3
_ALIASES: dict[str, tuple[str, ...]] = {
    "size": ("size", "image_size", "img_size", "imageSize", "resolution"),
    "matrix": ("matrix", "K", "camera_matrix", "cameraMatrix", "intrinsics", "mtx"),
    "distortions": ("distortions", "dist", "D", "distortion", "distortion_coefficients", "distCoeffs", "dist_coeffs"),
    "rotation": ("rotation", "R", "Rot", "rvec", "rotation_matrix"),
    "translation": ("translation", "t", "T", "tvec"),
}


def camera_of(path: Path, name: str, row: Mapping[str, Any]) -> ViewCamera:
    """A camera from its fields, under the names that programs usually give them.

    Raises:
        CalibrationError: a field is missing or is not of its form.
    """
    size = _found(row, "size")
    if size is None and {"width", "height"} <= set(row):
        size = [row["width"], row["height"]]
    lens = _found(row, "distortions")
    fisheye = row.get("fisheye", False)
    if not isinstance(fisheye, bool):
        raise CalibrationError(f"{path}: camera {name!r}: fisheye must be true or false, found {fisheye!r}")
    return make_camera(
        path,
        name,
        size=size,
        matrix=_required(path, name, row, "matrix"),
        distortions=[0.0] * 4 if lens is None else lens,
        rotation=_required(path, name, row, "rotation"),
        translation=_required(path, name, row, "translation"),
        fisheye=fisheye,
    )


def make_camera(
    path: Path,
    name: str,
    *,
    size: Any,
    matrix: Any,
    distortions: Any,
    rotation: Any,
    translation: Any,
    fisheye: bool = False,
) -> ViewCamera:
    """A camera from plain values; the rotation is a matrix or a Rodrigues vector.

    Raises:
        CalibrationError: a value is not of its form.
    """
    where = f"{path}: camera {name!r}"
    turn = numbers(where, "rotation", rotation)
    if turn.size not in (3, 9):
        raise CalibrationError(f"{where}: rotation must be 3 numbers (Rodrigues) or a 3x3 matrix, found {turn.size}")
    matrix_camera_world = (
        turn.reshape(3, 3) if turn.size == 9 else np.asarray(cv2.Rodrigues(turn.ravel())[0], np.float64)
    )
    off = np.abs(matrix_camera_world @ matrix_camera_world.T - np.eye(3)).max()
    if off > _ORTHOGONAL or np.linalg.det(matrix_camera_world) < 0:
        raise CalibrationError(
            f"{where}: rotation is no rotation: its rows must be orthogonal unit vectors, right-handed"
        )
    intrinsics = _sized(where, "matrix", matrix, 9).reshape(3, 3)
    if not (intrinsics[0, 0] > 0 and intrinsics[1, 1] > 0):
        raise CalibrationError(
            f"{where}: matrix must hold focal lengths above 0, found {intrinsics[0, 0]:g}, {intrinsics[1, 1]:g}"
        )
    lens = numbers(where, "distortions", distortions).ravel()
    allowed = (4,) if fisheye else LENS_LENGTHS
    if lens.size not in allowed:
        raise CalibrationError(
            f"{where}: distortions must be {' or '.join(map(str, allowed))} numbers, found {lens.size}"
        )
    return ViewCamera(
        name=name,
        size_wh=None if size is None else _size(where, size),
        intrinsics=intrinsics,
        distortion=lens,
        fisheye=fisheye,
        rotation_camera_world=matrix_camera_world,
        translation_camera=_sized(where, "translation", translation, 3),
    )


def numbers(where: str, field: str, value: Any) -> Array:
    """A value as finite numbers.

    Raises:
        CalibrationError: it holds something else.
    """
    try:
        found = np.asarray(value)
        if found.dtype.kind not in "iuf":
            raise TypeError
        found = found.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise CalibrationError(f"{where}: {field} must be numbers, found {str(value)[:80]!r}") from error
    if not np.isfinite(found).all():
        raise CalibrationError(f"{where}: {field} must be finite numbers")
    return found


def _sized(where: str, field: str, value: Any, count: int) -> Array:
    found = numbers(where, field, value).ravel()
    if found.size != count:
        raise CalibrationError(f"{where}: {field} must be {count} numbers, found {found.size}")
    return found


def _size(where: str, value: Any) -> tuple[int, int]:
    width, height = _sized(where, "size", value, 2)
    if not (1 <= width <= 1e5 and 1 <= height <= 1e5):
        raise CalibrationError(f"{where}: size must be width and height in pixels, found {width:g} x {height:g}")
    return round(width), round(height)


def _found(row: Mapping[str, Any], field: str) -> Any:
    return next((row[alias] for alias in _ALIASES[field] if alias in row), None)


def _required(path: Path, name: str, row: Mapping[str, Any], field: str) -> Any:
    value = _found(row, field)
    if value is None:
        raise CalibrationError(
            f"{path}: camera {name!r}: {field} is missing (allowed names: {', '.join(_ALIASES[field])})"
        )
    return value
