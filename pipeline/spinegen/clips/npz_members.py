"""Arrays of an .npz file, opened with care: no pickles, no more bytes than the archive holds."""

import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError

_MAX_MEMBERS = 200
MAX_ARRAY_BYTES = 512 * 1024**2
"""Of one array unpacked: a few kilobytes of archive may promise any number."""


def npz_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every array, read from the headers alone.

    Raises:
        ClipError: missing, not an .npz archive, or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            if len(members) > _MAX_MEMBERS:
                raise ClipError(f"{path}: holds {len(members)} arrays; at most {_MAX_MEMBERS} are read")
            return {info.filename[:-4]: _header(path, archive, info)[0] for info in members}
    except FileNotFoundError:
        raise ClipError(f"{path}: there is no such file") from None
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise ClipError(f"{path}: is not a readable .npz file: {error}") from error


def npz_array(path: Path, name: str) -> NDArray[np.generic]:
    """One array.

    Raises:
        ClipError: not there, damaged, holding Python objects, or larger than `MAX_ARRAY_BYTES`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(f"{name}.npy")
            shape, dtype = _header(path, archive, info)
            if dtype.hasobject:
                raise ClipError(
                    f"{path}: array {name!r} holds Python objects, which are never loaded; save plain numbers or text"
                )
            size = int(np.prod(shape, dtype=object)) * dtype.itemsize if shape else dtype.itemsize
            if size > MAX_ARRAY_BYTES:
                raise ClipError(
                    f"{path}: array {name!r} would take {size} bytes; at most {MAX_ARRAY_BYTES} are read: cut the clip"
                )
            if size > info.file_size:
                raise ClipError(
                    f"{path}: array {name!r} claims {size} bytes and the archive holds {info.file_size}: damaged"
                )
            with archive.open(info) as stream:
                return np.lib.format.read_array(stream, allow_pickle=False)
    except KeyError:
        raise ClipError(f"{path}: has no array {name!r}") from None
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise ClipError(f"{path}: array {name!r} cannot be read: {error}") from error
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "_lzma", "bz2"):
            raise ClipError(f"{path}: array {name!r} is damaged: {error}") from error
        raise


def _header(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[tuple[int, ...], np.dtype]:
    try:
        with archive.open(info) as stream:
            version = np.lib.format.read_magic(stream)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(stream)
            return tuple(int(n) for n in shape), dtype
    except zlib.error as error:
        raise ClipError(f"{path}: {info.filename} is damaged: {error}") from error


def npz_number(path: Path, shapes: dict[str, tuple[int, ...]], *names: str) -> float | None:
    """The first of these scalars that is there, as a number. Raises ClipError: it is no number."""
    for name in names:
        if name in shapes and int(np.prod(shapes[name], dtype=object)) == 1:
            try:
                return float(npz_array(path, name).reshape(-1)[0])  # type: ignore[arg-type]
            except (TypeError, ValueError) as error:
                raise ClipError(f"{path}: {name!r} must be a number: {error}") from error
    return None


def npz_text(path: Path, shapes: dict[str, tuple[int, ...]], *names: str) -> str | None:
    """The first of these scalars that is there, as text."""
    for name in names:
        if name in shapes and int(np.prod(shapes[name], dtype=object)) == 1:
            value = npz_array(path, name).reshape(-1)[0]
            return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return None
