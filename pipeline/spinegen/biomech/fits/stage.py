"""The stage `fit-mocap`: clips in, fitted motions in `fits/<clip>/` out."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...clips.read import READERS
from ...errors import FitError, SpinegenError
from ...files import sha256
from ...pool import pooled
from ...progress import Reporter, StageSummary, Task
from ...records.fit_report import VERDICTS, FitIdentity, FitReport, found_fit_report
from ...shards import shard_of
from ...version import __version__
from ...workspace import Workspace
from .files import PAGE, REPORT, damaged_files
from .inputs import fitted_inputs
from .one_clip import fit_one
from .settings import FitSettings
from .truth import SUFFIX, truth_file

FIT_VERSION = 1
"""Raised when the same clip and settings would give another fit."""
SHOWN_CLIPS = 20
"""Rows of the closing table; of more clips, the worst are shown."""


def fit_mocap(workspace: Workspace, settings: FitSettings, reporter: Reporter) -> StageSummary:
    """Fit every clip; one that fails does not stop the others.

    Raises:
        FitError: no clips are named, two have the same name, or a name cannot be that of a folder.
    """
    workspace.open()
    clips = clip_files(settings.clips)
    if not clips:
        raise FitError("no clips to fit: name files or folders, or make those that are shipped (motions.shipped)")
    by_name: dict[str, Path] = {}
    for clip in clips:
        if clip.stem.startswith("."):
            raise FitError(f"{clip}: its name begins with a dot; rename it, the fit's folder is named after it")
        if clip.stem in by_name and by_name[clip.stem] != clip:
            raise FitError(f"{clip}: has the same name as {by_name[clip.stem]}; rename one, fits are kept by name")
        by_name[clip.stem] = clip
    index, count = shard_of(settings.shard)
    by_name = dict(sorted(by_name.items())[index - 1 :: count]) if count > 1 else by_name
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
            frames += outcome.frames
            for fault in outcome.faults[:8]:
                reporter.say(f"{name}: {fault.text}")
            task.advance()
            reporter.say(
                f"{name}: {outcome.verdict}, marker RMS {outcome.residual_mm.rms:.1f} mm, "
                f"{outcome.frames} frames at {outcome.speed.frames_per_s:.0f} frames/s"
            )
    seconds = time.monotonic() - start
    return _summary(workspace, list(by_name), failures, frames, seconds)


def fit_identity(clip: Path, settings: FitSettings) -> FitIdentity:
    """What decides whether a fit on disk is still that of this clip with these settings.

    Raises:
        FitError: a file cannot be read.
    """
    chosen = settings.model_dump(mode="json", exclude={"clips", "jobs", "shard", "dask"})
    truth = truth_file(clip)
    named = [
        ("clip", clip),
        ("truth", truth if truth.is_file() else None),
        ("static", settings.static),
        ("model_mapping", settings.model_mapping),
    ]
    if Path(settings.model).suffix.lower() == ".osim":
        named.append(("model", Path(settings.model)))
    if Path(settings.marker_set).suffix.lower() in (".yaml", ".yml"):
        named.append(("marker_set", Path(settings.marker_set)))
    hashes = {what: _sha256(path) for what, path in named if path is not None}
    return FitIdentity(sha256=hashes, settings=chosen, fit_version=FIT_VERSION, spinegen=__version__)


def clip_files(given: Sequence[Path]) -> tuple[Path, ...]:
    """The files themselves; of a folder, all clips in it and below it in the order of their names.

    Raises:
        FitError: a folder holds no clip.
    """
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in READERS and not p.name.endswith(SUFFIX))
        if not inside:
            raise FitError(f"{path}: no clip in this folder; looked for {', '.join(READERS)}")
        found += inside
    return tuple(found)


def _sha256(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        raise FitError(f"{path}: cannot be read: {error.strerror or error}") from error


def _is_done(folder: Path, identity: FitIdentity) -> bool:
    report = found_fit_report(folder / REPORT)
    return report is not None and report.identity == identity and not damaged_files(folder, report.files)


def _run(
    workspace: Workspace,
    settings: FitSettings,
    clips: dict[str, Path],
    identities: dict[str, FitIdentity],
    names: list[str],
    task: Task,
) -> Iterator[tuple[str, FitReport | str]]:
    """Reports, or error sentences, as they come."""
    work = ((clips[name], workspace.fit(name), settings, identities[name]) for name in names)
    if settings.dask is None and (settings.jobs == 1 or len(names) < 2):
        for item in work:
            task.note(item[0].stem)
            yield _fit_one(item)
        return
    yield from pooled(_fit_one, work, min(settings.jobs, len(names)), settings.dask)


def _fit_one(item: tuple[Path, Path, FitSettings, FitIdentity]) -> tuple[str, FitReport | str]:
    return fit_one(*item)


def _summary(workspace: Workspace, names: list[str], failures: list[str], frames: int, seconds: float) -> StageSummary:
    found: list[tuple[float, str, str]] = []
    verdicts, worst, truths = dict.fromkeys(VERDICTS, 0), 0.0, []
    look_at = None
    for name in names:
        folder = workspace.fit(name)
        report = found_fit_report(folder / REPORT)
        if report is None:
            continue
        verdicts[report.verdict] += 1
        worst = max(worst, report.residual_mm.rms)
        text = f"{report.verdict}: marker RMS {report.residual_mm.rms:.1f} mm, {report.frames} frames"
        if report.truth is not None:
            truths.append(report.truth.centroid_mean_mm)
            text += f", {truths[-1]:.1f} mm from the true vertebrae"
        found.append((report.residual_mm.rms, name, text))
        look_at = look_at or folder / PAGE
    done = sum(verdicts.values())
    if len(found) > SHOWN_CLIPS:
        found = sorted(found, reverse=True)[:SHOWN_CLIPS]
    rows = [(name, text) for _, name, text in found]
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
    facts = {"inputs": fitted_inputs(workspace)}
    return StageSummary("Fits", tuple(rows), look_at, tuple(failures), figures, facts)
