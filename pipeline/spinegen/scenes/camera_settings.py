"""One way of looking at people: on an orbit, from a calibrated rig, or hand-held."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ..config import Settings
from .distributions import Number, constant, uniform, within

SENSOR_WIDTH_MM = 36.0
"""Focal lengths are given for a picture 36 mm wide (full frame)."""


class ViewSettings(Settings):
    """Where the camera stands and how it looks; angles are about the main person."""

    name: str = Field(default="orbit", min_length=1)
    weight: Annotated[float, Field(gt=0)] = 1.0
    kind: Literal["orbit", "rig", "handheld"] = "orbit"
    """`orbit`: drawn anew for every shot; `rig`: `cameras` fixed, calibrated cameras for the whole set around the
    middle of the scene; `handheld`: an orbit that sways through a take."""
    azimuth_deg: Annotated[Number, within(-360, 360, "degrees")] = uniform(-180, 180)
    """0 in front of the main person, 90 on their right."""
    elevation_deg: Annotated[Number, within(-60, 90, "degrees")] | None = None
    height_m: Annotated[Number, within(0.05, 30, "m")] | None = None
    """Above the ground; instead of `elevation_deg`."""
    distance_m: Annotated[Number, within(0.4, 60, "m")] | None = None
    fill: Annotated[Number, within(0.05, 4)] | None = None
    """Share of the picture that the people take, in the tighter direction; instead of `distance_m`. Above 1 they are cut."""
    focal_mm: Annotated[Number, within(8, 400, "mm")] = uniform(24, 70)
    """Full-frame equivalent, by the picture's width (36 mm)."""
    roll_deg: Annotated[Number, within(-180, 180, "degrees")] = Number(normal=(0.0, 2.0))
    off_centre: Annotated[Number, within(-0.5, 0.5)] = uniform(-0.08, 0.08)
    """Shift of the people from the middle, as a share of the picture, drawn for each direction."""
    truncation: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of shots in which part of the main person may lie outside the picture."""
    min_inside: Annotated[float, Field(gt=0, le=1)] = 0.45
    """Least share of the main person's keypoints inside the picture in such shots."""
    cameras: int = Field(default=5, ge=1, le=64)
    """Cameras of a `rig`."""
    sway_m: float = Field(default=0.03, ge=0, le=2)
    """Size of the movements of a `handheld` camera."""
    sway_deg: float = Field(default=1.0, ge=0, le=20)

    @model_validator(mode="after")
    def _one_of_each(self) -> "ViewSettings":
        if self.elevation_deg is not None and self.height_m is not None:
            raise ValueError("has both elevation_deg and height_m; give one of them")
        if self.distance_m is not None and self.fill is not None:
            raise ValueError("has both distance_m and fill; give one of them")
        if self.kind == "rig" and self.fill is not None:
            raise ValueError("a rig stands still: give distance_m, not fill")
        return self

    @property
    def height_or_elevation(self) -> tuple[Literal["height", "elevation"], Number]:
        """What places the camera above the ground; eye level when nothing is said."""
        if self.elevation_deg is not None:
            return "elevation", self.elevation_deg
        return "height", self.height_m or uniform(0.8, 1.9)

    @property
    def distance_or_fill(self) -> tuple[Literal["distance", "fill"], Number]:
        """What sets the size of the people; three quarters of the picture when nothing is said."""
        if self.distance_m is not None:
            return "distance", self.distance_m
        return ("distance", constant(4.0)) if self.kind == "rig" else ("fill", self.fill or uniform(0.5, 0.9))
