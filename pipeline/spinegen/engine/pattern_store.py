"""Painted patterns on disk: made once a machine, read whenever they are needed, held by nobody."""

import shutil
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..files import atomic_path
from ..humans.cache_folder import cache_folder

Pattern = tuple[NDArray[np.float16], NDArray[np.float16], NDArray[np.float16]]
"""What is constant, what follows the first colour, what the second."""
_PREFIX = "patterns-"
_PAINTERS = ("textures.py", "noise.py", "colour.py")
"""A change of these files makes patterns anew."""


def stored(name: str, make: Callable[[], Pattern]) -> Pattern:
    """The pattern kept under a name, made where there is none or it cannot be read; a folder that cannot be written to costs only time."""
    path = cache_folder() / _folder_name() / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as kept:
            return kept["0"], kept["1"], kept["2"]
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        pattern = make()
    try:
        _leave_out_others(path.parent)
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **{str(i): field for i, field in enumerate(pattern)})
    except OSError:
        pass
    return pattern


@lru_cache(maxsize=1)
def _folder_name() -> str:
    digest = sha256(np.__version__.encode())
    for name in _PAINTERS:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return f"{_PREFIX}{digest.hexdigest()[:12]}"


def _leave_out_others(folder: Path) -> None:
    """Patterns of painters that have changed since are removed."""
    if not folder.is_dir():
        for other in folder.parent.glob(f"{_PREFIX}*"):
            shutil.rmtree(other, ignore_errors=True)
