"""Which clips to fit, and with which options: files, folders, and lists that name clips with options of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from ...clips.matching import JOIN
from ...clips.read import READERS
from ...clips.tables import load_table
from ...config import Settings, load_yaml, parse
from ...errors import ClipError, ConfigError, FitError
from .settings import ClipRow, FitSettings
from .truth import SUFFIX

LISTS = (".yaml", ".yml")
"""A CSV is a list too, when its header names a column `clip`."""
_HEADER_BYTES = 100_000


@dataclass(frozen=True)
class ClipTask:
    """One clip to fit."""

    name: str
    """Of the fit's folder."""
    clip: Path
    settings: FitSettings
    """With the clip's own options."""


class ClipList(Settings):
    """A YAML file of clips."""

    clips: tuple[ClipRow, ...] = Field(min_length=1)


def clip_tasks(settings: FitSettings) -> tuple[list[ClipTask], dict[str, str]]:
    """What the settings' files, folders and lists come to, in their order, and a sentence for each that comes to nothing.

    Raises:
        FitError: two clips would have the same fit, or a name cannot be that of a folder.
        ConfigError: the only thing named is a list that is not valid.
    """
    tasks: dict[str, ClipTask] = {}
    failures: dict[str, str] = {}
    for entry in settings.clips:
        try:
            rows = [entry] if isinstance(entry, ClipRow) else _rows(entry)
        except (ConfigError, FitError, ClipError) as error:
            if len(settings.clips) == 1:
                raise
            failures[str(entry)] = str(error)
            continue
        for row in rows:
            task = _task(row, settings)
            known = tasks.get(task.name)
            if known is not None:
                _require_same(task, known)
            tasks[task.name] = task
    return list(tasks.values()), failures


def _task(row: ClipRow, settings: FitSettings) -> ClipTask:
    name = row.name or row.clip.stem
    if name.startswith("."):
        raise FitError(f"{row.clip}: its name begins with a dot; rename it, the fit's folder is named after it")
    return ClipTask(name, row.clip, settings.model_copy(update={"clips": (), **row.options()}))


def _require_same(task: ClipTask, known: ClipTask) -> None:
    if known.clip != task.clip:
        raise FitError(
            f"{task.clip}: has the same name as {known.clip}, and fits are kept by name; rename one, or give it a `name` of its own "
            "in a list of clips"
        )
    if known.settings != task.settings:
        raise FitError(f"{task.clip}: is named twice with different options; keep one of them")


def _rows(entry: Path) -> list[ClipRow]:
    """The clips that a file, folder or list stands for."""
    if entry.is_dir():
        return [ClipRow(clip=path) for path in _in_folder(entry)]
    if entry.suffix.lower() in LISTS:
        return list(_from_list(entry, _yaml_list(entry).clips))
    if entry.suffix.lower() == ".csv" and _names_clips(entry):
        return list(_from_list(entry, _csv_list(entry)))
    return [ClipRow(clip=entry)]


def _in_folder(folder: Path) -> list[Path]:
    inside = sorted(p for p in folder.rglob("*") if p.suffix.lower() in READERS and not p.name.endswith(SUFFIX))
    inside = [path for path in inside if path.suffix.lower() != ".csv" or not _names_clips(path)]
    if not inside:
        raise FitError(f"{folder}: no clip in this folder; looked for {', '.join(READERS)}")
    return inside


def _yaml_list(path: Path) -> ClipList:
    try:
        return load_yaml(path, ClipList)
    except ConfigError as error:
        if "field clips is missing" in str(error):
            raise ConfigError(
                f"{path}: is no list of clips (it must hold `clips:` with a row a clip); a marker set is named with --marker-set"
            ) from None
        raise


def _names_clips(path: Path) -> bool:
    """Whether a CSV's header has a column `clip`; a table of keypoints has none."""
    try:
        with path.open("rb") as handle:
            head = handle.read(_HEADER_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return False
    first = next((line for line in head.splitlines() if line.strip() and not line.startswith("#")), "")
    return "clip" in [word.strip().strip('"').lower() for word in first.replace(";", ",").replace("\t", ",").split(",")]


def _csv_list(path: Path) -> tuple[ClipRow, ...]:
    """A row a clip; blank cells say nothing."""
    table, lines, _ = load_table(path)
    rows = []
    for number, values in enumerate(table.to_dict("records")):
        said = {str(key).strip().lower(): str(value).strip() for key, value in values.items() if str(value).strip()}
        rows.append(parse(said, ClipRow, f"{path}: line {lines[number]}"))
    return tuple(rows)


def _from_list(path: Path, rows: Iterable[ClipRow]) -> Iterable[ClipRow]:
    """Rows with their files found beside the list."""
    for row in rows:
        own = {name: value for name, value in row.options().items() if value is not None}
        if row.static is not None:
            own["static"] = _beside(path, row.static)
        if "marker_set" in own:
            own["marker_set"] = _sets_beside(path, row.marker_set)
        found = [_beside(path, row.clip)]
        if any(mark in str(row.clip) for mark in "*?["):
            found = sorted(p for p in path.parent.glob(str(row.clip)) if p.suffix.lower() in READERS)
            if not found:
                raise FitError(f"{path}: no clip is there for {row.clip}")
            if row.name is not None and len(found) > 1:
                raise FitError(
                    f"{path}: {row.clip} stands for {len(found)} clips, which cannot all be called {row.name!r}"
                )
        for clip in found:
            yield ClipRow.model_validate({**own, "clip": clip, "name": row.name})


def _beside(path: Path, other: Path) -> Path:
    return other if other.is_absolute() else path.parent / other


def _sets_beside(path: Path, name: str) -> str:
    """The marker set's files beside the list where they are there; shipped names stay."""
    parts = [name] if (path.parent / name).is_file() else name.split(JOIN)
    return JOIN.join(str(path.parent / part) if (path.parent / part).is_file() else part for part in parts)
