"""The four stages: fit-mocap, render, export-coco, train-validate."""

from pathlib import Path
from typing import Any

import click

from .base import (
    Command,
    dir_argument,
    example,
    exif_option,
    existing_workspace,
    out_option,
    play_stage,
    settings_from,
)

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    cls=Command,
    epilog=example(
        "spinegen fit-mocap", "spinegen fit-mocap walk golf everyday --jobs 2", "spinegen fit-mocap take.c3d"
    ),
)
@click.argument("clips", metavar="[CLIP|FOLDER|LIST|MOTION]...", nargs=-1, type=click.Path(path_type=Path))
@out_option
@click.option("--model", metavar="builtin|FILE.osim", help="Model to fit.  [default: builtin]")
@click.option("--model-mapping", type=FILE, help="YAML that maps the names of a model of your own to ours.")
@click.option(
    "--marker-set",
    metavar="auto|NAME|FILE.yaml",
    help="How labels map to the model; NAME+NAME combines sets label by label.  [default: auto]",
)
@click.option("--static", "static", type=FILE, help="Static clip of the same performer, for scaling.")
@click.option("--subject", help="Which subject, when a file holds several.")
@click.option(
    "--up-axis",
    type=click.Choice(["x", "y", "z", "-x", "-y", "-z"]),
    help="Vertical axis of the file, when it is not found right.",
)
@click.option(
    "--unit",
    type=click.Choice(["mm", "cm", "dm", "m", "inch", "ft"]),
    help="Unit of the file, when it is not found right.",
)
@click.option("--rate", "rate_hz", type=float, metavar="HZ", help="Frames a second, when they are not found right.")
@click.option(
    "--mirror/--no-mirror", default=None, help="Exchange left and right, or leave them, when they are not found right."
)
@click.option(
    "--spine",
    type=click.Choice(["regional", "free"]),
    help="Regional coordinates, or every level free with a rhythm prior.",
)
@click.option(
    "--solver", type=click.Choice(["spinegen", "opensim"]), help="Our solver, or OpenSim's own tool for comparison."
)
@click.option("--height", "height_m", type=float, help="Performer's height in metres.")
@click.option("--mass", "mass_kg", type=float, help="Performer's mass in kilograms.")
@click.option("--max-rate", "max_rate_hz", type=float, help="Thin clips of a higher rate to this many frames a second.")
@click.option("--jobs", type=click.IntRange(1), help="Clips fitted at once.  [default: 1]")
@click.option("--shard", metavar="I/N", help="Fit only the I-th of N parts of the clips (1-based).")
@click.option("--dask", metavar="ADDRESS", help="Dask scheduler whose workers fit.")
def fit_mocap(clips: tuple[Path, ...], root: Path, **given: Any) -> None:
    """Fit the full-body spine model to motion-capture clips (C3D, TRC, BVH, AMASS, 3D keypoints).

    A MOTION is the name of a shipped one (see `spinegen clips list`), of a file of them (`everyday`), or `all`; their true
    vertebrae are known. Without any argument it is the yoga flow. A LIST (YAML, or CSV with a column `clip`) names clips with options of
    their own; options given here hold for the clips whose row does not say otherwise.
    """
    from ..biomech.fits.settings import FitSettings
    from ..progress import complain, make_reporter
    from ..workspace import Workspace

    settings = settings_from(FitSettings, {"clips": list(clips), **given})
    workspace, reporter = Workspace(root), make_reporter()
    with workspace.held(settings.shard, "fit"):
        summary = play_stage("fit", workspace, settings, reporter)
    complain(summary, "clip(s)")


