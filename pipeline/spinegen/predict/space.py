"""What a user knows of the camera and of the people before it."""

from dataclasses import dataclass

from ..errors import UsageError
from ..lifting.lens import FIELD_DEG, Lens
from ..lifting.norms import STATURE_M

HEIGHT_LIMITS_M = (0.5, 2.5)


@dataclass(frozen=True)
class Space:
    """Both have defaults: lengths are in proportion to the stature, depths to the focal length; angles hardly depend on either.

    Raises:
        UsageError: a value that no camera and nobody has.
    """

    fov_deg: float = FIELD_DEG
    """Field of view along the longer side of the picture."""
    height_m: float = STATURE_M
    """Stature of everybody."""

    def __post_init__(self) -> None:
        low, high = HEIGHT_LIMITS_M
        if not low <= self.height_m <= high:
            raise UsageError(f"height: found {self.height_m:g} m, allowed are {low:g} to {high:g}")
        Lens(1, 1, self.fov_deg)
