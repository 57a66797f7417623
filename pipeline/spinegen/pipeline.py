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
from .config import Settings, load_yaml, parse
from .errors import UsageError
from .files import sha256
from .lazy import loaded
from .motions.settings import PoseSettings
from .pose.settings import TrainSettings
from .progress import Reporter, SilentReporter, StageSummary, complain
from .provenance import named_files
from .records.run_record import NamedFile, StageOutcome
from .render.settings import RenderSettings
from .resources import find_config
from .run_config import RunConfig, RunPlan
from .workspace import Workspace

StageName = Literal["fit", "poses", "render", "export", "train"]
FAILURES_KEPT = 100
"""Sentences about failures that `run.json` keeps."""


@dataclass(frozen=True)
class Stage:
    """One stage."""

    settings: type[Settings]
    function: str
    """`module:name` of `(workspace, settings, reporter) -> StageSummary`, loaded when the stage is run: some stand on torch or OpenSim."""
    items: str
    """What may fail one by one."""

    prepare: str = ""
    """`module:name` of `(settings, workspace, reporter) -> settings`, called before."""

    def run(self, workspace: Workspace, settings: Settings, reporter: Reporter) -> StageSummary:
        """Do it, without any record."""
        function: Callable[[Workspace, Settings, Reporter], StageSummary] = loaded(self.function)
        prepare: Callable[[Settings, Workspace, Reporter], Settings] | None = (
            loaded(self.prepare) if self.prepare else None
        )
        return function(workspace, prepare(settings, workspace, reporter) if prepare else settings, reporter)


STAGES: dict[StageName, Stage] = {
    "fit": Stage(FitSettings, "biomech.fits.stage:fit_mocap", "clip(s)", "motions.shipped:with_clips"),
    "poses": Stage(PoseSettings, "motions.poses:make_poses", "pose(s)"),
    "render": Stage(RenderSettings, "render.stage:render", "frame(s)"),
    "export": Stage(ExportSettings, "annotate.stage:export_coco", "frame(s)"),
    "train": Stage(TrainSettings, "pose.stage:train_validate", "picture(s)"),
}


def run_stage(
    name: StageName, workspace: Workspace, settings: Settings, reporter: Reporter | None = None
) -> StageSummary:
    """Run one stage and record it in `run.json`; what is done already is not done again. The caller holds the workspace.

    Args:
        settings: of the stage's own class: `FitSettings`, `PoseSettings`, `RenderSettings`, `ExportSettings` or `TrainSettings`.
        reporter: where progress goes; by default nowhere.

    Returns:
        What was done. Items that failed while others went on are listed in it: see `progress.complain`.

    Raises:
        SpinegenError: the stage cannot be done, or was done here with other settings.
        UsageError: the settings are another stage's.
    """
    stage = STAGES[name]
    if not isinstance(settings, stage.settings):
        raise UsageError(f"stage {name}: takes {stage.settings.__name__}, found {type(settings).__name__}")
    asked = settings.record()
    shard = getattr(settings, "shard", None)
    run = workspace.begin(name, asked, settings.kept(), shard, made=_has_made(name, workspace))
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


def _has_made(name: StageName, workspace: Workspace) -> bool:
    """Whether a stage has left anything that its settings decided; of stages whose work is replaced it does not matter."""
    if name == "fit":
        return any(workspace.fits.glob("*/report.json"))
    return workspace.plan.exists() or workspace.frames.exists() if name == "render" else True


def of_config(config: str, workspace: Workspace) -> RunPlan:
    """What a config asks for; it is noted in `run.json`.

    Args:
        config: a YAML file, or the name of a shipped one (`demo`).

    Raises:
        ConfigError: no such config, or a setting in it is not allowed.
    """
    path = find_config(config, "configs", "config")
    settings = load_yaml(path, RunConfig)
    workspace.note(config=NamedFile(path=config, sha256=sha256(path)))
    return RunPlan((settings.fit,), settings.render, settings.export, settings.train, poses=settings.poses)


def of_record(run_file: Path, workspace: Workspace, inputs: Path | None = None) -> RunPlan:
    """What a `run.json` records, to be made again; see `rerun.read_rerun`."""
    read: Callable[[Path, Workspace, Path | None], RunPlan] = loaded("rerun:read_rerun")
    return read(run_file, workspace, inputs)


