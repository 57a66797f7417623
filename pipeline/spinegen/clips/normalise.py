"""From a file's own axes, unit and labels to a `Clip`: the one order in which every format is put right."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..geometry.types import Array
from . import cleaning
from .clip import Clip
from .floor import standing_height_m, support
from .handedness import put_sides_right
from .intake import check_size
from .matching import AUTO, MarkerMatch, find_match, require
from .opening import drop_opening
from .options import ReadOptions
from .orientation import axis_vector, find_up, parse_axis, rotation_to_y_up
from .proportions import refuse_impossible
from .raw import METRES_PER_UNIT, RawCapture, unit_name
from .subjects import pick_subject
from .timing import place_frames
from .units import metres_per_unit, stature_in_units

FLOOR_TOLERANCE_M = 0.10
"""A floor on which the lowest points lie farther than this from where they should is moved to 0."""
_LOOK_AT_FRAMES = 2000
"""Size and proportions are judged on at most this many frames, spread over the clip."""


@dataclass(frozen=True)
class _Points:
    """Labelled trajectories on their way to a clip."""

    labels: tuple[str, ...]
    positions: Array
    match: MarkerMatch | None

    @property
    def stations(self) -> dict[int, str]:
        """Column -> station of the model."""
        if self.match is None:
            return {}
        rows = self.match.rows
        return {column: rows[label].station for column, label in enumerate(self.labels) if label in rows}

    @property
    def few(self) -> Array:
        """Frames spread over the clip."""
        return self.positions[:: max(1, len(self.positions) // _LOOK_AT_FRAMES)]


def clip_from_raw(path: Path, raw: RawCapture, options: ReadOptions) -> Clip:
    """Time, subject, virtual channels, gaps, marker set, unit, proportions, up axis, sides and floor, in this order.

    Raises:
        ClipError: what was read cannot be a capture of one person.
        UsageError: the up axis or the unit asked for is not known.
        ConfigError: the marker set asked for is none.
    """
    asked_axis = parse_axis(options.up_axis) if options.up_axis is not None else None
    if options.unit is not None and unit_name(options.unit) is None:
        raise UsageError(f"unit {options.unit!r} is not known; allowed are {', '.join(METRES_PER_UNIT)}")
    notes = list(raw.notes)
    points, rate_hz, found = _tidy(path, raw, options)
    notes += found
    stature = stature_in_units(points.few, points.stations)
    metres, found = metres_per_unit(path, stature, raw.unit, options.unit)
    notes += found
    positions, found = cleaning.faraway_to_gaps(points.positions * metres)
    notes += found
    positions, labels, found = cleaning.drop_unseen(path, positions, points.labels)
    notes += found
    points = replace(points, labels=labels, positions=positions)
    refuse_impossible(path, points.few, points.stations, stature * metres, hint=raw.hint)
    axis = asked_axis
    if axis is None:
        upright = find_up(path, positions, points.stations, rate_hz, declared=raw.up, usual=raw.usual_up)
        axis = upright.axis
        notes += upright.notes
    positions, found = put_sides_right(positions @ rotation_to_y_up(axis).T, points.stations, options.mirror)
    notes += found
    positions, found = _on_floor(positions, points.stations, rate_hz)
    notes += found
    return Clip(
        name=path.stem,
        source=path,
        rate_hz=rate_hz,
        times_s=np.arange(len(positions)) / rate_hz,
        labels=points.labels,
        positions_ground_m=positions,
        kind=points.match.marker_set.kind if points.match is not None else raw.kind,
        notes=tuple(notes),
    )


def _tidy(path: Path, raw: RawCapture, options: ReadOptions) -> tuple[_Points, float, list[str]]:
    """One person's points on an even grid of time, without what is no measurement, and the set that knows their labels."""
    placed = place_frames(path, len(raw.positions), raw.moments, options.rate_hz)
    columns, labels, notes = pick_subject(path, raw, options.subject, options.marker_set)
    notes = [*placed.notes, *notes]
    check_size(path, placed.count, len(labels))
    positions = placed.spread(cleaning.gaps_from_invalid(raw.positions[:, columns]))
    rest = None if raw.rest is None else np.nan_to_num(placed.spread(raw.rest.astype(float))) > 0
    positions, found = drop_opening(positions, rest, placed.rate_hz)
    notes += found
    positions, labels, found = cleaning.drop_unseen(path, positions, labels)
    notes += found
    positions, found = cleaning.drop_empty_end(positions)
    notes += found
    cleaning.refuse_constant(path, positions)
    match = find_match(labels, options.marker_set, raw.kind, positions)
    if options.marker_set != AUTO:
        require(match, path, labels)
    kind = match.marker_set.kind if match is not None else raw.kind
    positions, found = cleaning.frozen_to_gaps(positions, labels, placed.rate_hz, kind)
    return _Points(labels, positions, match), placed.rate_hz, [*notes, *found]


def _on_floor(positions_ground_m: Array, stations: dict[int, str], rate_hz: float) -> tuple[Array, list[str]]:
    """Positions with the floor at 0, and a note where it was elsewhere."""
    found = support(positions_ground_m, axis_vector("+y"), rate_hz)
    if found is None:
        return positions_ground_m, []
    off = found.floor_m - standing_height_m(found.lowest, stations)
    if abs(off) <= FLOOR_TOLERANCE_M:
        return positions_ground_m, []
    what = "the floor" if found.rests else "nothing rests on a floor; the lowest point"
    return positions_ground_m - np.array([0.0, off, 0.0]), [f"{what} lay at {off:+.2f} m and was moved to 0"]
