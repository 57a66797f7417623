"""Real pictures, labelled with help: prepare, edit, accept."""

from pathlib import Path
from typing import Any

import click

from .base import Command, Group, example, settings_from

FOLDER = click.Path(file_okay=False, path_type=Path)


def folder_argument(function: Any) -> Any:
    """`L`, the labelled folder."""
    return click.argument("root", metavar="L", type=FOLDER)(function)


def by_option(function: Any) -> Any:
    """`--by NAME`."""
    return click.option("--by", metavar="NAME", help="Who does it; kept with the labels.  [default: the user's name]")(
        function
    )


@click.group(cls=Group)
def label() -> None:
    """Label pictures of your own with the network's help, and learn from them (docs/real_pictures.md)."""


@label.command(
    cls=Command,
    epilog=example(
        "spinegen label prepare photographs film.mp4 --out L --count 100",
        "spinegen label prepare photographs --out L --model workspace/pose/pose.onnx",
    ),
)
@click.argument("sources", metavar="PICTURES|VIDEO...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", "root", metavar="L", type=FOLDER, required=True, help="Folder for pictures and labels; plain files."
)
@click.option("--count", type=click.IntRange(1), help="Pictures of this round.  [default: 100]")
@click.option("--model", metavar="full|light|FILE.onnx", help="Network that pre-labels and ranks.  [default: full]")
@click.option(
    "--detector",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A YOLOX, RTMDet or RF-DETR file that finds people.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Least score of people.  [default: 0.35]",
)
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds from frame to frame of a film.  [default: 1]",
)
@click.option(
    "--choose",
    type=click.Choice(["ranked", "spread", "random"]),
    help="What the network is least sure of, what stands for much of that, or by chance (for a set to validate on).  [default: ranked]",
)
@click.option("--seed", type=click.IntRange(0), help="Of --choose random.  [default: 0]")
@click.option("--more", is_flag=True, help="Another round although the last one is not done.")
def prepare(sources: tuple[Path, ...], root: Path, more: bool, **given: Any) -> None:
    """Find people, pre-label them, and choose the pictures that are worth correcting.

    The same command goes on where it was broken off; after a round is done it makes the next one.
    """
    from ..curation.prepare import prepare as run
    from ..curation.settings import PrepareSettings
    from ..progress import complain, make_reporter, print_summary

    settings = settings_from(PrepareSettings, {"sources": list(sources), **given})
    summary = run(root, settings, make_reporter(), more)
    print_summary(summary)
    complain(summary, "file(s)")


@label.command(
    cls=Command,
    epilog=example(
        "spinegen label accept L",
        "spinegen label accept L --name val-real",
        "spinegen label accept L --into workspace/coco",
    ),
)
@folder_argument
@click.option("--into", type=FOLDER, help="Folder with annotations/ and images/ to merge into.  [default: L/real]")
@click.option(
    "--name", default="train-real", show_default=True, help="Of the set: annotations/person_keypoints_NAME.json."
)
@by_option
def accept(root: Path, into: Path | None, name: str, by: str | None) -> None:
    """Merge the pictures that are done into a COCO set; `train-validate --mix` takes it from there."""
    from ..curation.accept import accept as run
    from ..curation.accept import who
    from ..progress import complain, make_reporter, print_summary

    summary = run(root, into, name=name, by=by or who(), reporter=make_reporter())
    print_summary(summary)
    complain(summary, "label(s)")


@label.command(cls=Command, epilog=example("spinegen label edit L", "spinegen label edit L --by ann --port 8080"))
@folder_argument
@by_option
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="On 127.0.0.1; 0 takes a free one."
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the default browser.")
def edit(root: Path, by: str | None, port: int, opens: bool) -> None:
    """Correct labels on a page of this machine, by mouse and keys; ends with Ctrl-C.

    Every change is saved at once. The address holds a secret: only who has it can read or write.
    """
    from ..curation.accept import who
    from ..curation.editing.session import edit as run

    done, count = run(root, by or who(), port, lambda address: _opened(address, opens))
    click.echo(f"{done} of {count} pictures are done; next: spinegen label {'accept' if done else 'edit'} {root}")


def _opened(address: str, opens: bool) -> None:
    import webbrowser

    click.echo(f"labels at {address}\nCtrl-C ends it")
    if opens:
        webbrowser.open(address)


@label.command(
    cls=Command,
    epilog=example(
        "spinegen label export L labels.json",
        "spinegen label export L labels.xml --format cvat-xml",
        "spinegen label export L labels.zip --format cvat-coco",
        "spinegen label export L tasks.json --format label-studio",
    ),
)
@folder_argument
@click.argument("target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "name",
    type=click.Choice(["coco", "cvat-coco", "cvat-xml", "label-studio"]),
    default="coco",
    show_default=True,
)
@click.option("--only-open", is_flag=True, help="Only pictures that are not done.")
def export(root: Path, target: Path, name: Any, only_open: bool) -> None:
    """Write the labels for the tool that annotators use; `label import` takes them back."""
    from ..curation.exchange.stage import export_labels
    from ..progress import print_summary

    print_summary(export_labels(root, target, name, only_open))


@label.command("import", cls=Command, epilog=example("spinegen label import L labels.xml --by ann --done"))
@folder_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "name",
    type=click.Choice(["auto", "coco", "cvat-coco", "cvat-xml", "label-studio"]),
    default="auto",
    show_default=True,
)
@by_option
@click.option("--done", is_flag=True, help="The file's pictures are done.")
@click.option("--trust", is_flag=True, help="Also take exchanged sides, lost visibility and people who are all gone.")
def import_(root: Path, file: Path, name: Any, by: str | None, *, done: bool, trust: bool) -> None:
    """Take back what a tool made of exported labels; faults are named by picture and point, and those pictures stay as they were."""
    from ..curation.accept import who
    from ..curation.exchange.stage import import_labels
    from ..progress import complain, make_reporter, print_summary

    summary = import_labels(root, file, name, by or who(), reporter=make_reporter(), done=done, trust=trust)
    print_summary(summary)
    complain(summary, "label(s)")


@label.command(
    cls=Command,
    epilog=example(
        "spinegen label report L",
        "spinegen label report L --model workspace/pose/pose.onnx --annotations val.json --images val",
    ),
)
@folder_argument
@click.option(
    "--annotations",
    type=click.Path(dir_okay=False, path_type=Path),
    help="COCO file to validate on.  [default: L/real's val-real]",
)
@click.option("--images", type=FOLDER, help="Its pictures; by default looked for beside it.")
@click.option(
    "--model", type=click.Path(dir_okay=False, path_type=Path), help="Network that learnt from the last round."
)
def report(root: Path, annotations: Path | None, images: Path | None, model: Path | None) -> None:
    """Write a page: by round, how far labels were moved, by point, and the validation AP of every round's network."""
    from ..curation.report import write_label_report
    from ..progress import make_reporter

    click.echo(write_label_report(root, annotations=annotations, images=images, model=model, reporter=make_reporter()))
