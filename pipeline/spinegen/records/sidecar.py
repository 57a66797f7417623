"""The sidecar of a rendered frame, `frames/<shard>/<shot>.json`: the frame is done when it exists."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, FiniteFloat, PlainSerializer, PlainValidator

from ..errors import DatasetError
from ..files import is_file_name
from ..geometry.types import Array
from ..skeleton import VERTEBRAE
from .arrays import (
    KeypointFlags,
    KeypointPoints,
    KeypointShares,
    LevelAngles,
    VertebraFlags,
    VertebraPoints,
    VertebraShares,
    checked,
    entries,
    mapping,
)
from .base import Record, Scalar, parse_record, read_record
from .camera import CameraRecord

VERSION: Final = 1
Split = Literal["train", "val"]
SPLITS: tuple[Split, ...] = ("train", "val")
_SEAL = b',"seal":"'


@dataclass(frozen=True)
class Vertebrae:
    """Poses of the 25 vertebrae, caudal to cranial, ground axes."""

    centroids_ground_m: Array
    """`(25, 3)`."""
    quaternions_ground_wxyz: Array
    """`(25, 4)`."""


def _vertebrae(value: object) -> Vertebrae:
    if isinstance(value, Vertebrae):
        return value
    rows = [mapping(row) for row in entries(value, VERTEBRAE)]
    parts = [[row.get(key) for row in rows] for key in _POSE]
    return Vertebrae(*(checked(part, (len(VERTEBRAE), size)) for part, size in zip(parts, (3, 4), strict=True)))


def _vertebrae_json(value: Vertebrae) -> dict[str, dict[str, list[float]]]:
    parts = (value.centroids_ground_m.tolist(), value.quaternions_ground_wxyz.tolist())
    return {name: dict(zip(_POSE, pose, strict=True)) for name, *pose in zip(VERTEBRAE, *parts, strict=True)}


_POSE = ("centroid_ground_m", "quaternion_wxyz")


def _file_name(value: object) -> str:
    if not isinstance(value, str) or not is_file_name(value):
        raise ValueError(f"found {value!r}, must name a file beside it")
    return value


FileName = Annotated[str, PlainValidator(_file_name)]
"""Of a file that lies beside the sidecar; never a path that leads elsewhere."""


class PersonLabel(Record):
    """The labels of one person in one frame, ground axes (x forward, y up, z right), metres."""

    instance: int
    """Value of this person in the mask."""
    person: str
    clip: str
    """What this person plays."""
    time_s: FiniteFloat
    keypoints_ground_m: KeypointPoints
    """`(37, 3)`, the nine spine ones at the centroids of the vertebral bodies."""
    posterior_ground_m: VertebraPoints
    """`(25, 3)` posterior point of every vertebra, caudal to cranial."""
    vertebrae: Annotated[Vertebrae, PlainValidator(_vertebrae), PlainSerializer(_vertebrae_json)]
    intervertebral_deg: LevelAngles
    """`(24, 3)` flexion, bending and rotation of L5..C1 relative to the vertebra below; NaN where the engine gave none."""
    visibility: KeypointFlags
    """`(37,)` COCO's v."""
    hidden_fraction: KeypointShares
    """`(37,)` hidden share."""
    visibility_posterior: VertebraFlags
    """`(25,)` v of the posterior points."""
    hidden_fraction_posterior: VertebraShares
    """`(25,)` hidden share of the posterior points."""
    area_px: int

    @property
    def centroids_ground_m(self) -> Array:
        """`(25, 3)` centroid of every vertebral body."""
        return self.vertebrae.centroids_ground_m

    @property
    def quaternions_ground_wxyz(self) -> Array:
        """`(25, 4)` orientation of every vertebra."""
        return self.vertebrae.quaternions_ground_wxyz


class Bystander(Record):
    """Somebody in the background: in the mask, and without labels."""

    instance: int
    """Value of this person in the mask."""
    person: str
    clip: str
    time_s: FiniteFloat
    area_px: int


class Sidecar(Record):
    """One rendered picture and everything known about it."""

    version: Literal[1]
    shot: int
    split: Split
    clip: str
    """Of the main person, as are activity, frame and time."""
    activity: str
    frame: int
    time_s: FiniteFloat
    image: FileName
    mask: FileName
    depth: FileName | None = None
    width: int
    height: int
    camera: CameraRecord
    people: tuple[PersonLabel, ...]
    bystanders: tuple[Bystander, ...] = ()
    engine: dict[str, str]
    """Name, version, renderer and quality, as far as the engine says."""
    plan: dict[str, Scalar] = Field(default_factory=dict[str, Scalar])
    """Readable columns of the plan's row."""
    sha256: dict[str, str] | None = None
    """Digests of the files beside it; None in sidecars that others wrote."""

    def sealed(self) -> bytes:
        """The file's bytes: one JSON object whose last field is a checksum of what stands before it."""
        return with_seal(json.dumps(self.plain(), separators=(",", ":"), allow_nan=False).encode())


def read_sidecar(path: Path) -> Sidecar:
    """Read and check one sidecar.

    Raises:
        DatasetError: not JSON, a field is missing, has the wrong shape or holds NaN; the text names file and field.
    """
    return read_record(path, Sidecar, DatasetError, "draw it again with: spinegen render --repair")


class Sealed(Record):
    """The part of a sidecar that vouches for its files, whatever else a version holds."""

    shot: int
    sha256: dict[str, str]


def parse_sealed(data: bytes, source: str) -> Sealed:
    """That part alone.

    Raises:
        DatasetError: not JSON, or no shot and digests in it.
    """
    return parse_record(data, Sealed, source, DatasetError)


def seal_holds(data: bytes) -> bool:
    """Whether a sidecar's checksum is that of what stands before it."""
    before, mark, after = data.rpartition(_SEAL)
    return bool(mark) and after == _seal(before + b"}") + b'"}\n'


def with_seal(text: bytes) -> bytes:
    """A JSON object's text with its checksum as one more field."""
    return b"".join((text[:-1], _SEAL, _seal(text), b'"}\n'))


def _seal(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:16].encode()
