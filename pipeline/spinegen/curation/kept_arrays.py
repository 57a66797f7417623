"""Arrays that are kept in `.cache`: written whole, and made anew where nothing whole is there."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..files import atomic_path


def keep_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write them by their names."""
    with atomic_path(path) as temporary, temporary.open("wb") as handle:
        np.savez(handle, allow_pickle=False, **arrays)


def kept_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """All arrays of a file, or None where nothing whole is kept."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