@click.command(cls=Command, epilog=example("spinegen poses --count 5000", "spinegen poses --seed 1"))
@out_option
@click.option("--count", type=click.IntRange(2), help="Poses to draw.  [default: 20000]")
@click.option("--seed", type=click.IntRange(0), help="Another seed is another set, beside the first.  [default: 0]")
@click.option("--model", type=click.Choice(["unisex", "male", "female"]), help="Who is posed.  [default: unisex]")
def poses(root: Path, **given: Any) -> None:
    """Draw poses by chance: standing, seated, kneeling, on hands, lying; written like a fit, and rendered like one."""
    from ..motions.settings import PoseSettings
    from ..progress import make_reporter
    from ..workspace import Workspace

    settings = settings_from(PoseSettings, given)
    workspace = Workspace(root)
    with workspace.held():
        play_stage("poses", workspace, settings, make_reporter())


@click.command(cls=Command, epilog=example("spinegen render --scenes yoga.yaml"))
@click.option("--scenes", metavar="FILE.yaml|NAME", help="What to draw: a file, or a shipped name.  [default: yoga]")
@out_option
@click.option("--engine", metavar="embedded|HOST:PORT|SOCKET", help="Which UnrealCV engine draws.  [default: embedded]")
@click.option("--engine-command", help="Command that (re)starts an external engine.")
@click.option(
    "--skeleton", metavar="anny|ue5_manny|metahuman|FILE.yaml", help="Bones of the engine's people.  [default: anny]"
)
@click.option(
    "--warm-up", type=click.IntRange(0), help="Most pictures of an external engine to throw away.  [default: 8]"
)
@click.option("--jobs", type=click.IntRange(1), help="Engines and workers side by side.")
@click.option("--shard", metavar="I/N", help="Draw only the I-th of N parts of the plan (1-based).")
@click.option("--dask", metavar="ADDRESS", help="Dask scheduler whose workers draw.")
@click.option("--seed", type=click.IntRange(0), help="Overrides the scenes file's seed.")
@click.option("--shots", type=click.IntRange(1), help="Overrides the scenes file's number of frames.")
@click.option("--depth/--no-depth", default=None, help="Also keep depth maps (.npz).")
@click.option("--plan-only", is_flag=True, default=None, help="Write plan.parquet and stop.")
@click.option("--repair", is_flag=True, default=None, help="Draw damaged frames again.")
@click.option("--extend", is_flag=True, default=None, help="Add shots to a finished plan.")
def render(root: Path, **given: Any) -> None:
    """Render people in the fitted poses under random cameras, light, clothes and places."""
    workspace = existing_workspace(root)
    from ..progress import complain, make_reporter
    from ..render.settings import RenderSettings

    settings = settings_from(RenderSettings, given)
    with workspace.held(settings.shard, "render"):
        summary = play_stage("render", workspace, settings, make_reporter())
    complain(summary, "frame(s)")


@click.command(
    "export-coco", cls=Command, epilog=example("spinegen export-coco", "spinegen export-coco --site posterior")
)
@dir_argument
@click.option(
    "--site",
    type=click.Choice(["centroid", "posterior"]),
    help="Vertebral-body centroids or spinous tips.  [default: centroid]",
)
@click.option(
    "--body-points",
    type=click.Choice(["anatomical", "coco"]),
    help="Joint centres, or where people click them for COCO.  [default: anatomical]",
)
@click.option("--format", "format", type=click.Choice(["coco", "yolo-pose", "webdataset"]), help="[default: coco]")
@click.option("--with-masks", is_flag=True, default=None, help="Also export instance masks.")
@click.option("--with-depth", is_flag=True, default=None, help="Also export depth maps (needs render --depth).")
@click.option("--min-visible", type=click.IntRange(0, 37), help="Leave out people with fewer visible keypoints.")
@click.option("--max-occlusion", type=click.FloatRange(0, 1), help="Leave out people hidden by more than this share.")
@click.option("--where", help="Keep frames for which an expression over the plan's columns holds.")
def export_coco(root: Path, **given: Any) -> None:
    """Write COCO annotations (37 SpineTrack keypoints), masks and 3D ground truth of the rendered frames."""
    workspace = existing_workspace(root)
    from ..annotate.settings import ExportSettings
    from ..progress import complain, make_reporter

    settings = settings_from(ExportSettings, given)
    with workspace.held():
        summary = play_stage("export", workspace, settings, make_reporter())
    complain(summary, "frame(s)")