@dataclass(frozen=True)
class Done:
    """What a whole run came to."""

    stages: tuple[tuple[StageName, StageSummary], ...]
    report: Path
    """The page to open."""


def run_pipeline(
    plan: RunPlan,
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
        What all of them did. Items that failed while others went on are listed there: see `progress.complain`.

    Raises:
        SpinegenError: a stage cannot be done; or no clip could be fitted, so that there is nothing to draw.
    """
    told = reporter or SilentReporter()
    for difference in plan.differences:
        told.warn(f"not as it was: {difference}")
    done: list[tuple[StageName, StageSummary]] = []
    for name, settings in _order(plan):
        if name == "render" and done and all(summary.nothing_done for _, summary in done):
            complain(done[0][1], STAGES[done[0][0]].items)
        done.append((name, run_stage(name, workspace, settings, told)))
        after_stage(*done[-1])
        if name == "render":
            _compare(plan, workspace, told)
    write_report: Callable[[Workspace, Reporter], Path] = loaded("annotate.report:write_report")
    return Done(tuple(done), write_report(workspace, told))


def _order(plan: RunPlan) -> Iterator[tuple[StageName, Settings]]:
    for settings in plan.fits:
        yield "fit", settings
    if plan.poses is not None:
        yield "poses", plan.poses
    if plan.render is not None:
        yield "render", plan.render
    if plan.export is not None:
        yield "export", plan.export
    if plan.train is not None:
        yield "train", plan.train


def _compare(plan: RunPlan, workspace: Workspace, reporter: Reporter) -> None:
    """Say whether the plan came out as recorded."""
    made = workspace.run().plan
    if plan.plan_sha256 is None:
        return
    if made is not None and made.sha256 == plan.plan_sha256:
        reporter.say("the plan is the recorded one, byte for byte")
    else:
        now = None if made is None else made.sha256
        reporter.warn(f"the plan is not the recorded one: its sha256 is {now}, was {plan.plan_sha256}")


def fit_mocap(workspace: Workspace | Path | str, *clips: Path | str, **settings: object) -> StageSummary:
    """`spinegen fit-mocap`: fit clips, or the shipped yoga flow where none is named.

    Args:
        workspace: the workspace or its folder.
        clips: motion-capture files, or folders of them.
        settings: fields of `FitSettings`.

    Raises:
        SpinegenError: a setting is not allowed, or a clip cannot be fitted (the others are).
    """
    return _call("fit", workspace, {"clips": [Path(clip) for clip in clips], **settings})


def render_frames(workspace: Workspace | Path | str, **settings: object) -> StageSummary:
    """`spinegen render`: draw people in the fitted poses; finished frames stay.

    Args:
        workspace: the workspace or its folder, with fits.
        settings: fields of `RenderSettings`, such as `scenes="yoga"` and `shots=100`.

    Raises:
        SpinegenError: a setting is not allowed, nothing is fitted, or frames fail.
    """
    return _call("render", workspace, settings)


def export_coco(workspace: Workspace | Path | str, **settings: object) -> StageSummary:
    """`spinegen export-coco`: write the frames as a data set.

    Args:
        workspace: the workspace or its folder, with frames.
        settings: fields of `ExportSettings`, such as `site="posterior"`.

    Raises:
        SpinegenError: a setting is not allowed, or no frame can be used.
    """
    return _call("export", workspace, settings)


def train(workspace: Workspace | Path | str, **settings: object) -> StageSummary:
    """`spinegen train-validate`: train, export to ONNX and score that file.

    Args:
        workspace: the workspace or its folder, with an export.
        settings: fields of `TrainSettings`, such as `max_minutes=10`.

    Raises:
        SpinegenError: a setting is not allowed, or the training fails.
    """
    return _call("train", workspace, settings)


def _call(name: StageName, workspace: Workspace | Path | str, given: dict[str, object]) -> StageSummary:
    settings = parse(given, STAGES[name].settings, f"stage {name}")
    place = workspace if isinstance(workspace, Workspace) else Workspace(Path(workspace))
    shard = getattr(settings, "shard", None)
    with place.held(shard, name if shard is not None else ""):
        summary = run_stage(name, place, settings)
    complain(summary, STAGES[name].items)
    return summary
