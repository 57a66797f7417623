"""One row of the plan: everything that one frame is, every draw made."""

import json
from collections.abc import Mapping
from typing import Literal

import numpy as np
from pydantic import JsonValue, TypeAdapter, model_serializer

from ..engine.protocol.vocabulary import Prop
from ..geometry import rigid
from ..geometry.camera import Camera
from ..geometry.types import Array
from .base import JsonObject, Record, Scalar
from .camera import CameraRecord
from .place import Light, Place
from .sidecar import Split

JSON_COLUMNS = ("people", "camera", "light", "place", "props", "sensor", "rejected")
"""Columns that hold nested data as JSON text."""


class Held(Record):
    """A thing in somebody's hands."""

    hand: Literal["left", "right", "both"]
    prop: Prop
    """Its place is where the hand is in the drawn pose."""
    roll_deg: float = 0.0
    """Its turn about the line of the fist."""

    @model_serializer
    def _without_defaults(self) -> dict[str, JsonValue]:
        prop = self.prop.model_dump(mode="json", exclude_defaults=True)
        return {"hand": self.hand, "prop": prop, "roll_deg": self.roll_deg}


class PlacedPerson(Record):
    """One person of a shot."""

    person: str
    clip: str
    frame: int
    time_s: float
    x_m: float
    """Ground position of the pelvis at `anchor_frame`."""
    z_m: float
    yaw_deg: float
    """The clip's turn about the vertical, clockwise from above."""
    anchor_frame: int
    held: tuple[Held, ...] = ()
    labelled: bool = True
    """False for people of the background: they have an instance in the mask, and no labels."""

    def transform_world_clip(self, pelvis_ground_m: Array) -> Array:
        """`(4, 4)` that takes the clip's ground to the stage, given the pelvis `(3,)` at the anchor frame."""
        rotation = yaw_matrix(self.yaw_deg)
        moved = rotation @ np.array([pelvis_ground_m[0], 0.0, pelvis_ground_m[2]])
        return rigid.transform(rotation, np.array([self.x_m - moved[0], 0.0, self.z_m - moved[2]]))


def yaw_matrix(yaw_deg: float) -> Array:
    """Turn about the vertical, clockwise seen from above (x towards z), as Unreal's yaw."""
    return rigid.axis_angle_matrix([0.0, 1.0, 0.0], -np.radians(yaw_deg))


class Sensor(Record):
    """What the camera's sensor does to the picture."""

    noise: float
    """Standard deviation at mid grey, of 1."""
    defocus_px: float
    red_gain: float
    blue_gain: float
    exposure_s: float
    """Time that the shutter is open; 0 draws one sharp moment."""
    jpeg_quality: float


class Shot(Record):
    """One frame to draw, every draw made."""

    shot: int
    take: int
    split: Split
    clip: str
    """Of the main person, as are all readable columns."""
    activity: str
    frame: int
    time_s: float
    people: tuple[PlacedPerson, ...]
    """Main person first, those of the background last."""
    camera: CameraRecord
    light: Light
    place: Place
    props: tuple[Prop, ...]
    sensor: Sensor
    width: int
    height: int
    seed: int
    """Of the sensor noise."""
    view: str
    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    focal_mm: float
    roll_deg: float
    truncated: bool
    occluder: bool
    people_count: int
    person: str
    sex: str
    age: float
    stature_m: float
    wardrobe: str
    place_kind: str
    indoor: bool
    sun_elevation_deg: float
    box_px: float
    """Longer side of the main person's box as planned."""
    split_rule: str
    """What keeps training and validation apart: `clips`, `stretches` (one clip, at least 1 s apart) or `none`; never a person in both."""
    tries: int
    rejected: dict[str, int]
    """Reasons of the draws that were not used."""

    def to_row(self) -> dict[str, Scalar]:
        """The plan's row; nested data as JSON text."""
        return {**self.readable(), **{name: _text(value) for name, value in self._nested().items()}}

    def _nested(self) -> JsonObject:
        return {
            "people": [person.plain() for person in self.people],
            "camera": self.camera.plain(),
            "light": self.light.plain(),
            "place": self.place.plain(),
            "props": [prop.model_dump(mode="json", exclude_defaults=True) for prop in self.props],
            "sensor": self.sensor.plain(),
            "rejected": dict(self.rejected),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Scalar]) -> "Shot":
        """Inverse of `to_row`; unknown columns are left out.

        Raises:
            ValueError: a column is missing or damaged.
        """
        nested = {name: json.loads(str(row[name])) for name in JSON_COLUMNS}
        return cls.model_validate({**row, **nested})

    @property
    def things(self) -> tuple[Prop, ...]:
        """What stands about, then what people hold: in this order masks count them."""
        return (*self.props, *(held.prop for person in self.people for held in person.held))

    @property
    def geometry(self) -> Camera:
        """The camera."""
        return self.camera.geometry

    def readable(self) -> dict[str, Scalar]:
        """The columns without nested data, for filters."""
        return {name: getattr(self, name) for name in Shot.model_fields if name not in JSON_COLUMNS}


_PEOPLE = TypeAdapter(tuple[PlacedPerson, ...])


def people_in(text: str) -> tuple[PlacedPerson, ...]:
    """The column `people` of a row alone."""
    return _PEOPLE.validate_json(text)


def level_in(text: str) -> str:
    """The built level that the column `place` of a row names; empty for the bare stage."""
    return Place.model_validate_json(text).level


def _text(value: JsonValue) -> str:
    return json.dumps(value, separators=(",", ":"))
