"""What the options of `spinegen predict` ask for beside keypoints in the picture, known without what makes it."""

from dataclasses import dataclass

from ..errors import UsageError
from .space import Space


@dataclass(frozen=True)
class Lifting:
    """What is wanted beside the points."""

    space: Space
    angles: bool = False
    fit: bool = False


def asked_for(
    *, points: bool, angles: bool, fit: bool, fov_deg: float | None, height_m: float | None, boxes: str = "auto"
) -> Lifting | None:
    """What the options of a command mean; None where nothing is to be lifted.

    Raises:
        UsageError: a value that is not allowed, or an option that needs another one.
    """
    if not (points or angles or fit):
        for name, value in (("--fov", fov_deg), ("--height", height_m)):
            if value is not None:
                raise UsageError(f"{name} goes with --3d, --angles or --fit; found none of them")
        return None
    if boxes != "auto":
        raise UsageError(
            f"--3d, --angles and --fit follow people through films: they go with --boxes auto, found {boxes}"
        )
    given = {"fov_deg": fov_deg, "height_m": height_m}
    return Lifting(Space(**{name: value for name, value in given.items() if value is not None}), angles, fit)
