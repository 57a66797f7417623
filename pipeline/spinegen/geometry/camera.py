"""Cameras in the ground frame, and their twins in Unreal's terms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .axes import SWAP_YZ, ground_to_unreal, unreal_matrix_rotator, unreal_rotator_matrix, unreal_to_ground
from .types import Array


@dataclass(frozen=True)
class PlacedCamera:
    """What any camera has: the size of its picture, its intrinsics and its place.

    Pixel coordinates are OpenCV's and COCO's: the centre of the top-left pixel is (0, 0), so a principal point in the
    middle is ((width - 1) / 2, (height - 1) / 2).
    """

    width: int
    height: int
    intrinsics: Array
    """K `(3, 3)`."""
    rotation_camera_ground: Array
    """R `(3, 3)`: takes ground axes to OpenCV camera axes."""
    translation_camera_m: Array
    """t `(3,)`, metres."""

    @property
    def position_ground_m(self) -> Array:
        """Optical centre `(3,)`."""
        return -self.rotation_camera_ground.T @ self.translation_camera_m

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

    def pixel_m(self, depth_m: float) -> float:
        """How much a pixel shows of what faces the camera at a depth."""
        return float(depth_m / max(self.intrinsics[0, 0], self.intrinsics[1, 1]))


@dataclass(frozen=True)
class Camera(PlacedCamera):
    """Pinhole without distortion: `pixel ~ K (R X_ground + t)`; K in pixels.

    Unreal's rule (f = W / (2 tan(fov / 2)), cx = W / 2) counts from the corner of the top-left pixel and is the same camera.
    """

    @classmethod
    def from_unreal(
        cls,
        location_cm: ArrayLike,
        rotator_deg: tuple[float, float, float],
        fov_deg: float,
        *,
        width: int,
        height: int,
    ) -> "Camera":
        """From UnrealCV's `location` (x y z, cm), `rotation` (pitch yaw roll, degrees) and horizontal `fov`."""
        focal = width / (2.0 * np.tan(np.radians(fov_deg) / 2.0))
        return cls(width, height, centred_intrinsics(focal, width, height), *unreal_pose(location_cm, rotator_deg))

    @classmethod
    def look_at(
        cls,
        eye_ground_m: ArrayLike,
        target_ground_m: ArrayLike,
        *,
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
        return cls.from_unreal(
            ground_to_unreal(eye), (float(pitch), float(yaw), roll_deg), float(fov), width=width, height=height
        )

    @property
    def fov_deg(self) -> float:
        """Horizontal field of view in degrees."""
        return float(np.degrees(2.0 * np.arctan(self.width / (2.0 * self.intrinsics[0, 0]))))

    def project(self, points_ground_m: ArrayLike) -> tuple[Array, Array]:
        """Pixels `(..., 2)` and planar depth in metres `(...)`; points behind the camera have depth <= 0 and NaN pixels."""
        in_camera = self.to_camera(points_ground_m)
        depth = in_camera[..., 2]
        homogeneous = in_camera @ self.intrinsics.T
        safe = np.where(depth > 1e-9, depth, np.nan)
        return homogeneous[..., :2] / safe[..., None], depth


@dataclass(frozen=True)
class OrthographicCamera(PlacedCamera):
    """Parallel rays along the optical axis: `pixel = K (x, y, 1)` of camera coordinates in metres; K in pixels per metre."""

    @classmethod
    def from_unreal(
        cls,
        location_cm: ArrayLike,
        rotator_deg: tuple[float, float, float],
        ortho_width_cm: float,
        *,
        width: int,
        height: int,
    ) -> "OrthographicCamera":
        """From UnrealCV's `location`, `rotation` and `ortho_width`: how much is seen from the left edge to the right one, cm."""
        scale = 100.0 * width / ortho_width_cm
        return cls(width, height, centred_intrinsics(scale, width, height), *unreal_pose(location_cm, rotator_deg))

    def pixel_m(self, depth_m: float) -> float:
        """How much a pixel shows, at any depth."""
        return float(1.0 / max(self.intrinsics[0, 0], self.intrinsics[1, 1]))

    @property
    def ortho_width_m(self) -> float:
        """What is seen from the left edge to the right one, metres."""
        return float(self.width / self.intrinsics[0, 0])

    def project(self, points_ground_m: ArrayLike) -> tuple[Array, Array]:
        """Pixels `(..., 2)` and depth along the axis in metres `(...)`; points behind the camera have depth <= 0 and NaN pixels."""
        in_camera = self.to_camera(points_ground_m)
        depth = in_camera[..., 2]
        pixels = in_camera[..., :2] @ self.intrinsics[:2, :2].T + self.intrinsics[:2, 2]
        return np.where(depth[..., None] > 1e-9, pixels, np.nan), depth


def centred_intrinsics(scale: float, width: int, height: int) -> Array:
    """K `(3, 3)` with one scale and the principal point in the middle of the picture."""
    return np.array([[scale, 0.0, (width - 1) / 2.0], [0.0, scale, (height - 1) / 2.0], [0.0, 0.0, 1.0]])


def unreal_pose(location_cm: ArrayLike, rotator_deg: tuple[float, float, float]) -> tuple[Array, Array]:
    """R `(3, 3)` and t `(3,)` in metres of a camera at a location (cm) with a rotation (pitch, yaw, roll in degrees)."""
    forward, right, up = unreal_rotator_matrix(*rotator_deg).T
    rotation = np.stack([right, -up, forward]) @ SWAP_YZ
    return rotation, -rotation @ unreal_to_ground(location_cm)
