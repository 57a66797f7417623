"""3D keypoints as a table (CSV or parquet), wide (`left_knee_x, left_knee_y, ...`) or long (`frame, joint, x, y, z`)."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import ClipError
from ..geometry.types import Array
from .intake import check_size
from .raw import RawCapture
from .tables import load_table
from .timing import Moments, TimeUnit
from .words import is_number, listed, wrong_number

_AXIS_LAST = re.compile(r"^(?P<name>.+?)[_.\-: ]*[\[(]?(?P<axis>[xyzXYZ])[\])]?$")
_AXIS_FIRST = re.compile(r"^(?P<axis>[xyzXYZ])[_.\-: ]+(?P<name>.+)$")
_UNIT = "s|sec|seconds?|ms|msec|milliseconds?|us|\u00b5s|microseconds?|ns|nanoseconds?"
_TIME = re.compile(
    rf"^(?:(?:times?|t|time[_ ]?stamps?|elapsed)[_\- ]*[\[(]?(?P<unit>{_UNIT})?[\])]?|(?P<alone>ms|sec|seconds|milliseconds))$"
)
_TIME_UNITS: dict[str, TimeUnit] = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), "s"),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("us", "\u00b5s", "microsecond", "microseconds"), "us"),
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), "ns"),
}
FRAME_COLUMNS = ("frame", "frame_id", "frame_index", "frame_number", "frame number", "frame#", "frames")
NAME_COLUMNS = ("joint", "keypoint", "marker", "label", "name", "marker_name")
PERSON_COLUMNS = ("subject", "person", "track", "id")


def read_keypoint_table(path: Path) -> RawCapture:
    """A table with one row a frame (wide) or one row a frame and joint (long).

    Raises:
        ClipError: unreadable, or columns that are neither.
    """
    table, lines, notes = load_table(path)
    table.columns = [str(column).strip() for column in table.columns]
    lower = {column.lower(): column for column in table.columns}
    if len(lower) < len(table.columns):
        named = [column.lower() for column in table.columns]
        doubled = tuple(dict.fromkeys(column for column in named if named.count(column) > 1))
        raise ClipError(f"{path}: column names occur more than once: {listed(doubled, 10)}")
    if len(table) == 0:
        raise ClipError(f"{path}: has no rows")
    name_column = _first(lower, NAME_COLUMNS)
    if name_column is not None and all(axis in lower for axis in "xyz"):
        return _long(path, table, lower, name_column, notes=notes)
    return _wide(path, table, lower, lines, notes=notes)


def _first(lower: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((lower[name] for name in names if name in lower), None)


def _time_column(lower: dict[str, str]) -> tuple[str | None, TimeUnit | None]:
    """The column of times, and its unit where its name tells: `time_ms`, `Time (s)`, `timestamp`."""
    for name, column in lower.items():
        match = _TIME.match(name)
        if match:
            return column, _TIME_UNITS.get(match["unit"] or match["alone"] or "")
    return None, None


def _numbers(path: Path, table: pd.DataFrame, columns: list[str]) -> Array:
    """`(rows, columns)`; blank cells are NaN."""
    out = np.empty((len(table), len(columns)))
    for i, column in enumerate(columns):
        cells = table[column]
        try:
            if cells.dtype == object or str(cells.dtype).startswith(("str", "string")):
                cells = [cell if str(cell).strip() else "nan" for cell in cells]
            out[:, i] = np.asarray(cells, dtype=np.float64)
        except (ValueError, TypeError, OverflowError) as error:
            wrong = next((str(cell) for cell in cells if not is_number(str(cell))), str(error))
            raise ClipError(f"{path}: column {column!r} holds {wrong_number(wrong)}") from error
    return out


def _columns_of_points(columns: list[str]) -> dict[str, dict[str, str]]:
    """Point -> axis -> column, for points that have all three axes."""
    for pattern in (_AXIS_LAST, _AXIS_FIRST):
        parts: dict[str, dict[str, str]] = {}
        for column in columns:
            match = pattern.match(column)
            if match:
                parts.setdefault(match["name"], {})[match["axis"].lower()] = column
        points = {name: axes for name, axes in parts.items() if len(axes) == 3}
        if points:
            return points
    return {}


def _wide(
    path: Path, table: pd.DataFrame, lower: dict[str, str], lines: tuple[int, ...], *, notes: list[str]
) -> RawCapture:
    points = _columns_of_points(list(table.columns))
    if not points:
        raise ClipError(
            f"{path}: needs columns such as left_knee_x, left_knee_y, left_knee_z, or joint, x, y, z; "
            f"found: {listed(tuple(table.columns), 20)}"
        )
    check_size(path, len(table), len(points))
    flat = _numbers(path, table, [axes[axis] for axes in points.values() for axis in "xyz"])
    time, unit = _time_column(lower)
    frame = _first(lower, FRAME_COLUMNS)
    moments = Moments(
        times=_numbers(path, table, [time])[:, 0] if time else None,
        unit=unit,
        numbers=_numbers(path, table, [frame])[:, 0] if frame else None,
        lines=lines,
    )
    return RawCapture(tuple(points), flat.reshape(len(table), len(points), 3), "joints", moments, notes=tuple(notes))


def _long(path: Path, table: pd.DataFrame, lower: dict[str, str], name_column: str, *, notes: list[str]) -> RawCapture:
    frame, person = (_first(lower, names) for names in (FRAME_COLUMNS, PERSON_COLUMNS))
    time, unit = _time_column(lower)
    key = frame or time
    if key is None:
        raise ClipError(f"{path}: a table with one row a joint needs a column {FRAME_COLUMNS[0]!r} or 'time_s'")
    keys = _numbers(path, table, [key])[:, 0]
    if not np.isfinite(keys).all():
        raise ClipError(f"{path}: column {key!r} must hold a number in every row")
    moments, rows = np.unique(keys, return_inverse=True)
    names = [str(name) for name in table[name_column]]
    people = [str(who) for who in table[person]] if person else [""] * len(names)
    pairs = list(dict.fromkeys(zip(people, names, strict=True)))
    check_size(path, len(moments), len(pairs))
    column_of = {pair: i for i, pair in enumerate(pairs)}
    columns = np.array([column_of[pair] for pair in zip(people, names, strict=True)])
    cells, counts = np.unique(rows * len(pairs) + columns, return_counts=True)
    if (counts > 1).any():
        row, column = divmod(int(cells[counts > 1][0]), len(pairs))
        raise ClipError(f"{path}: holds {pairs[column][1]!r} more than once at {key} {moments[row]:g}")
    positions = np.full((len(moments), len(pairs), 3), np.nan)
    positions[rows, columns] = _numbers(path, table, [lower[axis] for axis in "xyz"])
    times = None
    if time:
        times = np.full(len(moments), np.nan)
        times[rows] = _numbers(path, table, [time])[:, 0]
    return RawCapture(
        tuple(name for _, name in pairs),
        positions,
        "joints",
        Moments(times=times, unit=unit, numbers=moments if frame else None),
        notes=tuple(notes),
        subjects=tuple(who for who, _ in pairs) if len(set(people)) > 1 else None,
    )
