"""A camera as sidecars, plans and annotations hold it."""

from ..geometry.camera import Camera
from .arrays import Matrix3, Vector3
from .base import Record


class CameraRecord(Record):
    """`x_camera = R x_ground + t` in metres, `pixel ~ K x_camera`."""

    width: int
    height: int
    K: Matrix3
    R: Matrix3
    t: Vector3

    @classmethod
    def of(cls, camera: Camera) -> "CameraRecord":
        """The record of a camera."""
        return cls(
            width=camera.width,
            height=camera.height,
            K=camera.intrinsics,
            R=camera.rotation_camera_ground,
            t=camera.translation_camera_m,
        )

    @property
    def geometry(self) -> Camera:
        """The camera itself."""
        return Camera(self.width, self.height, self.K, self.R, self.t)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CameraRecord) and self.plain() == other.plain()

    def __hash__(self) -> int:
        return hash((self.width, self.height, self.t.tobytes()))
