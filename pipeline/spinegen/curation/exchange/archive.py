"""Files as tools hand them over: plain, or alone in a zip."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from ...errors import DatasetError
from ...records.json_file import read_json

MOST_BYTES = 500_000_000
"""Unpacked."""


MAGIC = b"PK\x03\x04"


def is_archive(path: Path) -> bool:
    """Whether a file is a zip, whatever its name.

    Raises:
        DatasetError: it was one, and its end is missing.
    """
    if zipfile.is_zipfile(path):
        return True
    with path.open("rb") as handle:
        if handle.read(len(MAGIC)) == MAGIC:
            raise DatasetError(f"{path}: archive is damaged or cut off: its list of files at the end is missing")
    return False


def member(path: Path, prefix: str, suffix: str) -> bytes:
    """The one member of a zip with such a name.

    Raises:
        DatasetError: none or several, damaged, or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            fitting = [
                info
                for info in archive.infolist()
                if info.filename.startswith(prefix) and info.filename.endswith(suffix)
            ]
            if len(fitting) != 1:
                names = ", ".join(info.filename for info in archive.infolist()[:5]) or "nothing"
                raise DatasetError(
                    f"{path}: holds {len(fitting)} files {prefix}*{suffix}, allowed: one; it holds {names}"
                )
            if fitting[0].file_size > MOST_BYTES:
                raise DatasetError(
                    f"{path}: {fitting[0].filename} unpacks to {fitting[0].file_size} bytes, at most {MOST_BYTES} are read"
                )
            return archive.read(fitting[0])
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise DatasetError(f"{path}: archive cannot be read: {error}") from error


def read_json_of(path: Path, prefix: str) -> Any:
    """JSON of a file, or of the member of a zip whose name begins so.

    Raises:
        DatasetError: unreadable or no JSON.
    """
    if not (path.is_file() and is_archive(path)):
        return read_json(path, "file")
    try:
        return json.load(io.BytesIO(member(path, prefix, ".json")))
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path}: is not valid JSON: {error}") from error


def read_bytes_of(path: Path, name: str) -> bytes:
    """Bytes of a file, or of one member of a zip.

    Raises:
        DatasetError: unreadable.
    """
    if path.is_file() and is_archive(path):
        return member(path, name.rpartition(".")[0], "." + name.rpartition(".")[2])
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: file cannot be read: {error.strerror or error}") from error
