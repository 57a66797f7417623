"""From a file's own axes, unit and labels to a `Clip`: the one order in which every format is put right."""

from pathlib import Path

import numpy as np

from . import cleaning
from .clip import Clip
from .marker_set import MIN_MATCHED, rank
from .orientation import find_up, parse_axis, rotation_to_y_up, unmirror
from .raw import RawCapture
from .subjects import pick_subject
from .units import metres_per_unit, stature_in_units

LOWEST_POINT_M = 0.03
"""Where the lowest marker or joint of a person on the floor lies (a heel marker, the joint at the ball of the foot)."""
FLOOR_TOLERANCE_M = 0.10
"""A lowest point (2nd percentile over frames) farther than this from `LOWEST_POINT_M` is moved there."""
_LOOK_AT_FRAMES = 2000
"""Orientation and size are judged on at most this many frames, spread over the clip."""


def clip_from_raw(path: Path, raw: RawCapture, up_axis: str | None, unit: str | None, subject: str | None) -> Clip:
    """Subject, virtual channels, gaps, unit, up axis, mirroring and floor, in this order.

    Raises:
        ClipError: what was read cannot be a capture of one person.
        UsageError: `up_axis` or `unit` is not known.
    """
    asked_axis = parse_axis(up_axis) if up_axis is not None else None
    columns, labels, notes = pick_subject(path, raw, subject)
    positions = cleaning.gaps_from_invalid(raw.positions[:, columns])
    positions, labels, unseen = cleaning.drop_unseen(path, positions, labels)
    positions, ended = cleaning.drop_empty_end(positions)
    cleaning.refuse_constant(path, positions)
    positions, frozen = cleaning.frozen_to_gaps(positions, labels, raw.rate_hz, raw.kind)

    stations = _stations(labels, raw)
    few = positions[:: max(1, len(positions) // _LOOK_AT_FRAMES)]
    metres, unit_notes = metres_per_unit(path, stature_in_units(few, stations), raw.unit, unit)
    positions, far = cleaning.faraway_to_gaps(positions * metres)
    positions, labels, lost = cleaning.drop_unseen(path, positions, labels)
    stations = _stations(labels, raw)

    axis_notes: tuple[str, ...] = ()
    axis = asked_axis
    if axis is None:
        upright = find_up(path, positions[:: max(1, len(positions) // _LOOK_AT_FRAMES)], stations, raw.up, raw.usual_up)
        axis, axis_notes = upright.axis, upright.notes
    positions = positions @ rotation_to_y_up(axis).T
    positions, mirrored = unmirror(positions, stations)
    lowest = float(np.nanpercentile(np.nanmin(positions[np.isfinite(positions).any((1, 2)), :, 1], axis=1), 2))
    floor_notes: list[str] = []
    if abs(lowest - LOWEST_POINT_M) > FLOOR_TOLERANCE_M:
        positions[..., 1] -= lowest - LOWEST_POINT_M
        floor_notes.append(f"the floor lay at {lowest:+.2f} m and was moved to 0")
    return Clip(
        name=path.stem,
        source=path,
        rate_hz=raw.rate_hz,
        times_s=np.arange(len(positions)) / raw.rate_hz,
        labels=labels,
        positions_ground_m=positions,
        kind=raw.kind,
        notes=(
            *raw.notes,
            *notes,
            *unseen,
            *ended,
            *frozen,
            *unit_notes,
            *far,
            *lost,
            *axis_notes,
            *mirrored,
            *floor_notes,
        ),
    )


def _stations(labels: tuple[str, ...], raw: RawCapture) -> dict[int, str]:
    """Column -> station by the best shipped set; empty when none is near."""
    best = rank(labels, raw.kind)[0]
    if len(best.rows) < MIN_MATCHED:
        return {}
    return {column: best.rows[label].station for column, label in enumerate(labels) if label in best.rows}
