"""What all commands share: `-v`, the workspace option, and how a stage is run and recorded."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..config import Settings
    from ..progress import Reporter, StageSummary
    from ..workspace import Workspace

DEFAULT_WORKSPACE = "workspace"
SHOWN_FAILURES = 3
"""Failures that the last line names."""
FAILURES_KEPT = 100
"""Sentences about failures that `run.json` keeps."""
SettingsT = TypeVar("SettingsT", bound="Settings")


def _verbose() -> click.Option:
    # `main` looks for the flag itself, because errors may come before any option is parsed.
    return click.Option(["-v", "--verbose"], is_flag=True, expose_value=False, help="Show tracebacks of errors.")


class Command(click.Command):
    """A command with `-v`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(_verbose())


class Group(click.Group):
    """A group whose commands all have `-v`, listed in the order of the pipeline."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(_verbose())

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def example(*lines: str) -> str:
    """Epilog of a command: lines that work when pasted."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def out_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--out DIR`, the workspace."""
    return click.option(
        "--out",
        "root",
        type=click.Path(file_okay=False, path_type=Path),
        default=DEFAULT_WORKSPACE,
        envvar="SPINEGEN_WORKSPACE",
        show_default=True,
        show_envvar=True,
        help="Workspace folder.",
    )(function)


def dir_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """`[DIR]`, the workspace."""
    return click.argument(
        "root",
        metavar="[DIR]",
        type=click.Path(file_okay=False, path_type=Path),
        default=DEFAULT_WORKSPACE,
        envvar="SPINEGEN_WORKSPACE",
    )(function)


def exif_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--exif`: how labels mean pictures that a camera stored turned."""
    return click.option(
        "--exif",
        type=click.Choice(["as-labelled", "upright", "stored"]),
        help="Whether labels mean pictures turned as their EXIF says; as-labelled: their size tells, else it is asked.  "
        "[default: as-labelled]",
    )(function)


def settings_from(kind: "type[SettingsT]", given: dict[str, Any]) -> "SettingsT":
    """Settings from command-line values; what was not given keeps its default.

    Raises:
        UsageError: a value is not allowed.
    """
    from ..config import parse
    from ..errors import ConfigError, UsageError
    from ..yaml_file import at_home

    try:
        return parse(at_home({k: v for k, v in given.items() if v is not None}), kind, "command line")
    except ConfigError as error:
        raise UsageError(str(error)) from error


def existing_workspace(root: Path) -> "Workspace":
    """A workspace that must be there.

    Raises:
        WorkspaceError: no such folder.
    """
    from ..errors import WorkspaceError
    from ..workspace import Workspace

    if not root.is_dir():
        raise WorkspaceError(f"{root}: no such workspace; make one with: spinegen fit-mocap --out {root}")
    return Workspace(root)


def play_stage(
    name: str,
    workspace: "Workspace",
    settings: "SettingsT",
    stage: "Callable[[Workspace, SettingsT, Reporter], StageSummary]",
    reporter: "Reporter",
) -> "StageSummary":
    """Run one stage, record it in `run.json` and show its table; the caller holds the workspace."""
    from ..progress import print_summary
    from ..provenance import fitted_inputs, named_files
    from ..scenes.plan_record import plan_record

    run = workspace.begin(name, settings.record(), settings.kept(), getattr(settings, "shard", None))
    start = time.monotonic()
    summary = stage(workspace, settings, reporter)
    seconds = round(time.monotonic() - start, 2)
    failures = list(summary.failures[:FAILURES_KEPT])
    record = {"seconds": seconds, "figures": summary.figures, "failed": len(summary.failures), "failures": failures}
    workspace.finish(name, record | {"files": named_files(settings.record())}, run)
    if name == "fit":
        workspace.note(inputs=fitted_inputs(workspace.root, workspace.fits, workspace.clips))
    elif name == "render":
        workspace.note(plan=plan_record(workspace.plan, workspace.root / "people.json"))
    print_summary(summary)
    return summary


def complain(summary: "StageSummary", what: str) -> None:
    """End with what failed, now that the rest is done.

    Raises:
        SpinegenError: something did.
    """
    from ..errors import SpinegenError

    if summary.failures:
        count = len(summary.failures)
        shown, mark = (summary.told, ", ") if summary.told else (summary.failures, "; ")
        first = mark.join(shown[:SHOWN_FAILURES]) + (
            f"{mark}and {count - SHOWN_FAILURES} more" if count > SHOWN_FAILURES else ""
        )
        raise SpinegenError(f"{count} {what} failed, the rest is done: {first}")
