"""The camera that a film was made with, as far as it is known: pixels to rays."""

from dataclasses import dataclass

import numpy as np

from ..errors import UsageError
from ..geometry.types import Array

FIELD_DEG = 65.0
"""Horizontal or vertical field of the longer side where nobody says: the main camera of phones has 65 to 70 degrees in photographs and less in films."""
FIELD_LIMITS_DEG = (5.0, 150.0)


@dataclass(frozen=True)
class Lens:
    """A pinhole with square pixels and the axis in the middle of the picture."""

    width: int
    height: int
    fov_deg: float = FIELD_DEG
    """Field of view along the longer side of the picture."""

    def __post_init__(self) -> None:
        low, high = FIELD_LIMITS_DEG
        if not low <= self.fov_deg <= high:
            raise UsageError(f"field of view: found {self.fov_deg:g} degrees, allowed are {low:g} to {high:g}")

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return 0.5 * max(self.width, self.height) / float(np.tan(np.radians(self.fov_deg) / 2.0))

    def rays(self, pixels: Array) -> Array:
        """Pixels `(..., 2)`, the centre of the top-left one at 0, as `(x, y)` at depth 1 in camera axes."""
        middle = np.array([(self.width - 1) / 2.0, (self.height - 1) / 2.0])
        return (pixels - middle) / self.focal_px

    def pixels(self, points_camera_m: Array) -> Array:
        """Where points `(..., 3)` before the camera are seen `(..., 2)`."""
        middle = np.array([(self.width - 1) / 2.0, (self.height - 1) / 2.0])
        return points_camera_m[..., :2] / points_camera_m[..., 2:] * self.focal_px + middle
