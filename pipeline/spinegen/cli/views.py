"""Several calibrated cameras."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from .base import Command, example

if TYPE_CHECKING:
    from ..predict.views.trunk.build import Subject


@click.command(
    cls=Command,
    epilog=example(
        "spinegen triangulate --calibration Calib.toml --videos cam_01.mp4 cam_02.mp4 cam_03.mp4 -o squat --fit",
        "spinegen triangulate --calibration rig.toml --videos a.mp4 b.mp4 --height 1.78 --mass 74 --age 31 --sex female",
        "spinegen triangulate --calibration rig.qca.txt --videos a_21183.avi b_21184.avi --starts 0,0.48 -o jump",
    ),
)
@click.option(
    "--calibration",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Pose2Sim or Anipose (.toml), Qualisys (.qca.txt, .xml), OpenCV (.yml, .json, .xml, .npz).",
)
@click.option(
    "--videos",
    "first",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="A.mp4 B.mp4 ...",
    help="A video a camera, two at least; names that hold the cameras' names, else the calibration's order.",
)
@click.argument("more", type=click.Path(path_type=Path), nargs=-1, metavar="")
@click.option(
    "-o",
    "--output",
    "--out",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    default="triangulated",
    show_default=True,
    help="Folder for a TRC and a table a person.",
)
@click.option("--starts", metavar="S,S,...", help="At which second of each video the common time begins.")
@click.option(
    "--unit", metavar="m|cm|mm|...", help="Of the calibration; by default the format's, else judged from the people."
)
@click.option("--up-axis", metavar="x|y|z|-x|-y|-z", help="Which way is up in the calibration.")
@click.option(
    "--model", metavar="full|light|FILE.onnx", default="full", show_default=True, help="Network that reads each view."
)
@click.option("--detector", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.onnx", help="As of predict.")
@click.option(
    "--as-seen", is_flag=True, help="Leave trunks where the views saw them, not where they most probably are."
)
@click.option(
    "--height",
    "height_m",
    type=float,
    metavar="M",
    help="Of the one who is filmed: what is told of them helps to place their spine.",
)
@click.option("--mass", "mass_kg", type=float, metavar="KG", help="With --height.")
@click.option("--age", "age_years", type=float, metavar="YEARS")
@click.option("--sex", type=click.Choice(["female", "male"]))
@click.option("--draw", is_flag=True, help="Also write each film with the points in space over it.")
@click.option("--fit", is_flag=True, help="Fit the spine model to everybody: the folder is then a workspace.")
def triangulate(
    calibration: Path,
    first: tuple[Path, ...],
    more: tuple[Path, ...],
    target: Path,
    *,
    starts: str | None,
    unit: str | None,
    up_axis: str | None,
    model: str,
    detector: Path | None,
    as_seen: bool,
    height_m: float | None,
    mass_kg: float | None,
    age_years: float | None,
    sex: Literal["female", "male"] | None,
    draw: bool,
    fit: bool,
) -> None:
    """Read people's spines from several calibrated cameras: 37 keypoints each in metres, as TRC and parquet.

    People are followed in each view, matched between views by geometry, and every point stands on the views that agree about it.
    """
    from ..pose.networks import network_file
    from ..predict.views.stage import TriangulationSettings, triangulate_videos
    from ..predict.views.trunk.build import UNTOLD, Subject
    from ..progress import complain, make_reporter, print_summary

    subject = Subject(height_m, mass_kg, age_years, sex)
    settings = TriangulationSettings(network_file(model), detector, starts, unit, up_axis, draw, as_seen, subject)
    summary, written = triangulate_videos(
        calibration, [*first, *more], target, settings=settings, reporter=make_reporter()
    )
    print_summary(summary)
    if fit:
        _fit(target, written, subject if len(written) == 1 else UNTOLD)
    complain(summary, "video(s)")


def _fit(root: Path, clips: list[Path], subject: "Subject") -> None:
    from ..biomech.fits.settings import FitSettings
    from ..progress import complain, make_reporter
    from ..workspace import Workspace
    from .base import play_stage, settings_from

    workspace = Workspace(root)
    settings = settings_from(
        FitSettings,
        {
            "clips": clips,
            "marker_set": "spinetrack37",
            "height_m": subject.height_m,
            "mass_kg": subject.mass_kg,
        },
    )
    with workspace.held(settings.shard, "fit"):
        fitted = play_stage("fit", workspace, settings, make_reporter())
    complain(fitted, "clip(s)")
