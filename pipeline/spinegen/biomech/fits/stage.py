"""The stage `fit-mocap`: clips in, fitted motions in `fits/<clip>/` out."""

import time
from collections.abc import Iterator
from pathlib import Path

from ...clips.matching import AUTO, JOIN, named_files
from ...errors import FitError, SpinegenError
from ...files import sha256
from ...pool import pooled
from ...progress import Reporter, StageSummary, Task
from ...records.fit_report import VERDICTS, FitIdentity, FitReport, found_fit_origin, found_fit_report
from ...shards import shard_of
from ...threads import one_thread
from ...version import __version__
from ...workspace import Workspace
from .clip_list import ClipTask, clip_tasks
from .files import PAGE, REPORT, damaged_files
from .inputs import fitted_inputs
from .one_clip import fit_one
from .settings import FitSettings
from .truth import truth_file

FIT_VERSION = 3
"""Raised when the same clip and settings would give another fit."""
SHOWN_FAULTS = 8
"""Faults of markers that are told of one clip."""
SHOWN_CLIPS = 20
"""Rows of the closing table; of more clips, the worst are shown."""


@one_thread()
def fit_mocap(workspace: Workspace, settings: FitSettings, reporter: Reporter) -> StageSummary:
    """Fit every clip; one that fails does not stop the others.

    Raises:
        FitError: no clips are named, two have the same name, or a name cannot be that of a folder.
    """
    workspace.open()
    if not settings.clips:
        raise FitError("no clips to fit: name files or folders, or make those that are shipped (motions.shipped)")
    found, failures = clip_tasks(settings)
    index, count = shard_of(settings.shard)
    tasks = {
        task.name: task
        for task in (sorted(found, key=lambda task: task.name)[index - 1 :: count] if count > 1 else found)
    }
    for sentence in failures.values():
        reporter.warn(sentence)
    identities, waiting = _waiting(workspace, tasks, failures, reporter)
    finished = len(identities) - len(waiting)
    if finished:
        reporter.say(f"{finished} of {len(tasks)} clips are fitted already")
    start = time.monotonic()
    frames = 0
    with reporter.task("Fitting", float(len(tasks)), "clips", finished) as task:
        work = [(tasks[name], workspace.fit(name), identities[name]) for name in waiting]
        for name, outcome in _run(work, settings, task):
            if isinstance(outcome, str):
                failures[str(tasks[name].clip)] = outcome
                reporter.warn(outcome)
                continue
            frames += outcome.frames
            task.advance()
            for line in _told(name, outcome):
                reporter.say(line)
    return _summary(workspace, list(tasks), failures, frames, seconds=time.monotonic() - start)


def _waiting(
    workspace: Workspace, tasks: dict[str, ClipTask], failures: dict[str, str], reporter: Reporter
) -> tuple[dict[str, FitIdentity], list[str]]:
    """Identities of all clips that can be read, and the names of those whose fit is not there or was made otherwise."""
    identities: dict[str, FitIdentity] = {}
    waiting: list[str] = []
    for name, task in tasks.items():
        try:
            identities[name] = fit_identity(task.clip, task.settings)
        except SpinegenError as error:
            failures[str(task.clip)] = str(error)
            reporter.warn(str(error))
            continue
        changes = changed_since(workspace.fit(name), identities[name])
        if changes is None or changes:
            waiting.append(name)
        if changes:
            reporter.say(f"{name}: is fitted again: {'; '.join(changes)}")
    return identities, waiting


def _told(name: str, report: FitReport) -> list[str]:
    """What a user hears about a fit: what the reader found or changed, wrong markers, and how good it is."""
    lines = [f"{name}: {note}" for note in report.notes]
    lines += [f"{name}: {fault.text}" for fault in report.faults[:SHOWN_FAULTS]]
    if len(report.faults) > SHOWN_FAULTS:
        lines.append(f"{name}: and {len(report.faults) - SHOWN_FAULTS} more faults of markers, in its report")
    why = f": {report.reasons[0]}" if report.verdict != "good" else ""
    lines.append(
        f"{name}: {report.verdict}, marker RMS {report.residual_mm.rms:.1f} mm, "
        f"{report.frames} frames at {report.speed.frames_per_s:.0f} frames/s{why}"
    )
    return lines


