"""Painted patterns on disk, uncompressed: made once a machine, read whenever they are needed (unzipping would cost five times as much), held by nobody."""

import shutil
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...cache_folder import cache_folder, makers_digest
from ...files import atomic_path

_PREFIX = "patterns-"
_PAINTERS = (
    "content/textures.py", "light/panorama.py", "content/noise.py", "content/colour.py", "content/pattern_store.py",
    "../humans/mesh/grain.py", "../humans/mesh/texture_noise.py",
)  # fmt: skip
"""A change of these files makes patterns anew."""


def stored(name: str, count: int, make: Callable[[], Sequence[NDArray]]) -> tuple[NDArray, ...]:
    """The `count` arrays kept under a name, made where there are none or they cannot be read; a folder that cannot be written to costs only time."""
    path = cache_folder() / _folder_name() / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as kept:
            return tuple(kept[str(number)] for number in range(count))
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        made = tuple(make())
    try:
        _leave_out_others(path.parent)
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **{str(i): field for i, field in enumerate(made)})
    except OSError:
        pass
    return made


@lru_cache(maxsize=1)
def _folder_name() -> str:
    painters = [Path(__file__).parents[1] / name for name in _PAINTERS]
    return f"{_PREFIX}{makers_digest(np.__version__, painters)[:12]}"


def _leave_out_others(folder: Path) -> None:
    """Patterns of painters that have changed since are removed."""
    if not folder.is_dir():
        for other in folder.parent.glob(f"{_PREFIX}*"):
            if other != folder:  # another process may have made it just now
                shutil.rmtree(other, ignore_errors=True)
