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
    type=click.Choice(["ranked", "random"]),
    help="What the network is unsure of, or by chance (for a set to validate on).  [default: ranked]",
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

    summary = run(root, into, name, by or who(), make_reporter())
    print_summary(summary)
    complain(summary, "label(s)")
