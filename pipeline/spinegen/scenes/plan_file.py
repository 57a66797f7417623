"""How a plan lies on disk: a folder of parquet parts that opens as one table, and a header that says how to draw the rest."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from ..errors import ConfigError, DatasetError
from ..files import atomic_path
from ..records.base import JsonObject
from ..records.plan_files import VERSION, PartNote, PlanFile, read_plan_file
from ..records.plan_shot import Shot
from .settings import SceneSettings

HEADER = "_plan.json"
"""Readers of parquet folders pass over names that begin with `_` or `.`."""
PART_SHOTS = 5_000
"""About this many shots are drawn, kept and opened together."""
_FACTS = b"spinegen"


@dataclass(frozen=True)
class PlanHeader:
    """Everything that decides the rows, so that any process can draw any of them."""

    scene: SceneSettings
    """Its `shots` are those asked for."""
    seed: int
    rule: str
    """What keeps training and validation apart."""
    clips: Mapping[str, str]
    """Clips that are played, with the digest of each one's motion, in the order in which they are drawn from."""
    part_takes: int
    """Takes of one part."""
    recorded: JsonObject | None = None
    """The scene as the file has it, which may lack fields that came later."""

    @property
    def shots(self) -> int:
        """Shots asked for."""
        return self.scene.shots

    @property
    def takes(self) -> int:
        """Takes asked for; the last may be cut short."""
        return -(-self.shots // self.scene.take.shots)

    @property
    def parts(self) -> int:
        """Number of parts."""
        return -(-self.takes // self.part_takes)

    @cached_property
    def identity(self) -> str:
        """Digest of what decides a row; a longer plan has the same."""
        scene = self._scene_data()
        del scene["shots"]
        text = json.dumps([VERSION, scene, self.seed, self.rule, list(self.clips.items()), self.part_takes])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def takes_of(self, part: int) -> range:
        """Takes of a part."""
        return range(part * self.part_takes, min((part + 1) * self.part_takes, self.takes))

    def shots_of(self, takes: range) -> range:
        """Shot numbers of some takes."""
        count = self.scene.take.shots
        return range(takes.start * count, min(takes.stop * count, self.shots))

    def file_of(self, part: int) -> str:
        """File name of a part: its first and last shot."""
        shots = self.shots_of(self.takes_of(part))
        return f"shots-{shots.start:09d}-{shots.stop - 1:09d}.parquet"

    def write(self, folder: Path) -> None:
        """Write `_plan.json`; a plan exists when it does."""
        PlanFile(
            version=VERSION,
            identity=self.identity,
            shots=self.shots,
            seed=self.seed,
            rule=self.rule,
            part_takes=self.part_takes,
            clips=dict(self.clips),
            scene=self._scene_data(),
        ).write(folder / HEADER)

    def _scene_data(self) -> JsonObject:
        return {**(self.recorded or self.scene.model_dump(mode="json")), "shots": self.shots}


def read_header(folder: Path) -> PlanHeader:
    """The header of a plan.

    Raises:
        DatasetError: it is missing or damaged, or the plan is of another version.
    """
    path = folder / HEADER
    again = f"delete {folder} and run spinegen render again (finished frames stay)"
    if folder.is_file():
        raise DatasetError(f"{folder}: is a file, expected the folder of a plan; {again}")
    file = read_plan_file(path, again)
    try:
        scene = SceneSettings.model_validate(file.scene)
    except (ValueError, ConfigError) as error:
        raise DatasetError(f"{path}: cannot be read: {' '.join(str(error).split())[:200]}; {again}") from error
    header = PlanHeader(scene, file.seed, file.rule, file.clips, file.part_takes, file.scene)
    if file.identity != header.identity:
        raise DatasetError(f"{path}: was altered; {again}")
    return header


@dataclass
class PartFacts:
    """What is known of drawn rows without reading them."""

    shots: int = 0
    train: int = 0
    val: int = 0
    given_up: int = 0
    """Takes without a usable draw."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Reasons of unused draws."""

    def add(self, other: "PartFacts") -> None:
        """Take in another part's facts."""
        self.shots += other.shots
        self.train += other.train
        self.val += other.val
        self.given_up += other.given_up
        self.rejected.update(other.rejected)


def schema() -> pa.Schema:
    """Columns of a part: one a field of `Shot`, nested ones as JSON text."""
    kinds = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}
    return pa.schema(
        [
            (name, kinds.get(field.annotation, pa.string()))  # nested columns are text, and so are words of a few
            for name, field in Shot.model_fields.items()
        ]
    )


def write_part(path: Path, identity: str, shots: Sequence[Shot], facts: PartFacts) -> None:
    """Write one part, with checksums of its pages; the same rows give the same bytes."""
    columns = schema()
    rows = [shot.to_row() for shot in shots]
    note = PartNote(
        identity=identity,
        shots=facts.shots,
        train=facts.train,
        val=facts.val,
        given_up=facts.given_up,
        rejected=dict(sorted(facts.rejected.items())),
    )
    table = pa.table(
        {name: [row[name] for row in rows] for name in columns.names},
        schema=columns.with_metadata({_FACTS: json.dumps(note.plain()).encode()}),
    )
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)


def read_part(path: Path, identity: str, columns: Sequence[str] | None = None) -> pa.Table | None:
    """Rows of a part; None when the file is missing, damaged or of another plan, so that it has to be drawn."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            note = _note(file.schema_arrow.metadata)
            if note is None or note.identity != identity:
                return None
            return file.read(columns=None if columns is None else list(columns))
    except (OSError, ValueError, pa.ArrowException):
        return None


def part_facts(path: Path, identity: str) -> PartFacts | None:
    """Facts of a part from its footer; None as in `read_part`."""
    try:
        note = _note(pq.read_schema(path).metadata)
    except (OSError, ValueError, pa.ArrowException):
        return None
    if note is None or note.identity != identity:
        return None
    return PartFacts(note.shots, note.train, note.val, note.given_up, Counter(note.rejected))


def _note(metadata: Mapping[bytes, bytes] | None) -> PartNote | None:
    try:
        return PartNote.model_validate_json((metadata or {}).get(_FACTS, b""), strict=True)
    except ValidationError:
        return None
