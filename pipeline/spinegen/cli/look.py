"""Looking at a workspace and at the machine: preview, report, check, doctor."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .base import Command, dir_argument, example, exif_option, existing_workspace

if TYPE_CHECKING:
    from ..media.pictures import Exif


@click.command(cls=Command, epilog=example("spinegen preview", "spinegen preview --video"))
@dir_argument
@click.option("--count", type=click.IntRange(1, 400), default=24, show_default=True, help="Frames on the sheet.")
@click.option("--video", is_flag=True, help="Also an MP4 of one clip beside its moving spine.")
@click.option("--clip", help="Which clip, with --video.")
def preview(root: Path, count: int, video: bool, clip: str | None) -> None:
    """Draw a contact sheet of the rendered frames with the skeleton over the pictures."""
    if clip is not None and not video:
        raise click.UsageError("--clip says which clip --video shows: give both, or neither")
    from ..annotate.preview import write_preview
    from ..annotate.video import write_video
    from ..progress import make_reporter

    workspace, reporter = existing_workspace(root), make_reporter()
    click.echo(write_preview(workspace, count, reporter))
    if video:
        click.echo(write_video(workspace, clip, reporter))


@click.command(cls=Command, epilog=example("spinegen report"))
@dir_argument
def report(root: Path) -> None:
    """Write report.html: one page that shows the fits, the frames, the labels and the scores."""
    from ..annotate.report import write_report
    from ..progress import make_reporter

    click.echo(write_report(existing_workspace(root), make_reporter()))


@click.command(cls=Command, epilog=example("spinegen check", "spinegen check workspace"))
@click.argument(
    "path", metavar="[DIR|FILE.json]", type=click.Path(path_type=Path), default="workspace", envvar="SPINEGEN_WORKSPACE"
)
@click.option(
    "--images",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Pictures of annotation files; by default looked for beside them.",
)
@exif_option
def check(path: Path, images: Path | None, exif: "Exif | None") -> int:
    """Check every label against its picture, camera, mask and depth; exit 1 on a fault.

    Also reads foreign SpineTrack-format COCO files. The last line of the table says how much could be tried.
    """
    from ..annotate.check import check as run_check
    from ..progress import make_reporter, print_summary

    result = run_check(path, make_reporter(), images, exif or "as-labelled")
    print_summary(result.summary())
    return 0 if result.passed else 1


@click.command(cls=Command, epilog=example("spinegen doctor"))
@click.option(
    "--engine",
    metavar="HOST:PORT|SOCKET",
    default="127.0.0.1:9000",
    show_default=True,
    help="External UnrealCV engine to look for.",
)
@click.option(
    "--out",
    "root",
    type=click.Path(file_okay=False, path_type=Path),
    default="workspace",
    envvar="SPINEGEN_WORKSPACE",
    show_default=True,
)
def doctor(engine: str, root: Path) -> int:
    """Say what works on this machine and how to mend what does not."""
    from .doctor import examine, print_findings

    findings = examine(engine, root)
    print_findings(findings)
    return 0 if all(finding.ok or finding.optional for finding in findings) else 1
