"""Where a shot is set, and under what light."""

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue, model_serializer

from ..engine.protocol.vocabulary import Backdrop, Ground, Room
from .base import JsonObject, Record

_INDOOR = ("studio", "home", "yoga_room", "gym", "office", "clinic")
WALL_M = 0.25
"""People, cameras and furniture keep this far from walls."""


class Place(Record):
    """What a stage is set to."""

    kind: str
    ground: Ground
    backdrop: Backdrop
    room: Room | None = None
    level: str = ""
    """A built level of the engine, which brings ground and surroundings; empty is the bare stage."""

    @property
    def indoor(self) -> bool:
        """Lit by lamps rather than by the sky."""
        return self.room is not None or self.kind in _INDOOR

    def contains(self, x_m: float, z_m: float, y_m: float = 0.0, margin_m: float = WALL_M) -> bool:
        """Whether a point of the stage is within the walls."""
        return self.contains_all(np.array([[x_m, y_m, z_m]]), margin_m)

    def contains_all(self, points_ground_m: NDArray[np.float64], margin_m: float = WALL_M) -> bool:
        """Whether all points `(N, 3)` are within the walls."""
        if self.room is None:
            return True
        yaw = np.radians(self.room.yaw_deg)
        dx, dy = (
            points_ground_m[:, 0] - self.room.centre_cm[0] / 100,
            points_ground_m[:, 2] - self.room.centre_cm[1] / 100,
        )
        along, across = dx * np.cos(yaw) + dy * np.sin(yaw), dy * np.cos(yaw) - dx * np.sin(yaw)
        half_x, half_y, height = self.room.size_cm[0] / 200, self.room.size_cm[1] / 200, self.room.size_cm[2] / 100
        inside = (np.abs(along) <= half_x - margin_m) & (np.abs(across) <= half_y - margin_m)
        return bool((inside & (points_ground_m[:, 1] <= height - 0.5 * margin_m)).all())

    @model_serializer
    def _without_defaults(self) -> dict[str, JsonValue]:
        """Parts without what is a default in them: a row of the plan is read by eye, too."""
        parts: JsonObject = {
            name: None if part is None else part.model_dump(mode="json", exclude_defaults=True)
            for name, part in (("ground", self.ground), ("backdrop", self.backdrop), ("room", self.room))
        }
        return {"kind": self.kind, **parts, **({"level": self.level} if self.level else {})}


class Light(Record):
    """Arguments of the stage's `SetSun`, `SetSky`, `SetExposure` and `SetWhiteBalance`."""

    sun: tuple[float, float, float, float, float]
    """Elevation and azimuth (degrees), lux, kelvin, angular diameter (degrees); indoors of the key light."""
    sky: tuple[float, float, float, int]
    """Turbidity, clouds, intensity, seed."""
    exposure_ev: float
    white_balance_k: float
