"""3D keypoints as a table (CSV or parquet), wide (`left_knee_x, left_knee_y, ...`) or long (`frame, joint, x, y, z`)."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError
from .keypoint_arrays import ASSUMED_RATE_HZ
from .marker_set import listed
from .raw import MAX_FILE_BYTES, RawCapture, check_rate, check_size, read_bytes

if TYPE_CHECKING:
    import pandas as pd

_AXIS_COLUMN = re.compile(r"^(?P<name>.+?)[_.\-: ]?(?P<axis>[xyzXYZ])$")
TIME_COLUMNS = ("time_s", "time", "t", "seconds", "timestamp")
FRAME_COLUMNS = ("frame", "frame_id", "frame_index")
NAME_COLUMNS = ("joint", "keypoint", "marker", "label", "name")
PERSON_COLUMNS = ("subject", "person", "track", "id")
_MAX_COLUMNS = 6500


def read_keypoint_table(path: Path) -> RawCapture:
    """A table with one row a frame (wide) or one row a frame and joint (long).

    Raises:
        ClipError: unreadable, or columns that are neither.
    """
    table = _load(path)
    table.columns = [str(column).strip() for column in table.columns]
    lower = {column.lower(): column for column in table.columns}
    if table.columns.duplicated().any() or len(lower) < len(table.columns):
        raise ClipError(f"{path}: column names occur more than once")
    if len(table) == 0:
        raise ClipError(f"{path}: has no rows")
    name_column = _first(lower, NAME_COLUMNS)
    if name_column is not None and all(axis in lower for axis in "xyz"):
        return _long(path, table, lower, name_column)
    return _wide(path, table, lower)


def _load(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        if path.suffix.lower() == ".csv":
            data = read_bytes(path)
            width = data[: data.find(b"\n") if b"\n" in data[:1_000_000] else 1_000_000].count(b",") + 1
            if width > _MAX_COLUMNS:
                raise ClipError(f"{path}: has {width} columns; at most {_MAX_COLUMNS} are read")
            return pd.read_csv(path, comment="#", encoding_errors="replace", low_memory=False)
        return _load_parquet(path)
    except ClipError:
        raise
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise ClipError(f"{path}: is not a readable table: {text or type(error).__name__}") from error


def _load_parquet(path: Path) -> "pd.DataFrame":
    import pyarrow.parquet as parquet

    read_bytes(path)
    with parquet.ParquetFile(path) as file:
        metadata = file.metadata
        if metadata.num_columns > _MAX_COLUMNS or metadata.num_rows * max(metadata.num_columns, 1) * 8 > MAX_FILE_BYTES:
            raise ClipError(
                f"{path}: claims {metadata.num_rows} rows of {metadata.num_columns} columns; that is no clip"
            )
        return file.read().to_pandas(ignore_metadata=True)


def _first(lower: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((lower[name] for name in names if name in lower), None)


def _numbers(path: Path, table: "pd.DataFrame", columns: list[str]) -> NDArray[np.float64]:
    out = np.empty((len(table), len(columns)))
    for i, column in enumerate(columns):
        try:
            out[:, i] = np.asarray(table[column], dtype=np.float64)
        except (ValueError, TypeError, OverflowError) as error:
            raise ClipError(
                f"{path}: column {column!r} must hold numbers: {' '.join(str(error).split())[:120]}"
            ) from error
    return out


def _wide(path: Path, table: "pd.DataFrame", lower: dict[str, str]) -> RawCapture:
    parts: dict[str, dict[str, str]] = {}
    for column in table.columns:
        match = _AXIS_COLUMN.match(column)
        if match:
            parts.setdefault(match["name"], {})[match["axis"].lower()] = column
    joints = {name: axes for name, axes in parts.items() if len(axes) == 3}
    if not joints:
        raise ClipError(
            f"{path}: needs columns such as left_knee_x, left_knee_y, left_knee_z, or joint, x, y, z; "
            f"found: {listed(tuple(table.columns), 20)}"
        )
    check_size(path, len(table), len(joints))
    flat = _numbers(path, table, [axes[axis] for axes in joints.values() for axis in "xyz"])
    time = _first(lower, TIME_COLUMNS)
    times = _numbers(path, table, [time])[:, 0] if time else None
    return _raw(path, tuple(joints), flat.reshape(len(table), len(joints), 3), times, None)


def _long(path: Path, table: "pd.DataFrame", lower: dict[str, str], name_column: str) -> RawCapture:
    frame, person, time = (_first(lower, names) for names in (FRAME_COLUMNS, PERSON_COLUMNS, TIME_COLUMNS))
    key = frame or time
    if key is None:
        raise ClipError(
            f"{path}: a table with one row a joint needs a column {FRAME_COLUMNS[0]!r} or {TIME_COLUMNS[0]!r}"
        )
    moments, rows = np.unique(_numbers(path, table, [key])[:, 0], return_inverse=True)
    names = [str(name) for name in table[name_column]]
    people = [str(who) for who in table[person]] if person else [""] * len(names)
    pairs = list(dict.fromkeys(zip(people, names, strict=True)))
    check_size(path, len(moments), len(pairs))
    column_of = {pair: i for i, pair in enumerate(pairs)}
    columns = np.array([column_of[pair] for pair in zip(people, names, strict=True)])
    positions = np.full((len(moments), len(pairs), 3), np.nan)
    positions[rows, columns] = _numbers(path, table, [lower[axis] for axis in "xyz"])
    times = None
    if time:
        times = np.full(len(moments), np.nan)
        times[rows] = _numbers(path, table, [time])[:, 0]
    subjects = tuple(who for who, _ in pairs) if len(set(people)) > 1 else None
    return _raw(path, tuple(name for _, name in pairs), positions, times, subjects)


def _raw(
    path: Path,
    labels: tuple[str, ...],
    positions: NDArray[np.float64],
    times: NDArray[np.float64] | None,
    subjects: tuple[str, ...] | None,
) -> RawCapture:
    rate, notes = ASSUMED_RATE_HZ, (f"no time column: {ASSUMED_RATE_HZ:g} Hz was assumed",)
    if times is not None and len(times) > 1:
        steps = np.diff(times)
        step = float(np.median(steps)) if np.isfinite(steps).all() else np.nan
        if not step > 0:
            raise ClipError(f"{path}: the time column does not rise steadily")
        rate, notes = round(1.0 / step, 3), ()
    return RawCapture(labels, positions, check_rate(path, rate), "joints", notes=notes, subjects=subjects)
