"""C3D: the optical laboratories' binary format (Vicon, Qualisys, Motion Analysis, CMU)."""

from pathlib import Path

import numpy as np

from ..errors import ClipError
from .c3d_blocks import Header, Parameters, frames_in_file, read_header, read_parameters, read_points
from .intake import check_size, read_bytes
from .raw import RawCapture, unit_name
from .timing import Moments

_NOT_POINTS = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS", "REACTIONS")
"""POINT parameters that list labels whose values are no positions."""
_AXES = {f"{sign}{axis}".upper(): f"{sign}{axis}" for sign in "+-" for axis in "xyz"}


def read_c3d(path: Path) -> RawCapture:
    """Points of a C3D file of any processor, integer or float.

    Raises:
        ClipError: not a C3D file, damaged, without points, or too large.
    """
    data = read_bytes(path)
    header = read_header(path, data)
    parameters = read_parameters(path, data, header)
    notes: list[str] = []
    scale = _number(parameters, "POINT:SCALE", header.scale)
    if not np.isfinite(scale) or scale == 0.0:
        raise ClipError(f"{path}: damaged C3D file: POINT:SCALE is {scale:g}")
    block = _data_block(path, header, parameters)
    check_size(path, 1, header.points)
    frames = _frame_count(header, parameters) or frames_in_file(data, header, block, scale)
    check_size(path, frames, header.points)
    points = read_points(data, header, block, frames, scale=scale)
    if len(points) == 0:
        raise ClipError(f"{path}: damaged C3D file: promises {frames} frames and holds none")
    if len(points) < frames:
        notes.append(f"the file ends after {len(points)} of the {frames} frames that it promises; those were read")
    positions = points[..., :3]
    positions[points[..., 3] < 0] = np.nan
    return RawCapture(
        labels=_labels(header, parameters),
        positions=positions,
        kind="markers",
        moments=Moments(rate_hz=_number(parameters, "POINT:RATE", header.rate_hz)),
        unit=unit_name(_text(parameters, "POINT:UNITS")),
        up=_AXES.get(_text(parameters, "POINT:Y_SCREEN").upper()),
        usual_up="+z",
        virtual=frozenset(label for key in _NOT_POINTS for label in _texts(parameters, f"POINT:{key}")),
        notes=tuple(notes),
    )


def _number(parameters: Parameters, key: str, default: float) -> float:
    value = parameters.get(key)
    return float(value[0]) if isinstance(value, np.ndarray) and len(value) and value[0] != 0 else default


def _texts(parameters: Parameters, key: str) -> tuple[str, ...]:
    value = parameters.get(key)
    return value if isinstance(value, tuple) else ()


def _text(parameters: Parameters, key: str) -> str:
    return next(iter(_texts(parameters, key)), "")


def _frame_count(header: Header, parameters: Parameters) -> int:
    """Frames by header, TRIAL group or LONG_FRAMES; 0 where the 16-bit header overflowed and nothing else tells."""
    longer = [int(np.nan_to_num(_number(parameters, "POINT:LONG_FRAMES", 0.0), posinf=0.0, neginf=0.0))]
    start, end = (parameters.get(f"TRIAL:ACTUAL_{edge}_FIELD") for edge in ("START", "END"))
    if isinstance(start, np.ndarray) and isinstance(end, np.ndarray) and len(start) >= 2 and len(end) >= 2:
        first, last = (int(words[0]) % 65536 + 65536 * (int(words[1]) % 65536) for words in (start, end))
        longer.append(last - first + 1)
    count = header.last_frame - header.first_frame + 1
    if header.last_frame < 65535:
        return max(count, longer[-1]) if len(longer) > 1 else count
    return max(longer) if max(longer) > count else 0


def _data_block(path: Path, header: Header, parameters: Parameters) -> int:
    block = _number(parameters, "POINT:DATA_START", header.data_block)
    block = header.data_block if header.data_block >= 2 else block
    if not np.isfinite(block) or not 2 <= block < 70_000:
        raise ClipError(f"{path}: damaged C3D header: data would start at block {block:g}")
    return int(block)


def _labels(header: Header, parameters: Parameters) -> tuple[str, ...]:
    """A name a point; POINT:LABELS2, LABELS3, ... go on where one parameter's 255 names end."""
    names = [*_texts(parameters, "POINT:LABELS")]
    for number in range(2, 10):
        names += _texts(parameters, f"POINT:LABELS{number}")
    names = names[: header.points] + [""] * (header.points - len(names))
    return tuple(name or f"*{i}" for i, name in enumerate(names))
