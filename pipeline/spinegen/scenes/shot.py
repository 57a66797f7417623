"""One row of the plan: everything that one frame is, as plain data."""

import json
from dataclasses import dataclass, fields
from typing import Any

from ..geometry.camera import Camera
from .placement import PlacedPerson
from .places import Place

JSON_COLUMNS = ("people", "camera", "light", "place", "props", "sensor", "rejected")


@dataclass(frozen=True)
class Shot:
    """One frame to draw, every draw made."""

    shot: int
    take: int
    split: str
    clip: str
    """Of the main person, as are all readable columns."""
    activity: str
    frame: int
    time_s: float
    people: list[dict[str, Any]]
    camera: dict[str, Any]
    light: dict[str, Any]
    place: dict[str, Any]
    props: list[dict[str, Any]]
    sensor: dict[str, float]
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

    def to_row(self) -> dict[str, Any]:
        """The plan's row; nested data as JSON text."""
        row = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in JSON_COLUMNS:
            row[name] = json.dumps(row[name], separators=(",", ":"))
        return row

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Shot":
        """Inverse of `to_row`; unknown columns are left out."""
        values = {field.name: row[field.name] for field in fields(cls)}
        for name in JSON_COLUMNS:
            values[name] = json.loads(values[name])
        return cls(**values)

    @property
    def placed(self) -> tuple[PlacedPerson, ...]:
        """People of the shot, main person first."""
        return tuple(PlacedPerson.from_json(data) for data in self.people)

    @property
    def geometry(self) -> Camera:
        """The camera."""
        return Camera.from_json(self.camera)

    @property
    def stage(self) -> Place:
        """Ground, backdrop and room."""
        return Place.from_json(self.place)

    def readable(self) -> dict[str, Any]:
        """The columns without nested data, for filters."""
        skip = {*JSON_COLUMNS}
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in skip}
