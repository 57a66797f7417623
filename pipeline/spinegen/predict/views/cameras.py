"""A calibrated camera: from pixels to straight rays in the rig's world, and back."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from ...geometry.types import Array

Unit = Literal["m", "dm", "cm", "mm", "inch", "ft"]
_TOLERANCE = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 50, 1e-12)


@dataclass(frozen=True)
class ViewCamera:
    """One camera of a rig, with OpenCV's axes (x right, y down, z forward) and lens models."""

    name: str
    size_wh: tuple[int, int] | None
    """Of the pictures that it was calibrated with; None where its file does not say."""
    intrinsics: Array
    """K `(3, 3)`, pixels."""
    distortion: Array
    """OpenCV's coefficients k1, k2, p1, p2, k3, ...; of a fisheye k1 .. k4."""
    fisheye: bool
    rotation_camera_world: Array
    """R `(3, 3)`."""
    translation_camera: Array
    """t `(3,)`, in the calibration's unit: `R X + t` is a world point in camera axes."""
    quarters: int = 0
    """Quarter turns to the left between the pictures that it was calibrated with and those of its film; `size_wh` must be known."""

    @property
    def position_world(self) -> Array:
        """Optical centre `(3,)`."""
        return -self.rotation_camera_world.T @ self.translation_camera

    @property
    def focal_px(self) -> float:
        """Mean of both focal lengths."""
        return float((self.intrinsics[0, 0] + self.intrinsics[1, 1]) / 2)

    def undistorted(self, pixels: Array) -> Array:
        """Pixels `(..., 2)` on the plane one unit in front of the camera, as a lens without distortion sees them; NaN stays NaN."""
        flat = self._turned(np.asarray(pixels, dtype=np.float64).reshape(-1, 2), -self.quarters)
        seen = np.isfinite(flat).all(-1)
        out = np.full_like(flat, np.nan)
        if seen.any():
            given = np.ascontiguousarray(flat[seen][:, None])
            if self.fisheye:
                plane = cv2.fisheye.undistortPoints(given, self.intrinsics, self.distortion[:4], criteria=_TOLERANCE)
            else:
                plane = cv2.undistortPoints(given, self.intrinsics, self.distortion, criteria=_TOLERANCE)
            out[seen] = plane[:, 0]
        return out.reshape(np.shape(pixels))

    def project(self, points_world: Array) -> Array:
        """Pixels `(..., 2)` of world points `(..., 3)`; NaN behind the camera."""
        flat = np.asarray(points_world, dtype=np.float64).reshape(-1, 3)
        ahead = self.depth(flat) > 0
        out = np.full((len(flat), 2), np.nan)
        if ahead.any():
            turn = cv2.Rodrigues(self.rotation_camera_world)[0]
            given = np.ascontiguousarray(flat[ahead][:, None])
            if self.fisheye:
                lens = self.distortion[:4]
                pixels = cv2.fisheye.projectPoints(given, turn, self.translation_camera, self.intrinsics, lens)[0]
            else:
                pixels = cv2.projectPoints(given, turn, self.translation_camera, self.intrinsics, self.distortion)[0]
            out[ahead] = self._turned(np.asarray(pixels, np.float64).reshape(-1, 2), self.quarters)
        return out.reshape(*np.shape(points_world)[:-1], 2)

    def _turned(self, pixels: Array, quarters: int) -> Array:
        """Pixels `(N, 2)` of calibrated pictures in those that are turned to the left, or back where `quarters` is negative."""
        if quarters == 0 or self.size_wh is None:
            return pixels
        size = self.size_wh if quarters > 0 or quarters % 2 == 0 else self.size_wh[::-1]
        for _ in range(quarters % 4):
            pixels = np.stack([pixels[:, 1], size[0] - 1 - pixels[:, 0]], axis=-1)
            size = size[::-1]
        return pixels

    def depth(self, points_world: Array) -> Array:
        """Distance `(...)` along the optical axis of world points `(..., 3)`."""
        return np.asarray(points_world) @ self.rotation_camera_world[2] + self.translation_camera[2]


@dataclass(frozen=True)
class Calibration:
    """The cameras of a rig and what their file says about its world."""

    kind: str
    """`Pose2Sim`, `Anipose`, `Qualisys` or `OpenCV`."""
    cameras: tuple[ViewCamera, ...]
    unit: Unit | None
    """None where the file does not say."""
    up: str | None
    """`+z` where the format says which way is up."""
