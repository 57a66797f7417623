"""The render stage: plan everything, then play the plan on an engine."""

import time
from collections.abc import Mapping

from pydantic import BaseModel

from ..errors import EngineError, WorkspaceError
from ..progress import Reporter, StageSummary, clock
from ..scenes.plan import Plan, PlanFacts, make_plan, open_plan
from ..scenes.plan_file import HEADER, PART_SHOTS
from ..scenes.plan_record import plan_record
from ..scenes.settings import SceneSettings
from ..threads import one_thread
from ..workspace import Workspace
from .dispatch import default_jobs, dispatch, threads_each
from .fits import read_motions, require_fits
from .paths import FramePaths
from .remaining import Remaining
from .repair import remove_damaged
from .settings import RenderSettings
from .worker import Job

FAILURES_IN_A_ROW = 3
"""Frames that may fail one after the other before the stage ends."""


@one_thread()
def render(workspace: Workspace, settings: RenderSettings, reporter: Reporter) -> StageSummary:
    """Draw people in the fitted poses; frames that are done stay as they are.

    Raises:
        ConfigError: the scenes file cannot be used or met.
        DatasetError: nothing was fitted, or the plan is damaged.
        EngineError: no engine can be had, or it fails again and again.
        WorkspaceError: the workspace holds another plan, or cannot be written.
    """
    plan = _plan(workspace, settings, settings.scene(), reporter)
    facts = plan.facts()
    if settings.plan_only:
        figures = {"planned": facts.shots, "to_come": facts.to_come}
        known = _known(workspace)
        return StageSummary("Plan", tuple(_plan_rows(facts)), workspace.plan, figures=figures, facts=known)
    remaining = Remaining(plan, workspace.frames, settings.shard_numbers)
    repaired: dict[int, str] = {}
    if settings.repair:
        repaired = remove_damaged(FramePaths(workspace.frames, shot) for shot in remaining.finished())
        for shot, reason in list(repaired.items())[:10]:
            reporter.warn(f"shot {shot} is drawn again: {reason}")
    _, before = remaining.count()
    start = time.monotonic()
    drawn, failures, renderer = _play(workspace, settings, remaining, reporter)
    seconds = time.monotonic() - start
    rows = [
        *_plan_rows(plan.facts()),
        ("drawn now", f"{drawn} frames" + (f" in {clock(seconds)}, {drawn / seconds:.2f} frames/s" if drawn else "")),
        ("done before", str(before)),
        ("engine", renderer or "not needed"),
    ]
    if repaired:
        rows.append(("repaired", str(len(repaired))))
    figures: dict[str, float | int | str] = {
        "frames": before + drawn,
        "drawn_now": drawn,
        "frames_per_s": round(drawn / seconds, 3) if drawn else 0.0,
        "renderer": renderer,
    }
    return StageSummary("Render", tuple(rows), workspace.frames, tuple(failures), figures, facts=_known(workspace))


def _known(workspace: Workspace) -> dict[str, BaseModel]:
    plan = plan_record(workspace.plan, workspace.root / "people.json")
    return {} if plan is None else {"plan": plan}


def _plan(workspace: Workspace, settings: RenderSettings, scene: SceneSettings, reporter: Reporter) -> Plan:
    """The plan that is there, longer where `--extend` says so, or a new one."""
    people = workspace.root / "people.json"
    if not (workspace.plan.is_file() or (workspace.plan / HEADER).exists()) or not people.exists():
        total = min(scene.shots, PART_SHOTS)
        with reporter.task("plan", total, "shots") as task:
            return make_plan(scene, read_motions(workspace), scene.seed, workspace.plan, people=people, task=task)
    plan = open_plan(workspace.plan, lambda names: read_motions(workspace, names))
    planned = plan.header.shots
    if settings.shots is not None and planned != scene.shots:
        if not settings.extend:
            raise WorkspaceError(
                f"{workspace.plan}: was made for {planned} shots, now {scene.shots} are asked for; add --extend, "
                "or use another --out folder"
            )
        if scene.shots < planned:
            raise WorkspaceError(f"{workspace.plan}: holds {planned} shots; --extend cannot make it {scene.shots}")
        plan = plan.extended(scene.shots)
    plan.ensure(0)
    return plan


def _play(
    workspace: Workspace, settings: RenderSettings, remaining: Remaining, reporter: Reporter
) -> tuple[int, list[str], str]:
    """How many frames were drawn, what failed, and on what it was drawn."""
    drawn_now = 0
    failures: list[str] = []
    engines: list[Mapping[str, str]] = []
    if next(remaining.batches(), None) is None:
        return drawn_now, failures, ""
    planned, done = remaining.count()
    header = remaining.plan.header
    require_fits(workspace, list(header.clips))
    jobs = min(settings.jobs or default_jobs(settings), planned - done)
    job = Job.of(workspace, settings, header, threads_each(settings, jobs))
    in_a_row = 0
    with reporter.task("render", planned, "frames", done=done) as task:
        try:
            for drawn in dispatch(job, settings, remaining, jobs):
                task.advance()
                if drawn.engine is not None and drawn.engine not in engines:
                    engines.append(drawn.engine)
                    workspace.note_engine(drawn.engine)
                in_a_row = in_a_row + 1 if drawn.failure else 0
                if drawn.failure:
                    failures.append(drawn.failure)
                else:
                    drawn_now += 1
                if in_a_row >= FAILURES_IN_A_ROW:
                    raise EngineError(f"{in_a_row} frames failed one after the other; {drawn.failure}")
        except OSError as error:
            raise WorkspaceError(
                f"{workspace.frames}: cannot be written: {error.strerror or error}; make room and start again, "
                "what is done stays"
            ) from error
    return drawn_now, failures, ", ".join(dict.fromkeys(engine["renderer"] for engine in engines))


def _plan_rows(facts: PlanFacts) -> list[tuple[str, str]]:
    rule = {
        "clips": "no clip and no person in both",
        "stretches": "one clip, cut at least 1 s apart; no person in both",
        "none": "no validation split",
    }[facts.rule]
    drawn = f"{facts.shots} shots: {facts.train} train, {facts.val} val ({rule})"
    if facts.to_come:
        drawn = f"{facts.asked} shots asked for; drawn so far {drawn}; the other {facts.to_come} when they are needed"
    rows = [("plan", drawn)]
    if facts.given_up:
        rows.append(("given up", f"{facts.given_up} takes found no usable draw"))
    return rows
