"""Atomic writes: a file that exists is whole."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path in the target's folder, with the target's suffix, renamed onto the target when the block succeeds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.stem[:40]}.", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(target: Path, data: bytes) -> None:
    """Write whole or not at all."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(data)


def write_text(target: Path, text: str) -> None:
    """Write whole or not at all, as UTF-8."""
    write_bytes(target, text.encode())


def write_json(target: Path, data: Any, indent: int | None = 1) -> None:
    """Write JSON whole or not at all; NaN and infinity are refused."""
    write_text(target, json.dumps(data, indent=indent, allow_nan=False) + "\n")
