"""The record of a workspace, `run.json`: software, machine, inputs, and the settings, time and figures of every stage."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from ..errors import WorkspaceError
from ..files import write_json
from .base import JsonObject, Record, read_record, sentence

RUN_VERSION = 2
INLINE_CLIPS = 200
"""More clips than this are listed in a file of their own, so that `run.json` can still be read by eye."""
CLIP_LIST = "clips.json"
ANEW = "delete it to start the record anew, what was made stays"


class _Open(Record):
    """Holds what a newer version wrote besides, and writes only what was set."""

    model_config = ConfigDict(extra="allow")

    def plain(self) -> JsonObject:
        return self.model_dump(mode="json", exclude_unset=True)


class NamedFile(_Open):
    """A file as it was typed, with its hash."""

    path: str
    sha256: str


class Environment(_Open):
    """Software and machine; neither host, user nor folder is named."""

    spinegen: str
    commit: str | None = None
    """None outside a checkout; `+changes` behind it where tracked files differ."""
    python: str = ""
    versions: dict[str, str] = Field(default_factory=dict[str, str])
    shipped_sha256: str = ""
    """Digest of all shipped models, tables, scenes, wardrobes, motions and skeletons."""
    platform: str = ""
    cpu: str = ""
    cores: int = 0
    memory_gb: float = 0.0
    gpus: tuple[str, ...] = ()


class FitGroup(_Open):
    """Settings that clips were fitted with, and hashes of the files that these settings name."""

    settings: JsonObject
    sha256: dict[str, str]


class ClipRecord(_Open):
    """One fitted clip."""

    name: str
    sha256: str
    truth_sha256: str | None = None
    shipped: bool = False
    path: str | None = None
    """As it was typed; None for shipped clips."""
    fit: int
    """Index of its `FitGroup`."""


class ClipsRecord(_Open):
    """All fitted clips, here or in a list beside the record."""

    count: int
    sha256: str
    files: tuple[ClipRecord, ...] | None = None
    list: str | None = None
    """Name of the file that lists them."""


class Inputs(_Open):
    """What the fits were made from."""

    fits: tuple[FitGroup, ...] = ()
    clips: ClipsRecord | None = None


class PlanRecord(_Open):
    """Hashes of the plan and its people, and for how many shots it was made."""

    sha256: str
    people_sha256: str
    rows: int
    shots: int


class StageRun(_Open):
    """One time that a stage was run; without `seconds` it was broken off."""

    run: str
    environment: int
    shard: str | None = None
    seconds: float | None = None
    figures: dict[str, float | int | str] = Field(default_factory=dict[str, float | int | str])


class StageOutcome(_Open):
    """What a stage came to."""

    seconds: float
    figures: dict[str, float | int | str] = Field(default_factory=dict[str, float | int | str])
    failed: int = 0
    failures: tuple[str, ...] = ()
    """The first of them."""
    files: dict[str, str] = Field(default_factory=dict[str, str])
    """Hashes of the files that the settings name, by their path as typed."""


class StageRecord(_Open):
    """A stage: its settings as asked for, what of them may not change, its runs, and what the latest one came to."""

    settings: JsonObject = Field(default_factory=JsonObject)
    kept: JsonObject | None = None
    runs: tuple[StageRun, ...] = ()
    seconds: float | None = None
    figures: dict[str, float | int | str] = Field(default_factory=dict[str, float | int | str])
    failed: int = 0
    failures: tuple[str, ...] = ()
    files: dict[str, str] = Field(default_factory=dict[str, str])


class RunRecord(_Open):
    """All of `run.json`."""

    version: int = RUN_VERSION
    config: NamedFile | None = None
    """Of `spinegen run CONFIG`."""
    origin: NamedFile | None = None
    """The record that this set was made from again."""
    environments: tuple[Environment, ...] = ()
    """Every distinct one that worked here, the latest last."""
    inputs: Inputs = Inputs()
    plan: PlanRecord | None = None
    engines: tuple[dict[str, str], ...] = ()
    stages: dict[str, StageRecord] = Field(default_factory=dict[str, StageRecord])


def read_run_record(path: Path) -> RunRecord:
    """A `run.json`.

    Raises:
        WorkspaceError: it is missing, damaged or no run record.
    """
    if not path.exists():
        raise WorkspaceError(f"{path}: there is no such file")
    return read_record(path, RunRecord, WorkspaceError, ANEW)


def clips_record(folder: Path, clips: tuple[ClipRecord, ...]) -> ClipsRecord:
    """The clips for the record; a long list goes into `clips.json` in `folder`."""
    count, sha256 = len(clips), _clips_digest(clips)
    if count <= INLINE_CLIPS:
        (folder / CLIP_LIST).unlink(missing_ok=True)
        return ClipsRecord(count=count, sha256=sha256, files=clips)
    write_json(folder / CLIP_LIST, [clip.plain() for clip in clips], indent=None)
    return ClipsRecord(count=count, sha256=sha256, list=CLIP_LIST)


def recorded_clips(run_file: Path, run: RunRecord) -> tuple[ClipRecord, ...]:
    """The clips that a `run.json` lists, in it or beside it.

    Raises:
        WorkspaceError: the list is missing or is not the one that was recorded.
    """
    clips = run.inputs.clips
    if clips is None or clips.list is None:
        return clips.files or () if clips is not None else ()
    path = run_file.parent / Path(clips.list).name
    beside = f"it lists the clips of {run_file} and must lie beside it"
    try:
        found = _CLIPS.validate_json(path.read_bytes())
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be read: {error}; {beside}") from error
    except ValidationError as error:
        raise WorkspaceError(f"{path}: {sentence(error)}; {beside}") from error
    if _clips_digest(found) != clips.sha256:
        raise WorkspaceError(f"{path}: is not the list of clips that {run_file} was written with")
    return found


def digest(pairs: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the lines `<hash>  <name>`, sorted, as `sha256sum` would print them."""
    lines = sorted(f"{file_hash}  {name}\n" for name, file_hash in pairs)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _clips_digest(clips: Iterable[ClipRecord]) -> str:
    return digest((clip.name, clip.sha256) for clip in clips)


_CLIPS = TypeAdapter(tuple[ClipRecord, ...])
