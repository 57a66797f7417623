"""The render stage: plan everything, then play the plan on an engine."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EngineError, WorkspaceError
from ..progress import Reporter, StageSummary, clock
from ..scenes.settings import SceneSettings
from ..workspace import Workspace
from .paths import FramePaths
from .settings import RenderSettings

if TYPE_CHECKING:
    from ..scenes.plan import PlanFacts
    from ..scenes.shot import Shot

__all__ = ["RenderSettings", "render"]

FAILURES_IN_A_ROW = 3
"""Frames that may fail one after the other before the stage ends."""


def render(workspace: Workspace, settings: RenderSettings, reporter: Reporter) -> StageSummary:
    """Draw people in the fitted poses; frames that are done stay as they are.

    Raises:
        ConfigError: the scenes file cannot be used or met.
        DatasetError: nothing was fitted, or the plan is damaged.
        EngineError: no engine can be had, or it fails again and again.
        WorkspaceError: the workspace holds another plan, or cannot be written.
    """
    from ..scenes.plan import read_shots
    from .repair import remove_damaged

    scene = settings.scene()
    facts = _plan(workspace, settings, scene, reporter)
    shots = read_shots(workspace.plan)
    if settings.plan_only:
        return StageSummary("Plan", tuple(_plan_rows(shots, facts)), workspace.plan, figures={"planned": len(shots)})
    index, count = settings.part
    mine = [shot for shot in shots if shot.take % count == index - 1]
    repaired: dict[int, str] = {}
    if settings.repair:
        repaired = remove_damaged(FramePaths(workspace.frames, shot.shot) for shot in mine)
        for shot, reason in list(repaired.items())[:10]:
            reporter.warn(f"shot {shot} is drawn again: {reason}")
    pending = [shot for shot in mine if not FramePaths(workspace.frames, shot.shot).done]
    start = time.monotonic()
    failures, renderer = _play(workspace, settings, mine, pending, reporter)
    seconds = time.monotonic() - start
    drawn = len(pending) - len(failures)
    rows = [
        *_plan_rows(shots, facts),
        ("drawn now", f"{drawn} frames" + (f" in {clock(seconds)}, {drawn / seconds:.2f} frames/s" if drawn else "")),
        ("done before", str(len(mine) - len(pending))),
        ("engine", renderer or "not needed"),
    ]
    if repaired:
        rows.append(("repaired", str(len(repaired))))
    figures: dict[str, float | int | str] = {
        "frames": len(mine) - len(failures),
        "drawn_now": drawn,
        "frames_per_s": round(drawn / seconds, 3) if drawn else 0.0,
        "renderer": renderer,
    }
    return StageSummary("Render", tuple(rows), workspace.frames, tuple(failures), figures)


def _plan(
    workspace: Workspace, settings: RenderSettings, scene: SceneSettings, reporter: Reporter
) -> "PlanFacts | None":
    """Make the plan unless it is there; what planning found."""
    from ..scenes.plan import make_plan
    from .fits import read_motions

    people = workspace.root / "people.json"
    if workspace.plan.exists() and people.exists():
        planned = _planned_shots(workspace.plan)
        if settings.shots is None or planned is None or planned == scene.shots:
            return None
        if not settings.extend:
            raise WorkspaceError(
                f"{workspace.plan}: was made for {planned} shots, now {scene.shots} are asked for; add --extend, "
                "or use another --out folder"
            )
        if scene.shots < planned:
            raise WorkspaceError(f"{workspace.plan}: holds {planned} shots; --extend cannot make it {scene.shots}")
    with reporter.task("plan", scene.shots, "shots") as task:
        return make_plan(scene, read_motions(workspace), scene.seed, workspace.plan, people, task)


def _planned_shots(plan: Path) -> int | None:
    """Shots that a plan was made for, given-up ones included."""
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(plan).metadata or {}
    except (OSError, ValueError):
        return None
    text = metadata.get(b"spinegen_shots")
    return int(text) if text else None


def _play(
    workspace: Workspace,
    settings: RenderSettings,
    mine: "Sequence[Shot]",
    pending: "Sequence[Shot]",
    reporter: Reporter,
) -> tuple[list[str], str]:
    from .play import default_jobs, play, threads_each
    from .worker import Job

    failures: list[str] = []
    engines: list[Mapping[str, str]] = []
    if not pending:
        return failures, ""
    clips = sorted({person["clip"] for shot in pending for person in shot.people})
    jobs = min(settings.jobs or default_jobs(settings), len(pending))
    job = Job.of(workspace, settings, clips, threads_each(jobs))
    in_a_row = 0
    with reporter.task("render", len(mine), "frames", done=len(mine) - len(pending)) as task:
        try:
            for drawn in play(job, settings, pending, jobs):
                task.advance()
                if drawn.engine is not None and drawn.engine not in engines:
                    engines.append(drawn.engine)
                    workspace.note_engine(drawn.engine)
                in_a_row = in_a_row + 1 if drawn.failure else 0
                if drawn.failure:
                    failures.append(drawn.failure)
                if in_a_row >= FAILURES_IN_A_ROW:
                    raise EngineError(f"{in_a_row} frames failed one after the other; {drawn.failure}")
        except OSError as error:
            raise WorkspaceError(
                f"{workspace.frames}: cannot be written: {error.strerror or error}; make room and start again, "
                "what is done stays"
            ) from error
    return failures, ", ".join(dict.fromkeys(engine["renderer"] for engine in engines))


def _plan_rows(shots: "Sequence[Shot]", facts: "PlanFacts | None") -> list[tuple[str, str]]:
    val = sum(shot.split == "val" for shot in shots)
    rule = {
        "clips": "no clip and no person in both",
        "stretches": "one clip, cut at least 1 s apart; no person in both",
        "none": "no validation split",
    }.get(shots[0].split_rule if shots else "", "")
    rows = [("plan", f"{len(shots)} shots: {len(shots) - val} train, {val} val ({rule})")]
    if facts is not None and facts.given_up:
        rows.append(("given up", f"{facts.given_up} takes found no usable draw"))
    return rows
