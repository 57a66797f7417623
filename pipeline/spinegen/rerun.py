"""The same set again from its `run.json`: the settings of every stage, and the files they name, found and checked by their hashes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import yaml
from pydantic import Field, JsonValue

from .annotate.settings import ExportSettings
from .biomech.fits.settings import FitSettings
from .biomech.fits.truth import truth_file
from .clips.matching import JOIN
from .config import parse
from .errors import WorkspaceError
from .files import sha256, write_text
from .motions.settings import PoseSettings
from .motions.shipped import make_shipped_clips, shipped_clips
from .pose.settings import TrainSettings
from .provenance import environment, folder_digest
from .records.base import JsonObject, Record
from .records.run_record import ClipRecord, NamedFile, RunRecord, StageRecord, read_run_record, recorded_clips
from .render.settings import RenderSettings
from .run_config import RunPlan
from .workspace import Workspace

SCENES = "scenes.yaml"
"""The recorded scenes, written into the new workspace."""
SHOWN_FAULTS = 3


def read_rerun(run_file: Path, workspace: Workspace, inputs: Path | None) -> RunPlan:
    """Settings for all stages that a `run.json` records; nothing is fitted or drawn yet.

    Args:
        run_file: the record; a long list of clips must lie beside it.
        workspace: where the set is to be made again; a file of the recorded scenes is written there, and the shipped clips where they were used.
        inputs: folder in which files are looked for that are not where they were.

    Raises:
        WorkspaceError: the record is damaged or incomplete, a file is missing or has another hash, or the workspace holds another run.
        ConfigError: a recorded setting is not one of this version.
    """
    run = read_run_record(run_file)
    clips = recorded_clips(run_file, run)
    if (not clips or "fit" not in run.stages) and "poses" not in run.stages:
        raise WorkspaceError(
            f"{run_file}: records no fitted clip: it is from an older version or a run that was broken off"
        )
    _require_own(workspace, run_file)
    finder = _Finder(run_file, inputs)
    source = str(run_file)
    fits = _fits(run, clips, workspace, finder, source=source) if clips else ()
    render = _render(run, run.stages["render"], workspace, finder) if "render" in run.stages else None
    export, train = (finder.replaced(run.stages.get(name)) for name in ("export", "train"))
    poses = run.stages.get("poses")
    finder.require_all()
    workspace.note(origin=NamedFile(path=source, sha256=sha256(run_file)))
    return RunPlan(
        fits,
        render() if render is not None else None,
        parse(export, ExportSettings, source) if export is not None else None,
        parse(train, TrainSettings, source) if train is not None else None,
        run.plan.sha256 if run.plan is not None else None,
        tuple(_differences(run)),
        parse(poses.settings, PoseSettings, source) if poses is not None else None,
    )


class _Finder:
    """Looks files up where they were, then in the user's folder, and collects what is wrong with them."""

    def __init__(self, run_file: Path, inputs: Path | None) -> None:
        self._run_file = run_file
        self._inputs = inputs
        self._faults: list[str] = []

    def find(self, path: str, wanted: str | None, what: str) -> Path:
        """The file of that hash; the path itself where there is none, which `require_all` will then say."""
        places = [Path(path)]
        if self._inputs is not None:
            places += [self._inputs / Path(path).name, *([] if Path(path).is_absolute() else [self._inputs / path])]
        found = {place: sha256(place) for place in places if place.is_file()}
        for place, actual in found.items():
            if wanted is None or actual == wanted:
                return place
        if found:
            place, actual = next(iter(found.items()))
            self._faults.append(f"{what}: {place} has sha256 {actual}, the run was made from {wanted}")
        else:
            where = " or ".join(str(place) for place in places)
            self._faults.append(
                f"{what} (sha256 {wanted}) is missing: looked for {where}; name its folder with --inputs"
            )
        return Path(path)

    def find_folder(self, path: Path, wanted: str | None) -> Path:
        """The folder of pictures whose names and sizes are the recorded ones."""
        places = [path] + ([self._inputs / path.name, self._inputs] if self._inputs is not None else [])
        for place in places:
            if place.is_dir() and folder_digest(place) == wanted:
                return place
        self._faults.append(
            f"the pictures of places.folder are not those of the run, or missing: looked in {' or '.join(map(str, places))}"
        )
        return path

    def replaced(self, stage: StageRecord | None) -> JsonObject | None:
        """A stage's settings with the paths of found files."""
        if stage is None:
            return None
        return {name: self._found(name, value, stage.files) for name, value in stage.settings.items()}

    def _found(self, name: str, value: JsonValue, hashes: Mapping[str, str]) -> JsonValue:
        return str(self.find(value, hashes[value], name)) if isinstance(value, str) and value in hashes else value

    def require_all(self) -> None:
        """Raises WorkspaceError: something that was looked for is not there."""
        if self._faults:
            more = len(self._faults) - SHOWN_FAULTS
            text = "; ".join(self._faults[:SHOWN_FAULTS]) + (f"; and {more} more" if more > 0 else "")
            raise WorkspaceError(f"{self._run_file}: cannot be made again: {text}")


