"""`spinegen run`: all four stages of one config, resuming."""

from pathlib import Path

import click

from .base import Command, complain, example, out_option, play_stage


@click.command(cls=Command, epilog=example("spinegen run demo --out workspace"))
@click.argument("config", metavar="CONFIG.yaml|NAME", default="demo")
@out_option
def run(config: str, root: Path) -> None:
    """Fit, render, export and train as CONFIG says, going on where an earlier run stopped.

    CONFIG is a YAML file or the name of a shipped one (demo).
    """
    from ..resources import find_config

    path = find_config(config, "configs", "config")

    from ..annotate.report import write_report
    from ..annotate.stage import export_coco
    from ..biomech.stage import fit_mocap
    from ..config import load_yaml
    from ..pose.stage import train_validate
    from ..progress import make_reporter
    from ..render.stage import render
    from ..run_config import RunConfig
    from ..workspace import Workspace

    settings = load_yaml(path, RunConfig)
    workspace = Workspace(root)
    reporter = make_reporter()
    with workspace.held():
        fits = play_stage("fit", workspace, settings.fit, fit_mocap, reporter)
        frames = play_stage("render", workspace, settings.render, render, reporter)
        play_stage("export", workspace, settings.export, export_coco, reporter)
        play_stage("train", workspace, settings.train, train_validate, reporter)
        page = write_report(workspace, reporter)
    click.echo(f"report: {page.resolve()}")
    complain(fits, "clip(s)")
    complain(frames, "frame(s)")
