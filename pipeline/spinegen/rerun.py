"""The same set again from its `run.json`: the settings of every stage, and the files they name, found and checked by their hashes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .annotate.settings import ExportSettings
from .biomech.fits.settings import FitSettings
from .biomech.fits.truth import truth_file
from .clips.matching import JOIN
from .config import parse
from .errors import WorkspaceError
from .files import sha256, write_text
from .motions import make_shipped_clips, shipped_clips
from .motions.poses import PoseSettings
from .pose.settings import TrainSettings
from .provenance import environment, folder_digest, recorded_clips
from .render.settings import RenderSettings
from .workspace import Workspace, read_run_file

SCENES = "scenes.yaml"
"""The recorded scenes, written into the new workspace."""
SHOWN_FAULTS = 3


@dataclass(frozen=True)
class Rerun:
    """What has to be done, stage by stage."""

    fits: tuple[FitSettings, ...]
    """One for every set of settings that clips were fitted with."""
    render: RenderSettings | None
    export: ExportSettings | None
    train: TrainSettings | None
    plan_sha256: str | None = None
    """What the plan should come to."""
    differences: tuple[str, ...] = ()
    """How software and machine differ from then, a sentence each."""
    poses: PoseSettings | None = None
    """The latest set of postures that was drawn."""


def read_rerun(run_file: Path, workspace: Workspace, inputs: Path | None) -> Rerun:
    """Settings for all stages that a `run.json` records; nothing is fitted or drawn yet.

    Args:
        run_file: the record; a long list of clips must lie beside it.
        workspace: where the set is to be made again; a file of the recorded scenes is written there, and the shipped clips where they were used.
        inputs: folder in which files are looked for that are not where they were.

    Raises:
        WorkspaceError: the record is damaged or incomplete, a file is missing or has another hash, or the workspace holds another run.
        ConfigError: a recorded setting is not one of this version.
    """
    run = read_run_file(run_file)
    stages: Mapping[str, Any] = run.get("stages", {})
    clips = recorded_clips(run_file, run)
    if (not clips or "fit" not in stages) and "poses" not in stages:
        raise WorkspaceError(
            f"{run_file}: records no fitted clip: it is from an older version or a run that was broken off"
        )
    _require_own(workspace, run_file)
    finder = _Finder(run_file, inputs)
    source = str(run_file)
    fits = _fits(run, clips, workspace, finder, source) if clips else ()
    asked = {name: dict(stage.get("settings", {})) for name, stage in stages.items()}
    hashes = {name: stage.get("files", {}) for name, stage in stages.items()}
    render = _render(run, asked["render"], hashes["render"], workspace, finder) if "render" in stages else None
    for name in ("export", "train"):
        finder.replace(asked.get(name, {}), hashes.get(name, {}))
    finder.require_all()
    workspace.note(origin={"path": source, "sha256": sha256(run_file)})
    return Rerun(
        fits,
        render() if render is not None else None,
        parse(asked["export"], ExportSettings, source) if "export" in stages else None,
        parse(asked["train"], TrainSettings, source) if "train" in stages else None,
        run.get("plan", {}).get("sha256"),
        tuple(_differences(run)),
        parse(asked["poses"], PoseSettings, source) if "poses" in stages else None,
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

    def replace(self, settings: dict[str, Any], hashes: Mapping[str, str]) -> None:
        """Put the paths of found files into settings."""
        for name, value in settings.items():
            if isinstance(value, str) and value in hashes:
                settings[name] = str(self.find(value, hashes[value], name))

    def require_all(self) -> None:
        """Raises WorkspaceError: something that was looked for is not there."""
        if self._faults:
            more = len(self._faults) - SHOWN_FAULTS
            text = "; ".join(self._faults[:SHOWN_FAULTS]) + (f"; and {more} more" if more > 0 else "")
            raise WorkspaceError(f"{self._run_file}: cannot be made again: {text}")


def _require_own(workspace: Workspace, run_file: Path) -> None:
    if not workspace.run_file.exists():
        return
    origin = workspace.run().get("origin", {})
    if not run_file.is_file() or origin.get("sha256") != sha256(run_file):
        raise WorkspaceError(f"{workspace.root}: holds another run; name a new folder with --out")


def _fits(
    run: Mapping[str, Any], clips: list[dict[str, Any]], workspace: Workspace, finder: _Finder, source: str
) -> tuple[FitSettings, ...]:
    shipped: dict[str, Path] = {}
    known = {clip.name for clip in shipped_clips()}
    names = [clip["name"] for clip in clips if clip.get("shipped") and clip["name"] in known]
    if names:
        shipped = {Path(path).stem: Path(path) for path in make_shipped_clips(workspace.clips, names)}
    found = []
    for index, group in enumerate(run["inputs"]["fits"]):
        settings = dict(group["settings"])
        for key, wanted in group["sha256"].items():
            name, _, part = key.partition(":")
            path = str(finder.find(part or str(settings[name]), wanted, f"{name} of the fits"))
            settings[name] = (
                JOIN.join(path if one.strip() == part else one for one in settings[name].split(JOIN)) if part else path
            )
        rows = []
        for clip in clips:
            if clip["fit"] == index:
                path = str(shipped.get(clip["name"], clip["name"])) if clip.get("shipped") else clip["path"]
                found_at = finder.find(path, clip["sha256"], f"clip {clip['name']}")
                rows.append({"clip": found_at, "name": clip["name"]})
                if "truth_sha256" in clip:
                    finder.find(str(truth_file(found_at)), clip["truth_sha256"], f"truth beside clip {clip['name']}")
        jobs = run["stages"]["fit"].get("settings", {}).get("jobs", 1)
        found.append(parse({**settings, "clips": rows, "jobs": jobs}, FitSettings, source))
    return tuple(found)


def _render(
    run: Mapping[str, Any], asked: dict[str, Any], hashes: Mapping[str, str], workspace: Workspace, finder: _Finder
) -> Callable[[], RenderSettings]:
    """A function that writes the scenes and returns the settings, to be called once all files were found."""
    kept = run["stages"]["render"]["kept"]
    scenes = dict(kept["scenes"])
    plan = run.get("plan", {})
    if "shots" in plan:
        scenes["shots"] = plan["shots"]
    if scenes["places"].get("folder") is not None:
        beside = Path(asked["scenes"]).parent
        folder = finder.find_folder(beside / scenes["places"]["folder"], kept.get("pictures"))
        scenes["places"] = {**scenes["places"], "folder": str(folder.resolve())}
    people, hashed = scenes["people"], kept.get("wardrobes", {})
    weights = {
        str(finder.find(name, hashed[name], "wardrobe")) if name in hashed else name: weight
        for name, weight in people["wardrobe"].items()
    }
    scenes["people"] = {**people, "wardrobe": weights}
    if asked["skeleton"] in hashes:
        asked["skeleton"] = str(finder.find(asked["skeleton"], hashes[asked["skeleton"]], "skeleton"))
    names = ("engine", "engine_command", "skeleton", "jobs", "depth", "plan_only", "restart_after")
    given = {name: asked[name] for name in names if name in asked}
    given["plan_only"] = bool(given.get("plan_only")) and not run.get("engines")

    def settings() -> RenderSettings:
        path = workspace.root / SCENES
        write_text(path, yaml.safe_dump(scenes, sort_keys=False))
        return parse({**given, "scenes": str(path)}, RenderSettings, SCENES)

    return settings


def _differences(run: Mapping[str, Any]) -> list[str]:
    """What is not as it was when the set was made."""
    before = (run.get("environments") or [{}])[-1]
    now = environment()
    found = []
    for name in ("spinegen", "commit", "python", "shipped_sha256", "cpu"):
        if before.get(name) != now[name]:
            found.append(f"{name} was {before.get(name)}, is {now[name]}")
    versions = before.get("versions", {})
    changed = [f"{k} {versions.get(k)} -> {v}" for k, v in now["versions"].items() if versions.get(k) != v]
    return [*found, *([f"packages differ: {', '.join(changed)}"] if changed else [])]