def _require_own(workspace: Workspace, run_file: Path) -> None:
    if not workspace.run_file.exists():
        return
    origin = workspace.run().origin
    if not run_file.is_file() or origin is None or origin.sha256 != sha256(run_file):
        raise WorkspaceError(f"{workspace.root}: holds another run; name a new folder with --out")


def _fits(
    run: RunRecord, clips: tuple[ClipRecord, ...], workspace: Workspace, finder: _Finder, *, source: str
) -> tuple[FitSettings, ...]:
    shipped: dict[str, Path] = {}
    known = {clip.name for clip in shipped_clips()}
    names = [clip.name for clip in clips if clip.shipped and clip.name in known]
    if names:
        shipped = {Path(path).stem: Path(path) for path in make_shipped_clips(workspace.clips, names)}
    jobs = run.stages.get("fit", StageRecord()).settings.get("jobs", 1)
    found: list[FitSettings] = []
    for index, group in enumerate(run.inputs.fits):
        settings = dict(group.settings)
        for key, wanted in group.sha256.items():
            name, _, part = key.partition(":")
            given = str(settings[name])
            path = str(finder.find(part or given, wanted, f"{name} of the fits"))
            settings[name] = (
                JOIN.join(path if one.strip() == part else one for one in given.split(JOIN)) if part else path
            )
        rows: list[JsonValue] = [
            {"clip": str(_clip(clip, shipped, finder)), "name": clip.name} for clip in clips if clip.fit == index
        ]
        found.append(parse({**settings, "clips": rows, "jobs": jobs}, FitSettings, source))
    return tuple(found)


def _clip(clip: ClipRecord, shipped: Mapping[str, Path], finder: _Finder) -> Path:
    path = str(shipped.get(clip.name, clip.name)) if clip.shipped else clip.path or clip.name
    found = finder.find(path, clip.sha256, f"clip {clip.name}")
    if clip.truth_sha256 is not None:
        finder.find(str(truth_file(found)), clip.truth_sha256, f"truth beside clip {clip.name}")
    return found


class _Drawn(Record):
    """What decided the frames, as far as it is looked at here."""

    scenes: JsonObject
    pictures: str | None = None
    wardrobes: dict[str, str] = Field(default_factory=dict[str, str])


def _render(run: RunRecord, stage: StageRecord, workspace: Workspace, finder: _Finder) -> Callable[[], RenderSettings]:
    """A function that writes the scenes and returns the settings, to be called once all files were found."""
    kept, asked = _Drawn.model_validate(stage.kept), dict(stage.settings)
    scenes = dict(kept.scenes)
    if run.plan is not None:
        scenes["shots"] = run.plan.shots
    places, people = _part(scenes, "places"), _part(scenes, "people")
    if places.get("folder") is not None:
        beside = Path(str(asked["scenes"])).parent
        folder = finder.find_folder(beside / str(places["folder"]), kept.pictures)
        scenes["places"] = {**places, "folder": str(folder.resolve())}
    wardrobe: JsonObject = {}
    for name, weight in _part(people, "wardrobe").items():
        hashed = kept.wardrobes.get(name)
        wardrobe[name if hashed is None else str(finder.find(name, hashed, "wardrobe"))] = weight
    scenes["people"] = {**people, "wardrobe": wardrobe}
    skeleton = str(asked["skeleton"])
    if skeleton in stage.files:
        asked["skeleton"] = str(finder.find(skeleton, stage.files[skeleton], "skeleton"))
    names = ("engine", "engine_command", "skeleton", "jobs", "depth", "plan_only", "restart_after")
    given = {name: asked[name] for name in names if name in asked}
    given["plan_only"] = bool(given.get("plan_only")) and not run.engines

    def settings() -> RenderSettings:
        path = workspace.root / SCENES
        write_text(path, yaml.safe_dump(scenes, sort_keys=False))
        return parse({**given, "scenes": str(path)}, RenderSettings, SCENES)

    return settings


def _part(scenes: Mapping[str, JsonValue], name: str) -> JsonObject:
    part = scenes.get(name)
    return part if isinstance(part, dict) else {}


def _differences(run: RunRecord) -> list[str]:
    """What is not as it was when the set was made."""
    if not run.environments:
        return ["the software that made it is not recorded"]
    before, now = run.environments[-1], environment()
    found = [
        f"{name} was {getattr(before, name)}, is {getattr(now, name)}"
        for name in ("spinegen", "commit", "python", "shipped_sha256", "cpu")
        if getattr(before, name) != getattr(now, name)
    ]
    changed = [
        f"{name} {before.versions.get(name)} -> {version}"
        for name, version in now.versions.items()
        if before.versions.get(name) != version
    ]
    return [*found, *([f"packages differ: {', '.join(changed)}"] if changed else [])]
