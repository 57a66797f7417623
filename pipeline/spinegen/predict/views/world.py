"""From the calibration's world to metres with y up: its unit and its upward axis, said by the file or judged from the people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ... import skeleton
from ...clips.handedness import put_sides_right
from ...clips.orientation import AXES, axis_vector, find_up, parse_axis, rotation_to_y_up
from ...clips.proportions import refuse_impossible
from ...clips.units import metres_per_unit, stature_in_units
from ...errors import CalibrationError, ClipError
from ...geometry.types import Array
from ...lifting.ground import FEET, FLOOR_QUANTILE, FOOT_M
from .cameras import Calibration

LEVEL_DEG = 8.0
"""A world that postures say to be tilted by less is level: they err by a few degrees, and who calibrates against a floor does not."""
STATIONS = {index: f"keypoint/{name}" for index, name in enumerate(skeleton.NAMES)}


@dataclass(frozen=True)
class World:
    """How the calibration's world becomes ours."""

    metres_per_unit: float
    rotation_ground_world: Array
    """`(3, 3)`."""
    notes: tuple[str, ...]
    floor_m: float = 0.0
    """Height of what becomes 0."""

    def ground_m(self, points_world: Array) -> Array:
        """World points `(..., 3)` in metres, y up; the origin stays where it is, or goes to its foot on the floor of a world that was tilted."""
        return points_world @ self.rotation_ground_world.T * self.metres_per_unit - [0.0, self.floor_m, 0.0]


def find_world(
    path: Path,
    calibration: Calibration,
    people_world: Sequence[Array],
    rate_hz: float,
    *,
    unit: str | None = None,
    up_axis: str | None = None,
    upward_world: Callable[[], Array | None] = lambda: None,
) -> World:
    """Unit and up axis from the best-seen person.

    Args:
        path: the calibration, for texts.
        people_world: `(T, 37, 3)` each.
        unit, up_axis: what the user says, else what the file says, else what the body says.
        upward_world: asked where neither says which way is up: the direction against gravity `(3,)`, as people's postures tell it.

    Raises:
        CalibrationError: what the cameras say together is no body, or a mirror-inverted one.
        ClipError: in no unit, or not in the one that was said, is the person of possible size; or upside down.
        UsageError: no such axis.
    """
    asked = parse_axis(up_axis) if up_axis is not None else None
    person = max(people_world, key=lambda points: int(np.isfinite(points).all(-1).sum()))
    stature = stature_in_units(person, STATIONS)
    metres, notes = metres_per_unit(path, stature, calibration.unit, unit)
    _require_body(path, person * metres, stature * metres)
    notes = [note.removeprefix("names no unit: ") for note in notes]
    if asked is not None:
        return World(metres, rotation_to_y_up(asked), tuple(notes))
    upward = None if calibration.up is not None else upward_world()
    usual = calibration.up or ("-y" if upward is None else _nearest_axis(upward))
    upright = find_up(path, person * metres, STATIONS, rate_hz, declared=calibration.up, usual=usual)
    rotation = rotation_to_y_up(upright.axis)
    if calibration.up is not None:
        return World(metres, rotation, (*notes, *upright.notes))
    tilt_deg = 0.0 if upward is None else _angle_deg(rotation @ upward)
    said = f"{calibration.kind} calibrations do not say which way is up: {upright.axis} was taken from the body"
    if upward is None or tilt_deg <= LEVEL_DEG:
        return World(metres, rotation, (*notes, said))
    notes.append(
        f"{said}, and the world was turned by the {tilt_deg:.0f} degrees by which people's postures say that it is tilted; --up-axis "
        f"{upright.axis} keeps it as it is"
    )
    rotation = _to_y(rotation @ upward) @ rotation
    feet = (person * metres)[:, FEET] @ rotation[1]
    standing = feet[np.isfinite(feet).any(axis=1)]
    floor = float(np.quantile(np.nanmin(standing, axis=1), FLOOR_QUANTILE)) - FOOT_M if len(standing) else 0.0
    return World(metres, rotation, tuple(notes), floor)


def _nearest_axis(vector: Array) -> str:
    return max(AXES, key=lambda axis: float(axis_vector(axis) @ vector))


def _angle_deg(vector: Array) -> float:
    """Between a vector `(3,)` and y."""
    return float(np.degrees(np.arccos(np.clip(vector[1] / np.linalg.norm(vector), -1.0, 1.0))))


def _to_y(vector: Array) -> Array:
    """The smallest rotation `(3, 3)` that takes a direction to y."""
    unit = vector / np.linalg.norm(vector)
    across = np.cross(unit, [0.0, 1.0, 0.0])
    sine = float(np.linalg.norm(across))
    if sine < 1e-12:
        return np.eye(3)
    return cv2.Rodrigues(across / sine * np.arctan2(sine, unit[1]))[0]


def _require_body(path: Path, positions_m: Array, stature_m: float) -> None:
    """Two cameras that are exchanged can agree about points all the same; these are then flat, bent or mirror-inverted."""
    hint = "is it the calibration of these videos, camera by camera?"
    try:
        refuse_impossible(path, positions_m, STATIONS, stature_m)
    except ClipError as error:
        raise CalibrationError(f"{error}; {hint}") from error
    if put_sides_right(positions_m, STATIONS, None)[1]:
        raise CalibrationError(f"{path}: people come out mirror-inverted: {hint}")
