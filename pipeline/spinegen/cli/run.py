"""`spinegen run`: all four stages of one config, resuming; or of a record, again."""

from pathlib import Path

import click

from .base import Command, example, out_option

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
    from ..pipeline import STAGES, of_config, of_record, run_pipeline
    from ..progress import complain, make_reporter, print_summary
    from ..workspace import Workspace

    if record is not None and config is not None:
        raise UsageError(f"give either a config ({config}) or --from ({record}), not both")
    if inputs is not None and record is None:
        raise UsageError("--inputs goes with --from")
    workspace = Workspace(root)
    with workspace.held():
        plan = of_config(config or "demo", workspace) if record is None else of_record(record, workspace, inputs)
        done = run_pipeline(plan, workspace, make_reporter(), after_stage=lambda name, summary: print_summary(summary))
        click.echo(f"report: {done.report.resolve()}")
        for name, summary in done.stages:
            complain(summary, STAGES[name].items)
