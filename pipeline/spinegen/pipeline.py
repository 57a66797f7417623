"""The pipeline for library users: every stage is run, recorded and resumed exactly as by the commands.

    workspace = Workspace(Path("workspace"))
    with workspace.held():
        run_stage("fit", workspace, FitSettings(clips=(Path("walk.c3d"),)))
        run_stage("render", workspace, RenderSettings(scenes="yoga", shots=100))

or all of a config at once, `run_pipeline(of_config("demo", workspace), workspace)`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .annotate.settings import ExportSettings
from .biomech.fits.settings import FitSettings
from .config import Settings, load_yaml
from .errors import SpinegenError, UsageError
from .files import sha256
from .lazy import loaded
from .pose.settings import TrainSettings
from .progress import Reporter, SilentReporter, StageSummary
from .provenance import named_files
from .records.run_record import NamedFile, StageOutcome
from .render.settings import RenderSettings
from .rerun import Rerun, read_rerun
from .resources import find_config
from .run_config import RunConfig
from .workspace import Workspace

StageName = Literal["fit", "render", "export", "train"]
FAILURES_KEPT = 100
"""Sentences about failures that `run.json` keeps."""


@dataclass(frozen=True)
class Stage:
    """One stage."""

    settings: type[Settings]
    function: str
    """`module:name` of `(workspace, settings, reporter) -> StageSummary`, loaded when the stage is run: some stand on torch or OpenSim."""
    items: str = ""
    """What may fail one by one; empty where that is no failure of the stage."""

    def run(self, workspace: Workspace, settings: Settings, reporter: Reporter) -> StageSummary:
        """Do it, without any record."""
        function: Callable[[Workspace, Settings, Reporter], StageSummary] = loaded(self.function)
        return function(workspace, settings, reporter)


STAGES: dict[StageName, Stage] = {
    "fit": Stage(FitSettings, "biomech.fits.stage:fit_mocap", "clip(s)"),
    "render": Stage(RenderSettings, "render.stage:render", "frame(s)"),
    "export": Stage(ExportSettings, "annotate.stage:export_coco"),
    "train": Stage(TrainSettings, "pose.stage:train_validate"),
}


def run_stage(
    name: StageName, workspace: Workspace, settings: Settings, reporter: Reporter | None = None
) -> StageSummary:
    """Run one stage and record it in `run.json`; what is done already is not done again. The caller holds the workspace.

    Args:
        settings: of the stage's own class: `FitSettings`, `RenderSettings`, `ExportSettings` or `TrainSettings`.
        reporter: where progress goes; by default nowhere.

    Returns:
        What was done. Items that failed while others went on are listed in it: see `complain`.

    Raises:
        SpinegenError: the stage cannot be done, or was done here with other settings.
        UsageError: the settings are another stage's.
    """
    stage = STAGES[name]
    if not isinstance(settings, stage.settings):
        raise UsageError(f"stage {name}: takes {stage.settings.__name__}, found {type(settings).__name__}")
    asked = settings.record()
    run = workspace.begin(name, asked, settings.kept(), getattr(settings, "shard", None))
    start = time.monotonic()
    summary = stage.run(workspace, settings, reporter or SilentReporter())
    outcome = StageOutcome(
        seconds=round(time.monotonic() - start, 2),
        figures=summary.figures,
        failed=len(summary.failures),
        failures=summary.failures[:FAILURES_KEPT],
        files=named_files(asked),
    )
    workspace.finish(name, outcome, run)
    if summary.facts:
        workspace.note(**summary.facts)
    return summary


def of_config(config: str, workspace: Workspace) -> Rerun:
    """What a config asks for; it is noted in `run.json`.

    Args:
        config: a YAML file, or the name of a shipped one (`demo`).

    Raises:
        ConfigError: no such config, or a setting in it is not allowed.
    """
    path = find_config(config, "configs", "config")
    settings = load_yaml(path, RunConfig)
    workspace.note(config=NamedFile(path=config, sha256=sha256(path)))
    return Rerun((settings.fit,), settings.render, settings.export, settings.train)


def of_record(run_file: Path, workspace: Workspace, inputs: Path | None = None) -> Rerun:
    """What a `run.json` records, to be made again; see `rerun.read_rerun`."""
    return read_rerun(run_file, workspace, inputs)


@dataclass(frozen=True)
class Done:
    """What a whole run came to."""

    stages: tuple[tuple[StageName, StageSummary], ...]
    report: Path
    """The page to open."""


def run_pipeline(
    plan: Rerun,
    workspace: Workspace,
    reporter: Reporter | None = None,
    *,
    after_stage: Callable[[StageName, StageSummary], None] = lambda name, summary: None,
) -> Done:
    """All stages, going on where an earlier run stopped, then the report. The caller holds the workspace.

    Args:
        plan: from `of_config` or `of_record`.
        after_stage: called with what each stage did, as soon as it is done.

    Returns:
        What all of them did. Items that failed while others went on are listed there: see `complain`.
    """
    told = reporter or SilentReporter()
    for difference in plan.differences:
        told.warn(f"not as it was: {difference}")
    done: list[tuple[StageName, StageSummary]] = []
    for name, settings in _order(plan):
        done.append((name, run_stage(name, workspace, settings, told)))
        after_stage(*done[-1])
        if name == "render":
            _compare(plan, workspace, told)
    write_report: Callable[[Workspace, Reporter], Path] = loaded("annotate.report:write_report")
    return Done(tuple(done), write_report(workspace, told))


def _order(plan: Rerun) -> Iterator[tuple[StageName, Settings]]:
    for settings in plan.fits:
        yield "fit", settings
    if plan.render is not None:
        yield "render", plan.render
    if plan.export is not None:
        yield "export", plan.export
    if plan.train is not None:
        yield "train", plan.train


def complain(summary: StageSummary, stage: StageName) -> None:
    """End with what failed, now that the rest is done; frames that an export leaves out are no failure.

    Raises:
        SpinegenError: something did.
    """
    what = STAGES[stage].items
    if what and summary.failures:
        count = len(summary.failures)
        first = "; ".join(summary.failures[:3]) + (f"; and {count - 3} more" if count > 3 else "")
        raise SpinegenError(f"{count} {what} failed, the rest is done: {first}")


def _compare(plan: Rerun, workspace: Workspace, reporter: Reporter) -> None:
    """Say whether the plan came out as recorded."""
    made = workspace.run().plan
    if plan.plan_sha256 is None:
        return
    if made is not None and made.sha256 == plan.plan_sha256:
        reporter.say("the plan is the recorded one, byte for byte")
    else:
        now = None if made is None else made.sha256
        reporter.warn(f"the plan is not the recorded one: its sha256 is {now}, was {plan.plan_sha256}")
