"""OpenEXR pictures as HDRI libraries publish them: one part, scan lines, half or float, uncompressed, RLE or ZIP.

File layout: "OpenEXR File Layout", openexr.com. OpenCV's wheels come without it.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import EngineError

MAX_PIXELS = 16384 * 8192
_MAGIC = 20000630
_BEYOND = {0x200: "tiles", 0x800: "deep data", 0x1000: "several parts"}
_LINES = {0: 1, 1: 1, 2: 1, 3: 16}
"""Scan lines of a chunk by compression: none, RLE, ZIPS, ZIP."""
_NAMES = ("none", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "B44", "B44A", "DWAA", "DWAB")
_TYPES = {0: np.dtype("<u4"), 1: np.dtype("<f2"), 2: np.dtype("<f4")}


def read_exr(path: Path) -> NDArray[np.float32]:
    """`(H, W, 3)` linear RGB, or of `Y` alone where there is no colour.

    Raises:
        EngineError: damaged, or of a kind that is not read here; the text says which.
    """
    try:
        return _read(path.read_bytes())
    except (OSError, ValueError, KeyError, IndexError, struct.error, zlib.error) as error:
        raise EngineError(f"{path}: cannot be read as OpenEXR: {error}") from None


def _read(data: bytes) -> NDArray[np.float32]:
    magic, version = struct.unpack_from("<II", data)
    if magic != _MAGIC:
        raise ValueError("it does not begin as one")
    for flag, what in _BEYOND.items():
        if version & flag:
            raise ValueError(f"it has {what}; save it again as scan lines with ZIP, or as .hdr")
    header, at = _header(data)
    x0, y0, x1, y1 = struct.unpack("<4i", header["dataWindow"])
    width, height = x1 - x0 + 1, y1 - y0 + 1
    if width < 1 or height < 1 or width * height > MAX_PIXELS:
        raise ValueError(f"it has {width} x {height} pixels, allowed are {MAX_PIXELS}")
    compression = header["compression"][0]
    if compression not in _LINES:
        name = _NAMES[compression] if compression < len(_NAMES) else str(compression)
        raise ValueError(f"its compression is {name}, read are none, RLE, ZIPS and ZIP; save it again, or as .hdr")
    channels = _channels(header["channels"])
    wanted = ["R", "G", "B"] if {"R", "G", "B"} <= set(channels) else ["Y", "Y", "Y"]
    if not set(wanted) <= set(channels):
        raise ValueError(f"it has the channels {', '.join(channels)}, needed are R, G, B or Y")
    line_bytes = width * sum(kind.itemsize for kind in channels.values())
    picture = np.zeros((height, width, 3), np.float32)
    lines = _LINES[compression]
    for offset in struct.unpack_from(f"<{-(-height // lines)}Q", data, at):
        row, size = struct.unpack_from("<iI", data, offset)
        row -= y0
        if not 0 <= row < height:
            raise ValueError(f"a chunk begins at line {row} of {height}")
        count = min(lines, height - row)
        raw = _unpacked(data[offset + 8 : offset + 8 + size], compression, count * line_bytes)
        for line in range(count):
            place, found = line * line_bytes, {}
            for name, kind in channels.items():
                found[name] = np.frombuffer(raw, kind, width, place)
                place += width * kind.itemsize
            picture[row + line] = np.stack([found[name] for name in wanted], axis=-1)
    return picture


def _header(data: bytes) -> tuple[dict[str, bytes], int]:
    """Attributes, and where they end."""
    found: dict[str, bytes] = {}
    at = 8
    while data[at]:
        name, at = _word(data, at)
        _, at = _word(data, at)
        (size,) = struct.unpack_from("<I", data, at)
        found[name] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return found, at + 1


def _channels(data: bytes) -> dict[str, np.dtype]:
    """Name -> type, in the order of the file."""
    found: dict[str, np.dtype] = {}
    at = 0
    while data[at]:
        name, at = _word(data, at)
        kind, _, across, down = struct.unpack_from("<iIii", data, at)
        if (across, down) != (1, 1):
            raise ValueError(f"its channel {name} is subsampled")
        found[name] = _TYPES[kind]
        at += 16
    return found


def _word(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode("latin-1"), end + 1


def _unpacked(packed: bytes, compression: int, size: int) -> bytes:
    if compression == 0 or len(packed) == size:
        raw = packed
    else:
        flat = _run_lengths(packed, size) if compression == 1 else zlib.decompressobj().decompress(packed, size)
        if len(flat) != size:
            raise ValueError(f"a chunk holds {len(flat)} bytes, expected {size}")
        # Bytes are differences, and even ones stand before odd ones.
        steps = np.frombuffer(flat, np.uint8).astype(np.int64)
        steps[1:] -= 128
        values = (np.cumsum(steps) & 255).astype(np.uint8)
        mixed = np.empty(size, np.uint8)
        mixed[0::2], mixed[1::2] = values[: (size + 1) // 2], values[(size + 1) // 2 :]
        raw = mixed.tobytes()
    if len(raw) != size:
        raise ValueError(f"a chunk holds {len(raw)} bytes, expected {size}")
    return raw


def _run_lengths(packed: bytes, size: int) -> bytes:
    out = bytearray()
    at = 0
    while at < len(packed) and len(out) <= size:
        count = struct.unpack_from("b", packed, at)[0]
        if count < 0:
            out += packed[at + 1 : at + 1 - count]
            at += 1 - count
        else:
            out += packed[at + 1 : at + 2] * (count + 1)
            at += 2
    return bytes(out)
