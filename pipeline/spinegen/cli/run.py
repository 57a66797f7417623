"""`spinegen run`: all four stages of one config, resuming; or of a record, again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .base import Command, complain, example, out_option, play_stage

if TYPE_CHECKING:
    from ..progress import Reporter
    from ..rerun import Rerun
    from ..workspace import Workspace

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(
    cls=Command,
    epilog=example(
        "spinegen run demo --out workspace", "spinegen run --from workspace/run.json --out again --inputs clips"
    ),
)
@click.argument("config", metavar="[CONFIG.yaml|NAME]", required=False)
@out_option
@click.option("--from", "record", type=FILE, metavar="RUN.json", help="Make the set of this record again instead.")
@click.option("--inputs", type=FOLDER, help="With --from: folder of clips and files that are not where they were.")
def run(config: str | None, root: Path, record: Path | None, inputs: Path | None) -> None:
    """Fit, render, export and train as CONFIG says, going on where an earlier run stopped.

    CONFIG is a YAML file or the name of a shipped one (demo, which is the default).

    With --from, the stages that the run.json of a workspace records are done again in another folder: same clips (found by their paths
    and checked by their hashes), settings and seeds. Fits, plan, frames and labels come out the same, byte for byte, with the
    same versions on the same kind of machine; a training that is limited in time does not.
    """
    from ..errors import UsageError
    from ..progress import make_reporter
    from ..workspace import Workspace

    if record is not None and config is not None:
        raise UsageError(f"give either a config ({config}) or --from ({record}), not both")
    if inputs is not None and record is None:
        raise UsageError("--inputs goes with --from")
    workspace, reporter = Workspace(root), make_reporter()
    with workspace.held():
        if record is None:
            plan, differences = _of_config(config or "demo", workspace), ()
        else:
            from ..rerun import read_rerun

            plan = read_rerun(record, workspace, inputs)
            differences = plan.differences
        for difference in differences:
            reporter.warn(f"not as it was: {difference}")
        _play(plan, workspace, reporter)


def _of_config(config: str, workspace: "Workspace") -> "Rerun":
    from ..config import load_yaml
    from ..files import sha256
    from ..rerun import Rerun
    from ..resources import find_config
    from ..run_config import RunConfig

    path = find_config(config, "configs", "config")
    settings = load_yaml(path, RunConfig)
    workspace.note(config={"path": config, "sha256": sha256(path)})
    return Rerun((settings.fit,), settings.render, settings.export, settings.train, poses=settings.poses)


def _play(plan: "Rerun", workspace: "Workspace", reporter: "Reporter") -> None:
    """All stages, then the report; what failed is said at the end."""
    from ..annotate.report import write_report
    from ..annotate.stage import export_coco
    from ..biomech.fits.stage import fit_mocap
    from ..motions import with_clips
    from ..motions.poses import make_poses
    from ..pose.stage import train_validate
    from ..render.stage import render

    asked = [with_clips(settings, workspace, reporter) for settings in plan.fits]
    fits = [play_stage("fit", workspace, settings, fit_mocap, reporter) for settings in asked]
    if plan.poses:
        play_stage("poses", workspace, plan.poses, make_poses, reporter)
    frames = play_stage("render", workspace, plan.render, render, reporter) if plan.render else None
    _compare(plan, workspace, reporter)
    exported = play_stage("export", workspace, plan.export, export_coco, reporter) if plan.export else None
    scored = play_stage("train", workspace, plan.train, train_validate, reporter) if plan.train else None
    click.echo(f"report: {write_report(workspace, reporter).resolve()}")
    for summary in fits:
        complain(summary, "clip(s)")
    for summary, what in ((frames, "frame(s)"), (exported, "frame(s)"), (scored, "picture(s)")):
        if summary is not None:
            complain(summary, what)


def _compare(plan: "Rerun", workspace: "Workspace", reporter: "Reporter") -> None:
    """Say whether the plan came out as recorded."""
    made = workspace.run().get("plan", {}).get("sha256")
    if plan.plan_sha256 is not None and made == plan.plan_sha256:
        reporter.say("the plan is the recorded one, byte for byte")
    elif plan.plan_sha256 is not None:
        reporter.warn(f"the plan is not the recorded one: its sha256 is {made}, was {plan.plan_sha256}")
