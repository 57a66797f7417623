"""A pinhole camera in the ground frame, and its twin in Unreal's terms."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .axes import SWAP_YZ, ground_to_unreal, unreal_matrix_rotator, unreal_rotator_matrix, unreal_to_ground
from .rigid import Array


@dataclass(frozen=True)
class Camera:
    """Pinhole without distortion: `pixel ~ K (R X_ground + t)`.

    Pixel coordinates are OpenCV's and COCO's: the centre of the top-left pixel is (0, 0), so a principal point in the
    middle is ((width - 1) / 2, (height - 1) / 2). Unreal's rule (f = W / (2 tan(fov / 2)), cx = W / 2) counts from the
    corner of that pixel and is the same camera.
    """

    width: int
    height: int
    intrinsics: Array
    """K `(3, 3)`, pixels."""
    rotation_camera_ground: Array
    """R `(3, 3)`: takes ground axes to OpenCV camera axes."""
    translation_camera_m: Array
    """t `(3,)`, metres."""

    @classmethod
    def from_unreal(
        cls,
        location_cm: ArrayLike,
        rotator_deg: tuple[float, float, float],
        fov_deg: float,
        width: int,
        height: int,
    ) -> "Camera":
        """From UnrealCV's `location` (x y z, cm), `rotation` (pitch yaw roll, degrees) and horizontal `fov`."""
        focal = width / (2.0 * np.tan(np.radians(fov_deg) / 2.0))
        intrinsics = np.array([[focal, 0.0, (width - 1) / 2.0], [0.0, focal, (height - 1) / 2.0], [0.0, 0.0, 1.0]])
        forward, right, up = unreal_rotator_matrix(*rotator_deg).T
        rotation = np.stack([right, -up, forward]) @ SWAP_YZ
        return cls(width, height, intrinsics, rotation, -rotation @ unreal_to_ground(location_cm))

    @classmethod
    def look_at(
        cls,
        eye_ground_m: ArrayLike,
        target_ground_m: ArrayLike,
        roll_deg: float,
        focal_px: float,
        width: int,
        height: int,
    ) -> "Camera":
        """At `eye`, looking at `target`, turned by `roll_deg` about its axis (+ is clockwise)."""
        eye, target = np.asarray(eye_ground_m, dtype=np.float64), np.asarray(target_ground_m, dtype=np.float64)
        x, y, z = ground_to_unreal(target) - ground_to_unreal(eye)
        pitch, yaw = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
        fov = np.degrees(2.0 * np.arctan(width / (2.0 * focal_px)))
        return cls.from_unreal(ground_to_unreal(eye), (float(pitch), float(yaw), roll_deg), float(fov), width, height)

    @property
    def position_ground_m(self) -> Array:
        """Optical centre `(3,)`."""
        return -self.rotation_camera_ground.T @ self.translation_camera_m

    @property
    def fov_deg(self) -> float:
        """Horizontal field of view in degrees."""
        return float(np.degrees(2.0 * np.arctan(self.width / (2.0 * self.intrinsics[0, 0]))))

    @property
    def location_unreal_cm(self) -> Array:
        """Optical centre `(3,)` in Unreal's frame."""
        return ground_to_unreal(self.position_ground_m)

    @property
    def rotator_deg(self) -> tuple[float, float, float]:
        """(pitch, yaw, roll) as UnrealCV's `rotation` wants it."""
        right, down, forward = self.rotation_camera_ground @ SWAP_YZ
        return unreal_matrix_rotator(np.stack([forward, right, -down], axis=-1))

    def to_camera(self, points_ground_m: ArrayLike) -> Array:
        """Ground points `(..., 3)` in the OpenCV camera frame, metres."""
        points = np.asarray(points_ground_m, dtype=np.float64)
        return points @ self.rotation_camera_ground.T + self.translation_camera_m

    def project(self, points_ground_m: ArrayLike) -> tuple[Array, Array]:
        """Pixels `(..., 2)` and planar depth in metres `(...)`; points behind the camera have depth <= 0 and NaN pixels."""
        in_camera = self.to_camera(points_ground_m)
        depth = in_camera[..., 2]
        homogeneous = in_camera @ self.intrinsics.T
        safe = np.where(depth > 1e-9, depth, np.nan)
        return homogeneous[..., :2] / safe[..., None], depth

    def to_json(self) -> dict[str, Any]:
        """K, R, t, width and height as plain lists."""
        return {
            "width": self.width,
            "height": self.height,
            "K": self.intrinsics.tolist(),
            "R": self.rotation_camera_ground.tolist(),
            "t": self.translation_camera_m.tolist(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Camera":
        """Inverse of `to_json`."""
        return cls(data["width"], data["height"], *(np.asarray(data[k], dtype=np.float64) for k in ("K", "R", "t")))
