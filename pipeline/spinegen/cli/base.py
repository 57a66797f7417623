"""What all commands share: `-v`, the workspace option, and how a stage is played."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from ..config import Settings
    from ..pipeline import StageName
    from ..progress import Reporter, StageSummary
    from ..workspace import Workspace

DEFAULT_WORKSPACE = "workspace"
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
    """`[DIR]`, the workspace; `--out DIR` as the first stages have it means the same."""

    @wraps(function)
    def placed(*args: Any, root: Path, out: Path | None, **options: Any) -> Any:
        source = click.get_current_context().get_parameter_source("root")
        if out is not None and source is ParameterSource.COMMANDLINE and out != root:
            raise click.UsageError(f"{root} and --out {out} name two workspaces; name one")
        return function(*args, root=out or root, **options)

    folder = click.Path(file_okay=False, path_type=Path)
    named = click.option("--out", type=folder, help="The same as DIR.")(placed)
    return click.argument("root", metavar="[DIR]", type=folder, default=DEFAULT_WORKSPACE, envvar="SPINEGEN_WORKSPACE")(
        named
    )


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


def play_stage(name: "StageName", workspace: "Workspace", settings: "Settings", reporter: "Reporter") -> "StageSummary":
    """Run and record one stage and show its table; the caller holds the workspace."""
    from ..pipeline import run_stage
    from ..progress import print_summary

    summary = run_stage(name, workspace, settings, reporter)
    print_summary(summary)
    return summary
