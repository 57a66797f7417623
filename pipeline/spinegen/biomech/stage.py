"""The stage `fit-mocap`: clips in, fitted motions in `fits/<clip>/` out."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from .. import __version__
from ..config import Settings
from ..errors import FitError, SpinegenError
from ..progress import Reporter, StageSummary, Task
from ..workspace import Workspace

FIT_VERSION = 1
"""Raised when the same clip and settings would give another fit."""


class FitSettings(Settings):
    """What to fit, and how."""

    transient: ClassVar[frozenset[str]] = frozenset(
        {"clips", "static", "subject", "up_axis", "unit", "height_m", "mass_kg", "jobs"}
    )

    clips: tuple[Path, ...] = ()
    """Motion-capture files; none means the shipped yoga flow."""
    model: str = "builtin"
    """`builtin` (= `unisex`), `male`, `female`, or an .osim file."""
    model_mapping: Path | None = None
    """YAML that maps the names of an .osim of your own to ours."""
    marker_set: str = "auto"
    """`auto`, a shipped name, or a YAML file."""
    static: Path | None = None
    """Still capture of the same performer."""
    subject: str | None = None
    """Which subject of a file with several."""
    up_axis: Literal["x", "y", "z", "-x", "-y", "-z"] | None = None
    unit: Literal["mm", "cm", "m", "inch"] | None = None
    spine: Literal["regional", "free"] = "regional"
    solver: Literal["spinegen", "opensim"] = "spinegen"
    height_m: float | None = Field(default=None, gt=0.4, lt=2.6)
    """Stature of the performer, metres."""
    mass_kg: float | None = Field(default=None, gt=2.0, lt=400.0)
    """Body mass of the performer, kilograms."""
    max_rate_hz: float | None = Field(default=None, gt=1.0)
    """Clips of a higher rate are thinned to at most this before fitting; None keeps every frame."""
    jobs: int = Field(default=1, ge=1)
    """Processes."""

    def record(self) -> dict[str, Any]:
        """Without the clips, which may be thousands: `run.json` lists them with their hashes."""
        return self.model_dump(mode="json", exclude={"clips"})


def fit_mocap(workspace: Workspace, settings: FitSettings, reporter: Reporter) -> StageSummary:
    """Fit every clip; one that fails does not stop the others.

    Raises:
        FitError: two clips have the same name.
    """
    workspace.open()
    clips = settings.clips or _shipped(workspace, reporter)
    by_name: dict[str, Path] = {}
    for clip in clips:
        if clip.stem in by_name and by_name[clip.stem] != clip:
            raise FitError(f"{clip}: has the same name as {by_name[clip.stem]}; rename one, fits are kept by name")
        by_name[clip.stem] = clip
    identities, waiting, failures = {}, [], []
    for name, clip in by_name.items():
        try:
            identities[name] = fit_identity(clip, settings)
        except SpinegenError as error:
            failures.append(str(error))
            continue
        if not _is_done(workspace.fit(name), identities[name]):
            waiting.append(name)
    finished = len(identities) - len(waiting)
    if finished:
        reporter.say(f"{finished} of {len(by_name)} clips are fitted already")
    start = time.monotonic()
    frames = 0
    with reporter.task("Fitting", float(len(by_name)), "clips", finished) as task:
        for name, outcome in _run(workspace, settings, by_name, identities, waiting, task):
            if isinstance(outcome, str):
                failures.append(outcome)
                reporter.warn(outcome)
                continue
            frames += outcome["frames"]
            for fault in outcome["faults"][:8]:
                reporter.say(f"{name}: {fault['text']}")
            task.advance()
            reporter.say(
                f"{name}: {outcome['verdict']}, marker RMS {outcome['residual_mm']['rms']:.1f} mm, "
                f"{outcome['frames']} frames at {outcome['speed']['frames_per_s']:.0f} frames/s"
            )
    seconds = time.monotonic() - start
    return _summary(workspace, list(by_name), failures, frames, seconds)


def fit_identity(clip: Path, settings: FitSettings) -> dict[str, Any]:
    """What decides whether a fit on disk is still that of this clip with these settings.

    Raises:
        FitError: a file cannot be read.
    """
    chosen = settings.model_dump(mode="json", exclude={"clips", "jobs"})
    named = [("clip", clip), ("static", settings.static), ("model_mapping", settings.model_mapping)]
    if Path(settings.model).suffix.lower() == ".osim":
        named.append(("model", Path(settings.model)))
    if Path(settings.marker_set).suffix.lower() in (".yaml", ".yml"):
        named.append(("marker_set", Path(settings.marker_set)))
    hashes = {what: _sha256(path) for what, path in named if path is not None}
    return {"sha256": hashes, "settings": chosen, "fit_version": FIT_VERSION, "spinegen": __version__}


def _shipped(workspace: Workspace, reporter: Reporter) -> tuple[Path, ...]:
    from .authored import make_shipped_clips

    reporter.say(f"no clips given: making and fitting the shipped yoga flow in {workspace.clips}")
    return tuple(Path(path) for path in make_shipped_clips(workspace.clips))


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise FitError(f"{path}: cannot be read: {error.strerror or error}") from error


def _is_done(folder: Path, identity: dict[str, Any]) -> bool:
    from .fit_files import REPORT

    try:
        report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and report.get("identity") == json.loads(json.dumps(identity))


def _run(
    workspace: Workspace,
    settings: FitSettings,
    clips: dict[str, Path],
    identities: dict[str, dict[str, Any]],
    names: list[str],
    task: Task,
) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Reports, or error sentences, as they come."""
    from .fit_one import fit_one

    if settings.jobs == 1 or len(names) < 2:
        for name in names:
            task.note(name)
            yield fit_one(clips[name], workspace.fit(name), settings, identities[name])
        return
    from joblib import Parallel, delayed, parallel_config

    # One thread of linear algebra a process: the work is already split.
    with parallel_config(backend="loky", n_jobs=min(settings.jobs, len(names)), inner_max_num_threads=1):
        pool: Any = Parallel(return_as="generator_unordered")
        yield from pool(
            delayed(fit_one)(clips[name], workspace.fit(name), settings, identities[name]) for name in names
        )


