"""Where things that are made once a machine are kept between runs."""

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """The user's cache folder of spinegen: `SPINEGEN_CACHE`, or the platform's usual place."""
    if chosen := os.environ.get("SPINEGEN_CACHE"):
        return Path(chosen).expanduser()
    return user_cache_path("spinegen", appauthor=False)


def makers_digest(versions: str, sources: Iterable[Path]) -> str:
    """Hexadecimal SHA-256 of what decides what is made: versions of libraries, and the bytes of sources and tables in their order."""
    digest = sha256(versions.encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()
