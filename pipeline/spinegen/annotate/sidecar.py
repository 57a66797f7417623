"""Reading rendered frames: the sidecar beside each picture, checked as it is read."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DatasetError
from ..files import is_file_name
from ..geometry.camera import Camera
from ..geometry.types import Array
from ..skeleton import COUNT, VERTEBRAE

VERSION = 1
SPLITS = ("train", "val")
_LEVELS = VERTEBRAE[1:]


@dataclass(frozen=True)
class PersonLabel:
    """The labels of one person in one frame, ground axes (x forward, y up, z right), metres."""

    instance: int
    """Value of this person in the mask."""
    person: str
    clip: str
    frame: int
    time_s: float
    keypoints_ground_m: Array
    """`(37, 3)`, the nine spine ones at the centroids of the vertebral bodies."""
    posterior_ground_m: Array
    """`(25, 3)` posterior point of every vertebra, caudal to cranial."""
    centroids_ground_m: Array
    """`(25, 3)` centroid of every vertebral body."""
    quaternions_ground_wxyz: Array
    """`(25, 4)` orientation of every vertebra."""
    intervertebral_deg: Array
    """`(24, 3)` flexion, bending and rotation of L5..C1 relative to the vertebra below; NaN where the engine gave none."""
    visibility: NDArray[np.int64]
    """`(37,)` COCO's v."""
    hidden: Array
    """`(37,)` hidden share."""
    visibility_posterior: NDArray[np.int64]
    """`(25,)` v of the posterior points."""
    hidden_posterior: Array
    """`(25,)` hidden share of the posterior points."""
    area_px: int


@dataclass(frozen=True)
class Frame:
    """One rendered picture and everything known about it."""

    sidecar: Path
    shot: int
    split: str
    clip: str
    activity: str
    frame: int
    time_s: float
    image: Path
    mask: Path
    depth: Path | None
    width: int
    height: int
    camera: Camera
    people: tuple[PersonLabel, ...]
    engine: dict[str, Any]
    plan: dict[str, Any]
    """Readable columns of the plan's row."""

    @property
    def columns(self) -> dict[str, Any]:
        """What a `where` expression may name: the plan's columns and the frame's own."""
        own = ("shot", "split", "clip", "activity", "frame", "time_s", "width", "height")
        return {**self.plan, **{name: getattr(self, name) for name in own}, "people": len(self.people)}


def sidecar_paths(frames: Path) -> Iterator[Path]:
    """Every sidecar under `frames/`, in the order of shots; one folder is held in memory at a time."""
    if not frames.is_dir():
        return
    for shard in sorted(entry.name for entry in os.scandir(frames) if entry.is_dir()):
        names = sorted(
            entry.name
            for entry in os.scandir(frames / shard)
            if entry.name.endswith(".json") and not entry.name.startswith(".")
        )
        for name in names:
            yield frames / shard / name


def read_frame(path: Path) -> Frame:
    """Read and check one sidecar.

    Raises:
        DatasetError: not JSON, a field is missing, has the wrong shape or holds NaN; the text names file and field.
    """
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{path}: cannot be read as JSON: {error}; draw it again with: spinegen render --repair"
        ) from error
    if not isinstance(data, dict):
        raise DatasetError(f"{path}: must hold a mapping, found {type(data).__name__}")
    if data.get("version") != VERSION:
        raise DatasetError(f"{path}: field version: found {data.get('version')!r}, allowed is {VERSION}")
    read = _Fields(path, data)
    if read.get("split") not in SPLITS:
        raise DatasetError(f"{path}: field split: found {data['split']!r}, allowed are: {', '.join(SPLITS)}")
    folder = path.parent
    depth = read.get("depth")
    people = tuple(_person(_Fields(path, item, f"people[{i}]."), data) for i, item in enumerate(read.get("people")))
    return Frame(
        sidecar=path,
        shot=int(read.number("shot")),
        split=str(read.get("split")),
        clip=str(read.get("clip")),
        activity=str(read.get("activity")),
        frame=int(read.number("frame")),
        time_s=read.number("time_s"),
        image=folder / read.file_name("image"),
        mask=folder / read.file_name("mask"),
        depth=folder / read.file_name("depth") if depth else None,
        width=int(read.number("width")),
        height=int(read.number("height")),
        camera=_camera(_Fields(path, read.get("camera"), "camera.")),
        people=people,
        engine=dict(read.get("engine")),
        plan=dict(data.get("plan") or {}),
    )