@click.command("train-validate", cls=Command, epilog=example("spinegen train-validate"))
@dir_argument
@click.option(
    "--model",
    metavar="full|light|lite|tiny|small|medium|FILE.onnx",
    help="Network; an ONNX file with --only validate.  [default: full]",
)
@click.option(
    "--backbone",
    metavar="blazepose-lite|blazepose-full|scratch|FILE",
    help="Weights to start from: shipped ones, none, or an RTMPose checkpoint (small, medium).",
)
@click.option(
    "--start",
    metavar="full|light|FILE.onnx|WEIGHTS.pt",
    help="Go on from a whole network: one that ships, an exported one, or the weights.pt of a finished training.",
)
@click.option(
    "--frozen", type=click.FloatRange(0, 1), help="Share of the training in which the backbone does not learn."
)
@click.option("--backbone-rate", type=click.FloatRange(0, 1), help="Learning rate of the backbone over the head's.")
@click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Peak of the head's.  [default: 0.004 sqrt(batch / 1024), at least 0.002]",
)
@click.option(
    "--optimizer", type=click.Choice(["muon", "adamw"]), help="Of matrices and convolutions.  [default: muon]"
)
@click.option(
    "--augment",
    type=click.Choice(["light", "moderate", "full"]),
    help="Recipe.  [default: light where fewer than 20,000 people are shown, full from 500,000 on]",
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="[default: auto]")
@click.option("--steps", type=click.IntRange(1), help="Batches to learn from.")
@click.option("--epochs", type=click.IntRange(1), help="Passes over the set, instead of steps.")
@click.option("--max-minutes", type=click.FloatRange(min=0, min_open=True), help="Training time at most.")
@click.option("--batch", type=click.IntRange(2), help="Batch size.")
@click.option("--seed", type=click.IntRange(0), help="Seed of initialisation and augmentation.")
@click.option(
    "--teacher",
    metavar="full|blazepose-lite|blazepose-full|FILE.onnx",
    help="Network that teaches: all points (one of ours) or body points (COCO-17 or Halpe-26 SimCC).",
)
@click.option(
    "--backdrops",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of photographs without people for backgrounds.",
)
@click.option("--mix", type=FILE, help="A second COCO file to mix in (its pictures beside it).")
@click.option("--mix-images", type=click.Path(file_okay=False, path_type=Path), help="Pictures of --mix.")
@click.option("--mix-ratio", type=click.FloatRange(0, 1), help="Share of the second set in a batch.")
@click.option("--only", type=click.Choice(["train", "validate"]), help="Only one of the two.")
@click.option("--annotations", type=FILE, help="COCO file to score on, with --only validate.")
@click.option("--images", type=click.Path(file_okay=False, path_type=Path), help="Its pictures.")
@exif_option
@click.option("--fp16", is_flag=True, default=None, help="Export half precision too.")
@click.option("--benchmark", is_flag=True, default=None, help="Learning curve over 1/8, 1/4, 1/2 and all of the data.")
def train_validate(root: Path, **given: Any) -> None:
    """Train a SimCC network, export it to ONNX, and score that file with pycocotools."""
    from ..annotate.report import write_report
    from ..pose.settings import TrainSettings
    from ..progress import complain, make_reporter
    from ..workspace import Workspace

    settings = settings_from(TrainSettings, given)
    # a set of somebody else's is scored in a folder that need not be there yet
    workspace = existing_workspace(root) if settings.annotations is None else Workspace(root)
    reporter = make_reporter()
    with workspace.held():
        summary = play_stage("train", workspace, settings, reporter)
        page = write_report(workspace, reporter)
    click.echo(f"report: {page}")
    complain(summary, "picture(s)")
