"""What a lifted film stands in, `<film>.3d.json`: its lens, up and the floor, and who was lifted."""

from typing import Literal

from pydantic import FiniteFloat

from .arrays import Matrix3, Vector3
from .base import Record


class LiftedPerson(Record):
    """One person; their points are rows of `<film>.3d.parquet`."""

    id: int
    frames: int
    """In which they were followed."""
    lifted: int
    """Of these, in which enough was seen."""


class LiftedFilm(Record):
    """Camera axes: x right, y down, z forward; ground axes: x away from the camera, y up, z right, the origin on the floor below it."""

    version: Literal[1] = 1
    width: int
    height: int
    fov_deg: FiniteFloat
    """Along the longer side."""
    focal_px: FiniteFloat
    height_m: FiniteFloat
    """Stature that all lengths are in proportion to."""
    up_camera: Vector3
    rotation_ground_camera: Matrix3
    """Takes camera axes to those of the ground."""
    camera_height_m: FiniteFloat
    """Over the floor."""
    people: tuple[LiftedPerson, ...]
