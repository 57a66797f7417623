"""From the calibration's world to metres with y up: its unit and its upward axis, said by the file or judged from the people."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ... import skeleton
from ...clips.handedness import put_sides_right
from ...clips.orientation import find_up, parse_axis, rotation_to_y_up
from ...clips.proportions import refuse_impossible
from ...clips.units import metres_per_unit, stature_in_units
from ...errors import CalibrationError, ClipError
from ...geometry.types import Array
from .cameras import Calibration

STATIONS = {index: f"keypoint/{name}" for index, name in enumerate(skeleton.NAMES)}


@dataclass(frozen=True)
class World:
    """How the calibration's world becomes ours."""

    metres_per_unit: float
    rotation_ground_world: Array
    """`(3, 3)`."""
    notes: tuple[str, ...]

    def ground_m(self, points_world: Array) -> Array:
        """World points `(..., 3)` in metres, y up; the origin stays."""
        return points_world @ self.rotation_ground_world.T * self.metres_per_unit


def find_world(
    path: Path,
    calibration: Calibration,
    people_world: Sequence[Array],
    rate_hz: float,
    *,
    unit: str | None = None,
    up_axis: str | None = None,
) -> World:
    """Unit and up axis from the best-seen person.

    Args:
        path: the calibration, for texts.
        people_world: `(T, 37, 3)` each.
        unit, up_axis: what the user says, else what the file says, else what the body says.

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
    upright = find_up(path, person * metres, STATIONS, rate_hz, declared=calibration.up, usual=calibration.up or "-y")
    if calibration.up is None:
        notes.append(
            f"{calibration.kind} calibrations do not say which way is up: {upright.axis} was taken from the body; a world that is tilted "
            "against the floor stays tilted"
        )
    else:
        notes += upright.notes
    return World(metres, rotation_to_y_up(upright.axis), tuple(notes))


def _require_body(path: Path, positions_m: Array, stature_m: float) -> None:
    """Two cameras that are exchanged can agree about points all the same; these are then flat, bent or mirror-inverted."""
    hint = "is it the calibration of these videos, camera by camera?"
    try:
        refuse_impossible(path, positions_m, STATIONS, stature_m)
    except ClipError as error:
        raise CalibrationError(f"{error}; {hint}") from error
    if put_sides_right(positions_m, STATIONS, None)[1]:
        raise CalibrationError(f"{path}: people come out mirror-inverted: {hint}")
