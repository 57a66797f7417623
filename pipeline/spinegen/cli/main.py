"""Entry point: the command group, and how errors end the process."""

import io
import signal
import sys
import traceback

import click

from ..errors import SpinegenError
from ..files import NO_ROOM
from ..version import __version__
from .base import Group
from .label import label
from .look import check, doctor, preview, report
from .run import run
from .stages import export_coco, fit_mocap, poses, render, train_validate
from .tools import clips, engine, predict
from .views import triangulate

INTERRUPTED = 130
TERMINATED = 143
RESUMED = ("fit-mocap", "render", "train-validate", "run", "label")
"""Commands that go on where they were broken off."""


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""\b
The whole pipeline, in an empty folder:
  spinegen fit-mocap
  spinegen render --scenes yoga.yaml
  spinegen export-coco
  spinegen train-validate
or all four, resumable:
  spinegen run demo --out workspace""",
)
@click.version_option(__version__, prog_name="spinegen")
def cli() -> None:
    """Training data for spine-aware human pose estimation.

    Fits an OpenSim full-body spine model to motion capture, renders matching people over UnrealCV, writes COCO annotations
    with the 37 SpineTrack keypoints, and trains, exports and scores a pose network on them.
    """


for command in (
    fit_mocap,
    render,
    export_coco,
    train_validate,
    run,
    poses,
    preview,
    report,
    check,
    predict,
    label,
    triangulate,
    doctor,
    engine,
    clips,
):
    cli.add_command(command)


class Terminated(BaseException):
    """SIGTERM arrived; unwinds like Ctrl-C so that nothing half-written stays."""


def _on_sigterm(signum: int, frame: object) -> None:
    raise Terminated


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with 0 (done), 1 (an error, said in the last line), 2 (usage), 130 or 143 (interrupted)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    verbose = any(argument in ("-v", "--verbose") for argument in arguments)
    signal.signal(signal.SIGTERM, _on_sigterm)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a file's name may hold what the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(_run(arguments, verbose))


def _run(arguments: list[str], verbose: bool) -> int:
    try:
        result = cli.main(arguments, prog_name="spinegen", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return _say(f"interrupted; {_what_next(arguments)}", INTERRUPTED)
    except Terminated:
        return _say(f"terminated; {_what_next(arguments)}", TERMINATED)
    except SpinegenError as error:
        if verbose:
            traceback.print_exc()
        return _say(f"error: {error}", error.exit_code)
    except BrokenPipeError:
        return 1
    except OSError as error:
        if error.errno not in NO_ROOM:
            return _unexpected(error, verbose)
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"error: {where}{error.strerror}; make room and run the same command again, what is done stays", 1)
    except Exception as error:
        return _unexpected(error, verbose)
    return result if isinstance(result, int) else 0


def _what_next(arguments: list[str]) -> str:
    """What the same command would do after it was broken off."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command in RESUMED:
        return "the same command goes on from here"
    return "what is written stays, the same command starts anew"


def _unexpected(error: Exception, verbose: bool) -> int:
    if verbose:
        traceback.print_exception(error)
    kind = type(error).__name__
    return _say(f"error: unexpected {kind}: {error} (add -v for the traceback; please report it)", 1)


def _say(text: str, code: int) -> int:
    print(" ".join(text.split()), file=sys.stderr, flush=True)
    return code