def _summary(workspace: Workspace, names: list[str], failures: list[str], frames: int, seconds: float) -> StageSummary:
    from .fit_files import PAGE, REPORT

    rows, verdicts, worst, truths = [], {"good": 0, "usable": 0, "doubtful": 0}, 0.0, []
    look_at = None
    for name in names:
        folder = workspace.fit(name)
        try:
            report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        verdicts[report["verdict"]] += 1
        worst = max(worst, report["residual_mm"]["rms"])
        text = f"{report['verdict']}: marker RMS {report['residual_mm']['rms']:.1f} mm, {report['frames']} frames"
        if report["truth"]:
            truths.append(report["truth"]["centroid_mean_mm"])
            text += f", {truths[-1]:.1f} mm from the true vertebrae"
        rows.append((name, text))
        look_at = look_at or folder / PAGE
    done = sum(verdicts.values())
    rows.append(("clips", f"{done} of {len(names)} fitted ({', '.join(f'{n} {v}' for v, n in verdicts.items() if n)})"))
    if frames:
        rows.append(("speed", f"{frames / max(seconds, 1e-9):.0f} frames/s over all, files and reports included"))
    figures: dict[str, float | int | str] = {
        "clips": done,
        "frames": frames,
        "seconds": round(seconds, 2),
        "worst_rms_mm": worst,
    }
    if truths:
        figures["truth_mean_mm"] = round(sum(truths) / len(truths), 3)
    return StageSummary("Fits", tuple(rows), look_at, tuple(failures), figures)
