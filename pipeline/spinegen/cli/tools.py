"""The engine, the shipped clips, and prediction on one's own pictures."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .base import Command, Group, example, exif_option

if TYPE_CHECKING:
    from ..media.pictures import Exif
    from ..predict.window import Show


@click.group(cls=Group)
def engine() -> None:
    """The embedded UnrealCV engine."""


@engine.command(cls=Command, epilog=example("spinegen engine serve --port 9000"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9000, show_default=True, help="TCP port; 0 takes a free one."
)
@click.option("--socket", "socket_path", type=click.Path(path_type=Path), help="Listen on this unix socket too.")
def serve(host: str, port: int, socket_path: Path | None) -> None:
    """Serve the embedded engine to any UnrealCV client until Ctrl-C."""
    from ..engine.server.serve import serve as run

    run(
        host,
        port,
        socket_path=socket_path,
        on_ready=lambda where, gl: click.echo(f"UnrealCV on {where}, drawn by {gl}; Ctrl-C ends it"),
    )


@engine.command(cls=Command, epilog=example("spinegen engine check", "spinegen engine check --skeleton anny"))
@click.argument("address", metavar="[HOST:PORT|SOCKET]", required=False)
@click.option(
    "--skeleton",
    default="anny",
    show_default=True,
    metavar="anny|ue5_manny|metahuman|FILE.yaml",
    help="Bones of the engine's people.",
)
@click.pass_context
def check(context: click.Context, address: str | None, skeleton: str) -> None:
    """Measure whether an engine draws what the labels will say: projection, depth, mask, pose.

    Without an address the embedded engine is started and checked. Exit code 1 when a measurement is beyond its limit.
    """
    from ..render.engine_check import check_engine
    from ..render.engines import EmbeddedEngine, ForeignEngine
    from ..render.skeleton_map import load_skeleton_map

    mapping = load_skeleton_map(skeleton)
    source = EmbeddedEngine() if address is None else ForeignEngine(address, None)
    try:
        found = check_engine(source.connect(), mapping)
    finally:
        source.discard()
    click.echo(found.table())
    if found.failures:
        context.exit(1)


@click.group(cls=Group)
def clips() -> None:
    """Motion clips that come with the package."""


@clips.command("list", cls=Command, epilog=example("spinegen clips list", "spinegen fit-mocap walk golf everyday"))
def list_clips() -> None:
    """List the shipped motions: file, name, length and what is done in them; fit-mocap takes their names."""
    from ..motions.shipped import shipped_clips

    for clip in shipped_clips():
        click.echo(f"{clip.file:11s} {clip.name:24s} {clip.duration_s:3.0f} s  {', '.join(clip.activities)}")


def _inputs(given: tuple[Path, ...], source: Path | None) -> tuple[Path, ...]:
    if given and source is not None:
        raise click.UsageError(f"{given[0]} and -i {source} name two inputs; name all of them without -i")
    found = given or ((source,) if source is not None else ())
    if not found:
        raise click.UsageError("nothing to look at is named; give pictures, films, a folder or a camera's number")
    return found


@click.command(
    cls=Command,
    epilog=example(
        "spinegen predict film.mp4",
        "spinegen predict a.jpg b.jpg film.mp4 -o out",
        "spinegen predict squat.mp4 -o squat --angles --fit --height 1.83",
        "spinegen predict -i workspace/coco/images/val-unreal -o predictions --model workspace/pose/pose.onnx",
    ),
)
@click.argument("given", metavar="[INPUT]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-i",
    "--input",
    "source",
    type=click.Path(path_type=Path),
    help="Picture, video, folder, numbered pictures (img_%04d.png), or the number of a camera; the same as INPUT.",
)
@click.option(
    "-o",
    "--output",
    "--out",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    default="predictions",
    show_default=True,
    help="Folder for pictures and JSON.",
)
@click.option(
    "--model", metavar="full|light|FILE.onnx", default="full", show_default=True, help="A shipped network, or a file."
)
@click.option(
    "--boxes",
    default="auto",
    show_default=True,
    metavar="auto|whole|FILE",
    help="Where people are: found and followed, the whole picture, or a COCO/JSON file.",
)
@click.option(
    "--detector",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.onnx",
    help="A YOLOX, RTMDet or RF-DETR file that finds people.",
)
@click.option(
    "--write",
    "formats",
    type=click.Choice(["openpose", "coco", "csv"]),
    multiple=True,
    help="Also write what was seen in a film in this form; may be repeated.",
)
@click.option("--spine-only", is_flag=True, help="Draw only the spine.")
@click.option(
    "--3d", "in_space", is_flag=True, help="Also lift films to 3D: points as parquet and TRC, camera and floor."
)
@click.option("--angles", is_flag=True, help="Also lordosis, kyphosis, bends and tilt over time, as CSV and as a page.")
@click.option("--fit", is_flag=True, help="Also fit the spine model to everybody's 3D points: .osim, .mot, vertebrae.")
@click.option("--fov", "fov_deg", type=float, metavar="DEG", help="Field of view along the longer side.  [default: 65]")
@click.option("--height", "height_m", type=float, metavar="M", help="Stature of the people filmed.  [default: 1.7]")
@click.option("--rate", type=click.FloatRange(0.01, 10_000), help="Numbered pictures a second.  [default: 30]")
@click.option("--seconds", type=click.FloatRange(0.1), help="How long to look through a camera; else until Ctrl-C.")
@click.option("--show", "shown", is_flag=True, help="Also show everything in a window; q ends a camera.")
@exif_option
def predict(
    given: tuple[Path, ...],
    *,
    source: Path | None,
    target: Path,
    model: str,
    boxes: str,
    detector: Path | None,
    formats: tuple[str, ...],
    spine_only: bool,
    in_space: bool,
    angles: bool,
    fit: bool,
    fov_deg: float | None,
    height_m: float | None,
    rate: float | None,
    seconds: float | None,
    shown: bool,
    exif: "Exif | None",
) -> None:
    """Find people in pictures and films, read their spines and draw them; exit 1 where a file could not be read.

    Films give one person one number throughout, smoothed over the whole film; networks and detector ship with the package.
    """
    from contextlib import nullcontext

    from ..errors import UsageError
    from ..pose.networks import network_file
    from ..predict.stage import predict as run
    from ..predict.wanted import asked_for
    from ..predict.window import window
    from ..progress import complain, make_reporter, print_summary

    inputs = _inputs(given, source)
    lifting = asked_for(points=in_space, angles=angles, fit=fit, fov_deg=fov_deg, height_m=height_m, boxes=boxes)
    file = network_file(model)
    with window() if shown else nullcontext() as show:
        camera = _camera_of(inputs)
        if camera is not None:
            if lifting is not None:
                raise UsageError(f"-i {camera}: a camera's people are not lifted; --3d, --angles and --fit take films")
            _look_through(camera, target, file, detector, spine_only=spine_only, seconds=seconds, show=show)
            return
        summary = run(
            inputs,
            target,
            file,
            reporter=make_reporter(),
            boxes=boxes,
            spine_only=spine_only,
            exif=exif or "as-labelled",
            detector=detector,
            formats=formats,
            lifting=lifting,
            rate_hz=rate,
            show=show,
        )
    print_summary(summary)
    complain(summary, "file(s)")


def _camera_of(inputs: tuple[Path, ...]) -> int | None:
    """Number of the camera that the one input names."""
    if len(inputs) != 1:
        return None
    source = inputs[0]
    is_number = source.name.isdigit() and source == Path(source.name) and not source.exists()
    return int(source.name) if is_number else None


def _look_through(
    camera: int,
    target: Path,
    model: Path,
    detector: Path | None,
    *,
    spine_only: bool,
    seconds: float | None,
    show: "Show | None",
) -> None:
    """A camera until Ctrl-C, `q` in the window, or its time is over."""
    from ..predict.estimator import SpineEstimator
    from ..predict.live import camera_frames, predict_live

    estimator = SpineEstimator(model, detector=detector)
    stem = target / f"camera_{camera}"
    frames, people = predict_live(camera_frames(camera, seconds), estimator, stem, spine_only=spine_only, show=show)
    click.echo(f"{frames} frames, {people} people: {stem}.mp4")
