"""Plain data with arrays in one file, which is mapped when it is read: what is large is not copied, and a file with a turned bit is refused."""

import json
import mmap
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...files import atomic_path

_HEAD = struct.Struct("<8sIIQ")
"""Magic, check sum of all that follows, bytes of the index, bytes of the whole file."""
_MAGIC = b"sgplain1"
_ALIGNED = 64
_WORTH_PACKING = 4096
_PACKED_SHARE = 0.4
"""An array is stored packed (LZ4) when that takes at most this share of its room."""
_PROBE = 16384
"""So many bytes from the middle of a large array tell whether packing is worth trying."""


def write_arrays(path: Path, tree: Any, arrays: list[NDArray[Any]]) -> None:
    """Write JSON-able data and the arrays that it refers to by number, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    chunks: list[memoryview | bytes] = []
    rows: list[tuple[str, list[int], int, int, bool]] = []
    at = 0
    for array in arrays:
        whole = np.ascontiguousarray(array)
        data = whole.reshape(-1).view(np.uint8).data
        tight = _packed(data)
        size = len(data if tight is None else tight)
        rows.append((whole.dtype.str, list(array.shape), at, size, tight is not None))
        chunks += [data if tight is None else tight, bytes(-size % _ALIGNED)]
        at += size + len(chunks[-1])
    index = json.dumps({"tree": tree, "arrays": rows}, separators=(",", ":")).encode()
    index += b" " * (-(len(index) + _HEAD.size) % _ALIGNED)
    check = zlib.crc32(index)
    for chunk in chunks:
        check = zlib.crc32(chunk, check)
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        stream.write(_HEAD.pack(_MAGIC, check, len(index), _HEAD.size + len(index) + at))
        stream.write(index)
        stream.writelines(chunks)


def _packed(data: memoryview) -> bytes | None:
    """The same in less room; None where that would not be much less."""
    if len(data) < _WORTH_PACKING:
        return None
    middle = len(data) // 2
    for part in (data[middle : middle + _PROBE], data):
        tight = pa.compress(part, codec="lz4", asbytes=True)
        if len(tight) > _PACKED_SHARE * len(part):
            return None
    return tight


def read_arrays(path: Path) -> tuple[Any, list[NDArray[Any]]]:
    """The data and its arrays, which cannot be written to.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not such a file, or is damaged.
    """
    with path.open("rb") as stream:
        view = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    if len(view) < _HEAD.size:
        raise ValueError(f"{path}: cut off")
    magic, check, index_size, size = _HEAD.unpack_from(view)
    if magic != _MAGIC or size != len(view) or zlib.crc32(view[_HEAD.size :]) != check:
        raise ValueError(f"{path}: damaged")
    body = view[_HEAD.size + index_size :]
    index = json.loads(bytes(view[_HEAD.size : _HEAD.size + index_size]))
    return index["tree"], [_array(body, row) for row in index["arrays"]]


def _array(body: memoryview, row: tuple[str, list[int], int, int, bool]) -> NDArray[Any]:
    kind, shape, start, size, packed = row
    data: Any = body[start : start + size]
    dtype = np.dtype(kind)
    if packed:
        data = pa.decompress(data, decompressed_size=int(np.prod(shape)) * dtype.itemsize, codec="lz4", asbytes=True)
    return np.frombuffer(data, dtype).reshape(shape)