def _camera(read: "_Fields") -> Camera:
    return Camera(
        int(read.number("width")),
        int(read.number("height")),
        read.array("K", (3, 3)),
        read.array("R", (3, 3)),
        read.array("t", (3,)),
    )


def _person(read: "_Fields", frame: dict[str, Any]) -> PersonLabel:
    vertebrae = read.by_name("vertebrae", VERTEBRAE)
    angles = read.get("intervertebral_deg")
    missing = [np.nan] * 3
    return PersonLabel(
        instance=int(read.number("instance")),
        person=str(read.get("person")),
        clip=str(read.data.get("clip", frame["clip"])),
        frame=int(read.data.get("frame", frame["frame"])),
        time_s=float(read.data.get("time_s", frame["time_s"])),
        keypoints_ground_m=read.array("keypoints_ground_m", (COUNT, 3)),
        posterior_ground_m=read.stack(read.by_name("posterior_ground_m", VERTEBRAE), "posterior_ground_m", (25, 3)),
        centroids_ground_m=read.stack([_entry(v, "centroid_ground_m") for v in vertebrae], "vertebrae", (25, 3)),
        quaternions_ground_wxyz=read.stack([_entry(v, "quaternion_wxyz") for v in vertebrae], "vertebrae", (25, 4)),
        intervertebral_deg=np.array([angles.get(level) or missing for level in _LEVELS], dtype=np.float64),
        visibility=read.array("visibility", (COUNT,)).astype(np.int64),
        hidden=read.array("hidden_fraction", (COUNT,)),
        visibility_posterior=read.stack(
            read.by_name("visibility_posterior", VERTEBRAE), "visibility_posterior", (25,)
        ).astype(np.int64),
        hidden_posterior=read.stack(
            read.by_name("hidden_fraction_posterior", VERTEBRAE), "hidden_fraction_posterior", (25,)
        ),
        area_px=int(read.number("area_px")),
    )


def _entry(vertebra: object, key: str) -> object:
    return vertebra.get(key) if isinstance(vertebra, dict) else None


class _Fields:
    """Typed access to a mapping; errors name the file and the field."""

    def __init__(self, path: Path, data: object, prefix: str = "") -> None:
        self.path, self.prefix = path, prefix
        if not isinstance(data, dict):
            raise DatasetError(f"{path}: field {prefix.rstrip('.')}: must hold a mapping, found {type(data).__name__}")
        self.data: dict[str, Any] = data

    def get(self, key: str) -> Any:
        if key not in self.data:
            raise DatasetError(f"{self.path}: field {self.prefix}{key} is missing")
        return self.data[key]

    def number(self, key: str) -> float:
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise DatasetError(f"{self.path}: field {self.prefix}{key}: found {value!r}, must be a finite number")
        return value

    def file_name(self, key: str) -> str:
        """Of a file that lies beside the sidecar; never a path that leads elsewhere."""
        value = self.get(key)
        if not is_file_name(value):
            raise DatasetError(f"{self.path}: field {self.prefix}{key}: found {value!r}, must name a file beside it")
        return str(value)

    def array(self, key: str, shape: tuple[int, ...]) -> Array:
        return self.stack(self.get(key), key, shape)

    def by_name(self, key: str, names: tuple[str, ...]) -> list[Any]:
        table = self.get(key)
        missing = [name for name in names if not isinstance(table, dict) or name not in table]
        if missing:
            raise DatasetError(f"{self.path}: field {self.prefix}{key}: entries missing: {', '.join(missing)}")
        return [table[name] for name in names]

    def stack(self, value: object, key: str, shape: tuple[int, ...]) -> Array:
        try:
            array = np.array(value, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise DatasetError(f"{self.path}: field {self.prefix}{key}: must be numbers of shape {shape}") from error
        if array.shape != shape:
            raise DatasetError(f"{self.path}: field {self.prefix}{key}: found shape {array.shape}, must be {shape}")
        if not np.isfinite(array).all():
            raise DatasetError(f"{self.path}: field {self.prefix}{key}: holds NaN or infinity")
        return array
