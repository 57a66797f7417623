"""A small workspace with fits of synthetic motion, and a scene that is quickly drawn."""

from pathlib import Path

import numpy as np
import yaml

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fits.files import COORDINATES, KEYPOINTS, MODEL, REPORT, coordinate_table, keypoint_table
from spinegen.biomech.osim.write import write_osim
from spinegen.progress import SilentReporter, StageSummary
from spinegen.render.settings import RenderSettings
from spinegen.render.stage import render
from spinegen.workspace import Workspace

SCENE = {
    "setup": {"takes": 1},
    "shots": 4,
    "image": {"width": 128, "height": 128},
    "validation_share": 0.25,
    "people": {"population": 2, "wardrobe": "yoga"},
    "cameras": [{"fill": {"uniform": [0.6, 0.9]}, "focal_mm": 40}],
    "places": {"kinds": ["studio", "lawn"]},
    "props": {"mat": 1.0, "furniture": 0.0},
}


def make_fits(root: Path) -> None:
    """Two short clips of somebody who stands and sways, feet on the ground."""
    model = load_model()
    soles = [name for name in model.stations if name.startswith("sole/")]
    for seed, name in enumerate(("sway", "stand")):
        rng = np.random.default_rng(seed)
        times = np.arange(40) / 20.0
        q = np.repeat(model.default_q[None], len(times), 0)
        for column, coordinate in enumerate(model.coordinates):
            if coordinate.region in ("lumbar", "thoracic", "shoulder_r", "shoulder_l", "arm_r", "arm_l"):
                q[:, column] += 0.25 * np.sin(2 * np.pi * times / rng.uniform(1, 3) + rng.uniform(0, 6))
        lowest = model.station_positions(model.forward(q), soles)[..., 1].min(1)
        q[:, model.coordinate_index["pelvis_ty"]] -= lowest
        folder = root / "fits" / name
        folder.mkdir(parents=True)
        write_osim(model, folder / MODEL)
        coordinate_table(model, q, times, ("sway",) * len(times)).to_parquet(folder / COORDINATES, index=False)
        keypoint_table(model, q, times).to_parquet(folder / KEYPOINTS, index=False)
        (folder / REPORT).write_text('{"rate_hz": 20.0}')


def scene_file(folder: Path, **changes: object) -> Path:
    """The scene as a file, with changes at its top level."""
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump({**SCENE, **changes}))
    return path


def new_workspace(folder: Path, fits: Path) -> Workspace:
    """A workspace that uses fits made before."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fits").symlink_to(fits / "fits")
    return Workspace(folder)


def draw(workspace: Workspace, scene: Path, **settings: object) -> StageSummary:
    """Run the stage silently."""
    return render(
        workspace, RenderSettings.model_validate({"scenes": str(scene), "depth": True, **settings}), SilentReporter()
    )


def contents(workspace: Workspace) -> dict[str, bytes]:
    """Every file of every frame."""
    return {
        str(path.relative_to(workspace.frames)): path.read_bytes()
        for path in sorted(workspace.frames.rglob("*"))
        if path.is_file()
    }
