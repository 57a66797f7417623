"""Bodies on disk, so that a person who was built once on a machine is not built again: in a set people come back in other setups, and
several engines share them.

The oldest make room when the folder is full. What cannot be kept or read costs time only.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from shutil import disk_usage
from typing import Any, TypeVar

import cv2
import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ...cache_folder import cache_folder, makers_digest
from ...humans.body.source_files import data_version
from ...humans.mesh.mesh import Ribbons
from ...humans.rigging.opening_fingers import OpeningFinger, OpeningFingers
from ...humans.simulation.skirt_simulation import SkirtSimulation
from ...humans.simulation.strand_simulation import Obstacle, StrandSimulation
from ...model_tables import tables
from ..content.mesh import Material, Texture
from .array_file import read_arrays, write_arrays
from .body import Body, Rig, coarser
from .skin_tables import SkinTables

Kind = TypeVar("Kind", Rig, SkinTables)
FOLDER = "people"
MOST_BYTES = 8_000_000_000
MOST_SHARE = 0.1
"""Of the room that is free on the disk."""
_SUFFIX = ".body"
_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Rig, SkinTables, Ribbons, Material, Texture, Obstacle, StrandSimulation, SkirtSimulation, OpeningFinger, OpeningFingers,
    )
}  # fmt: skip
"""What a body is made of. Fields that begin with an underscore are worked out anew."""
MAKERS = (
    "humans", "geometry", "engine/world", "engine/content/mesh.py", "streams.py", "skeleton.py", "model_tables.py",
)  # fmt: skip
"""A change of these sources makes bodies anew, and so does one of the model's tables."""


def kept(spec_json: str, make: Callable[[], Body]) -> Body:
    """The body of a spec, from disk where it lies there whole: its rig now, surfaces as they are asked for."""
    store = _Store(_key(spec_json), make)
    rig = _read(store.path("rig"), Rig)
    if rig is None:
        made = make()
        rig, store.whole = made.rig, made.tables(0)
        _write(store.path("rig"), rig)
        _write(store.path(0), store.whole)
    return Body(rig, store.tables)


@dataclass(eq=False)
class _Store:
    """One person's files."""

    key: str
    make: Callable[[], Body]
    whole: SkinTables | None = None
    """The finest surface, while the person has not been on disk."""

    def path(self, what: str | int) -> Path:
        return cache_folder() / FOLDER / f"{self.key}.{what}{_SUFFIX}"

    def tables(self, level: int) -> SkinTables:
        """A level's surface; what is not on disk is made and put there."""
        if level == 0 and self.whole is not None:
            return self.whole
        found = _read(self.path(level), SkinTables)
        if found is None:
            found = coarser(self.tables(0), level) if level else self.make().tables(0)
            _write(self.path(level), found)
        return found


def _read(path: Path, kind: type[Kind]) -> Kind | None:
    try:
        found = _decoded(*read_arrays(path))
        if isinstance(found, kind):
            os.utime(path)
            return found
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        pass
    return None


def _write(path: Path, value: Rig | SkinTables) -> None:
    with suppress(OSError):
        _make_room(path.parent)
        arrays: list[NDArray[Any]] = []
        tree = _encoded(value, arrays)
        write_arrays(path, tree, arrays)


def _make_room(folder: Path) -> None:
    """Remove those unused for longest until what lies there is within its bound."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [(one.stat().st_mtime_ns, one.stat().st_size, one.path) for one in _bodies(folder)]
    size = sum(size for _, size, _ in files)
    most = min(MOST_BYTES, int(MOST_SHARE * (disk_usage(folder).free + size)))
    for _, freed, path in sorted(files):
        if size <= most:
            break
        Path(path).unlink(missing_ok=True)
        size -= freed


def _bodies(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from (one for one in entries if one.name.endswith(_SUFFIX) and not one.name.startswith("."))


def _key(spec_json: str) -> str:
    return sha256(f"{_version()} {spec_json}".encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _version() -> str:
    root = Path(__file__).parents[2]
    makers = [
        source
        for name in MAKERS
        for source in (sorted((root / name).rglob("*.py")) if (root / name).is_dir() else [root / name])
    ]
    versions = f"{np.__version__} {scipy.__version__} {cv2.__version__} {data_version()}"
    return makers_digest(versions, [*makers, *tables().values()])


def _encoded(value: Any, arrays: list[NDArray[Any]]) -> Any:
    """Plain data for JSON; arrays go to the list and are named by their number.

    Raises:
        TypeError: something that cannot be kept.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, csr_matrix):
        parts = [_encoded(part, arrays) for part in (value.data, value.indices, value.indptr)]
        return {
            "sparse": parts,
            "shape": [int(side) for side in value.shape or ()],
            "sorted": bool(value.has_sorted_indices),
        }
    if isinstance(value, tuple | list):
        return {"tuple": [_encoded(one, arrays) for one in value]}
    if isinstance(value, dict):
        return {"dict": [[name, _encoded(one, arrays)] for name, one in value.items()]}
    if is_dataclass(value) and _KINDS.get(type(value).__name__) is type(value):
        return {"kind": type(value).__name__, "fields": {n: _encoded(getattr(value, n), arrays) for n in _names(value)}}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _decoded(tree: Any, arrays: list[NDArray[Any]]) -> Any:
    """What was encoded."""
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[tree["array"]]
    if "sparse" in tree:
        data, indices, indptr = (_decoded(part, arrays) for part in tree["sparse"])
        matrix = csr_matrix((data, indices, indptr), shape=tuple(tree["shape"]))
        matrix.has_sorted_indices = tree["sorted"]
        return matrix
    if "tuple" in tree:
        return tuple(_decoded(one, arrays) for one in tree["tuple"])
    if "dict" in tree:
        return {name: _decoded(one, arrays) for name, one in tree["dict"]}
    return _KINDS[tree["kind"]](**{name: _decoded(one, arrays) for name, one in tree["fields"].items()})


def _names(value: Any) -> list[str]:
    return _names_of(type(value))


@cache
def _names_of(kind: type) -> list[str]:
    return [field.name for field in fields(kind) if field.init and not field.name.startswith("_")]