def fit_identity(clip: Path, settings: FitSettings) -> FitIdentity:
    """What decides whether a fit on disk is still that of this clip with these settings.

    Raises:
        FitError: a file cannot be read.
        ConfigError: the marker set is none.
    """
    truth = truth_file(clip)
    named = [
        ("clip", clip),
        ("truth", truth if truth.is_file() else None),
        ("static", settings.static),
        ("model_mapping", settings.model_mapping),
    ]
    if Path(settings.model).suffix.lower() == ".osim":
        named.append(("model", Path(settings.model)))
    hashes = {what: _sha256(path) for what, path in named if path is not None}
    if settings.marker_set != AUTO:
        hashes |= _set_hashes(settings.marker_set)
    return FitIdentity(sha256=hashes, settings=settings.chosen(), fit_version=FIT_VERSION, spinegen=__version__)


def _set_hashes(marker_set: str) -> dict[str, str]:
    """Hashes of the user's own marker-set files: `marker_set`, or `marker_set:FILE` for each of several."""
    files = named_files(marker_set)
    parts = [marker_set] if len(files) == 1 else [part.strip() for part in marker_set.split(JOIN)]
    own = {part: path for part, path in zip(parts, files, strict=True) if str(path) == str(Path(part))}
    key = "marker_set" if len(files) == 1 else "marker_set:"
    return {key + (part if len(files) > 1 else ""): _sha256(path) for part, path in own.items()}


def changed_since(folder: Path, identity: FitIdentity) -> list[str] | None:
    """How a fit on disk differs from one of this identity: nothing when it is that one, None when there is none."""
    origin = found_fit_origin(folder / REPORT)
    if origin is None:
        return None
    before, report = origin.identity, found_fit_report(folder / REPORT)
    asked, were = identity.settings, before.settings
    changes = [f"{name} was {were.get(name)!r}, now {asked[name]!r}" for name in asked if were.get(name) != asked[name]]
    damaged = damaged_files(folder, report.files) if report is not None else []
    if damaged:
        changes.append(f"{', '.join(damaged)} {'is' if len(damaged) == 1 else 'are'} damaged")
    hashes = {
        name for name in (*identity.sha256, *before.sha256) if identity.sha256.get(name) != before.sha256.get(name)
    }
    changes += [f"the file of {name} is another one" for name in sorted(hashes)]
    if (before.fit_version, before.spinegen) != (identity.fit_version, identity.spinegen):
        changes.append(f"it was made by spinegen {before.spinegen}")
    return changes or ([] if report is not None and before == identity else ["its record is another one"])


def _sha256(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        raise FitError(f"{path}: cannot be read: {error.strerror or error}") from error


def _run(
    work: list[tuple[ClipTask, Path, FitIdentity]], settings: FitSettings, running: Task
) -> Iterator[tuple[str, FitReport | str]]:
    """Reports, or error sentences, as they come."""
    if settings.dask is None and (settings.jobs == 1 or len(work) < 2):
        for item in work:
            running.note(item[0].name)
            yield _fit_one(item)
        return
    yield from pooled(_fit_one, iter(work), min(settings.jobs, len(work)), settings.dask)


def _fit_one(item: tuple[ClipTask, Path, FitIdentity]) -> tuple[str, FitReport | str]:
    return fit_one(*item)


def _summary(
    workspace: Workspace, names: list[str], failures: dict[str, str], frames: int, *, seconds: float
) -> StageSummary:
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
    which = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items() if count)
    rows.append(("clips", f"{done} of {len(names)} fitted" + (f" ({which})" if which else "")))
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
    told = tuple(Path(failed).name for failed in failures)
    return StageSummary(
        "Fits",
        tuple(rows),
        look_at,
        tuple(failures.values()),
        figures,
        told=told,
        facts={"inputs": fitted_inputs(workspace)},
        nothing_done=done == 0,
    )
