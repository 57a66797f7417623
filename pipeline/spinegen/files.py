"""Atomic writes: a file that exists is whole."""

import errno
import hashlib
import json
import os
import re
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Errors of a disk that is full or may not be written: what was done stays, and the same command goes on."""


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path in the target's folder, with the target's suffix, renamed onto the target when the block succeeds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.stem[:40]}.{_machine()}-{os.getpid()}-"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=target.suffix, dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(target)
    except OSError as error:
        if error.errno in NO_ROOM and error.filename in (None, str(temporary)):
            error.filename = str(target)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove half-written files of this machine's processes that were killed; others' and those being written stay."""
    for path in folder.glob(".*-*-*") if folder.is_dir() else ():
        writer = _TEMPORARY.fullmatch(path.name)
        if writer and writer["machine"] == _machine() and not _alive(int(writer["process"])):
            path.unlink(missing_ok=True)


_TEMPORARY = re.compile(r"\..*\.(?P<machine>[0-9a-f]{8})-(?P<process>\d{1,7})-\w{8}(\.\w+)?")


def _machine() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def reserve(path: Path, what: str) -> None:
    """Take the room for a file whose size is known, before it is filled through memory, where a full disk would kill the process.

    Raises:
        OSError: there is not enough.
    """
    size = path.stat().st_size
    handle = os.open(path, os.O_RDWR)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, size)
    except OSError as error:
        text = f"{error.strerror or error} for {size / 1e6:,.0f} MB of {what}"
        raise OSError(error.errno, text, str(path)) from error
    finally:
        os.close(handle)


def room_fault(folder: Path) -> str | None:
    """What stands in the way of a file of a megabyte in this folder; None where nothing does."""
    try:
        write_bytes(folder / ".room", bytes(1_000_000))
        (folder / ".room").unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or str(error)
    return None


def sha256(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal. Raises OSError: it cannot be read."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def is_file_name(value: object) -> bool:
    """Whether this names a file beside another one, and never leads elsewhere."""
    return isinstance(value, str) and value not in ("", ".", "..") and not set("/\\\0") & set(value)


def write_bytes(target: Path, data: bytes | memoryview) -> None:
    """Write whole or not at all."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(data)


def write_text(target: Path, text: str) -> None:
    """Write whole or not at all, as UTF-8."""
    write_bytes(target, text.encode())


def write_json(target: Path, data: Any, indent: int | None = 1) -> None:
    """Write JSON whole or not at all; NaN and infinity are refused."""
    write_text(target, json.dumps(data, indent=indent, allow_nan=False) + "\n")
