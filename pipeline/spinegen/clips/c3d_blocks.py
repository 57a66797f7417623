"""The binary layout of a C3D file: header, parameters and point data, walked within bounds.

Written from the public C3D format description (c3d.org user guide, sections on the header, the parameter records and the
3D data). An own walk, because a damaged file must end in an error: every offset is checked against the file's length.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ClipError
from ..geometry.types import Array

BLOCK = 512
Value = Array | tuple[str, ...]
Parameters = dict[str, Value]
"""`GROUP:NAME` to numbers (flat) or strings."""

_PROCESSORS = {84: "intel", 85: "dec", 86: "mips"}
_MAX_RECORDS = 20_000


@dataclass(frozen=True)
class Header:
    """The words of the first block that matter here."""

    points: int
    analog_values: int
    """Analog values stored after the points of every frame."""
    first_frame: int
    last_frame: int
    scale: float
    data_block: int
    rate_hz: float
    parameter_block: int
    processor: str


def _order(processor: str) -> str:
    return ">" if processor == "mips" else "<"


def _floats(raw: bytes, processor: str) -> Array:
    """32-bit floats of any of the three processors; DEC's are VAX F-floats (swapped words, four times the value)."""
    if processor == "dec":
        words = np.frombuffer(raw, "<u2").reshape(-1, 2)[:, ::-1]
        raw = np.ascontiguousarray(words).tobytes()
        with np.errstate(all="ignore"):
            return np.frombuffer(raw, "<f4").astype(np.float64) / 4.0
    with np.errstate(all="ignore"):
        return np.frombuffer(raw, _order(processor) + "f4").astype(np.float64)


def read_header(path: Path, data: bytes) -> Header:
    """Raises ClipError: not a C3D file, or offsets outside it."""
    if len(data) < 2 * BLOCK or data[1] != 0x50:
        raise ClipError(f"{path}: is not a C3D file (its second byte must be 0x50)")
    parameter_block = data[0]
    start = (parameter_block - 1) * BLOCK
    if parameter_block < 2 or start + 4 > len(data):
        raise ClipError(f"{path}: damaged C3D header: parameters would start at block {parameter_block}")
    processor = _PROCESSORS.get(data[start + 3], "")
    if not processor:
        raise ClipError(f"{path}: damaged C3D parameters: processor {data[start + 3]}; allowed are 84, 85 and 86")
    words = struct.unpack(_order(processor) + "12H", data[:24])
    scale, rate = (_floats(data[offset : offset + 4], processor)[0] for offset in (12, 20))
    return Header(
        words[1], words[2], words[3], words[4], float(scale), words[8], float(rate), parameter_block, processor
    )


def read_parameters(path: Path, data: bytes, header: Header) -> Parameters:
    """All parameters by `GROUP:NAME`, upper case. Raises ClipError when records leave the file."""
    groups: dict[int, str] = {}
    values: list[tuple[int, str, Value]] = []
    order = _order(header.processor)
    at = (header.parameter_block - 1) * BLOCK + 4
    damaged = ClipError(f"{path}: damaged C3D parameters")
    for _ in range(_MAX_RECORDS):
        if at + 2 > len(data) or data[at] == 0:
            break
        length = abs(struct.unpack_from("b", data, at)[0])
        group = struct.unpack_from("b", data, at + 1)[0]
        jump_at = at + 2 + length
        if group == 0 or jump_at + 2 > len(data):
            raise damaged
        name = _text(data[at + 2 : jump_at]).strip().upper()
        jump = struct.unpack_from(order + "H", data, jump_at)[0]
        if group < 0:
            groups[-group] = name
        else:
            values.append((group, name, _value(data, jump_at + 2, header.processor, damaged)))
        if jump == 0:
            break
        at = jump_at + jump
    return {f"{groups.get(group, group)}:{name}": value for group, name, value in values}


def _text(raw: bytes) -> str:
    """UTF-8 where the bytes are that, else Latin-1: the format says neither."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _value(data: bytes, at: int, processor: str, damaged: ClipError) -> Value:
    if at + 2 > len(data):
        raise damaged
    kind, rank = struct.unpack_from("bB", data, at)
    if kind not in (-1, 1, 2, 4) or rank > 7 or at + 2 + rank > len(data):
        raise damaged
    shape = list(data[at + 2 : at + 2 + rank])
    count = int(np.prod(shape, dtype=np.int64)) if shape else 1
    raw = data[at + 2 + rank : at + 2 + rank + count * abs(kind)]
    if len(raw) != count * abs(kind):
        raise damaged
    if kind == -1:
        width = shape[0] if shape else 1
        texts = [raw[i : i + width] for i in range(0, count, width)] if width else []
        return tuple(_text(text).replace("\x00", " ").strip() for text in texts)
    if kind == 4:
        return _floats(raw, processor)
    return np.frombuffer(raw, _order(processor) + f"i{kind}").astype(np.float64)


def frames_in_file(data: bytes, header: Header, data_block: int, scale: float) -> int:
    """Whole frames between the start of the data and the end of the file."""
    return max(len(data) - (data_block - 1) * BLOCK, 0) // _stride(header, scale)


def read_points(data: bytes, header: Header, data_block: int, frames: int, *, scale: float) -> Array:
    """`(F, points, 4)`: x, y, z and residual (negative: not seen) of every whole frame in the file, at most `frames`."""
    word, stride = _word(scale), _stride(header, scale)
    whole = min(frames, frames_in_file(data, header, data_block, scale))
    rows = np.frombuffer(data, np.uint8, whole * stride, (data_block - 1) * BLOCK if whole else 0).reshape(
        whole, stride
    )
    points = np.ascontiguousarray(rows[:, : header.points * 4 * word]).tobytes()
    if word == 4:
        return _floats(points, header.processor).reshape(whole, header.points, 4)
    integers = np.frombuffer(points, _order(header.processor) + "i2").astype(np.float64)
    integers = integers.reshape(whole, header.points, 4)
    integers[..., :3] *= scale
    return integers


def _word(scale: float) -> int:
    """Bytes a value: negative scales mark floating-point files."""
    return 4 if scale < 0 else 2


def _stride(header: Header, scale: float) -> int:
    return (header.points * 4 + header.analog_values) * _word(scale)
