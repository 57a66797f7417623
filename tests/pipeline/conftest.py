"""One small set, made by the commands, that the pipeline's tests look at."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from spinegen.motions.capture import make_capture
from spinegen.motions.flow import Flow, FlowClip, Key, load_flow
from support.commands import done_here, spinegen_here
from support.once import once_a_run

SCENE = {
    "setup": {"takes": 1},
    "shots": 8,
    "image": {"width": 160, "height": 160},
    "validation_share": 0.25,
    "people": {"population": 4, "wardrobe": "yoga"},
    "cameras": [{"fill": {"uniform": [0.6, 0.9]}, "focal_mm": 40}],
    "places": {"kinds": ["studio", "lawn"]},
    "props": {"mat": 1.0, "furniture": 0.0},
}


def captured(folder: Path, travel_s: float, hold_s: float) -> None:
    """Somebody bows, as a C3D file with its truth beside it."""
    keys = tuple(Key(pose=pose, travel_s=travel_s, hold_s=hold_s) for pose in ("mountain", "forward_fold"))
    flow = Flow(poses=load_flow().poses, clips={"bow": FlowClip(keys=keys)})
    make_capture(flow, "bow", np.random.default_rng(np.random.SeedSequence([0, 1])), folder)


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough that training and validation find stretches of their own in it."""
    return once_a_run(tmp_path_factory, "capture", lambda folder: captured(folder, 0.8, 1.2)) / "bow.c3d"


@pytest.fixture(scope="session")
def brief_capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of it, for those that only fit."""
    return once_a_run(tmp_path_factory, "brief_capture", lambda folder: captured(folder, 0.5, 0.3)) / "bow.c3d"


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, capture: Path) -> Path:
    """A folder with a workspace `w` that is fitted (one clip of two is broken), rendered and exported; nobody writes into it."""

    def make(folder: Path) -> None:
        (folder / "small.yaml").write_text(yaml.safe_dump(SCENE))
        (folder / "broken.c3d").write_bytes(b"nothing")
        fit = spinegen_here("fit-mocap", "broken.c3d", capture, "--out", "w", cwd=folder)
        assert fit.returncode == 1, fit.stderr
        (folder / "fit.txt").write_text(fit.stderr)
        done_here("render", "--scenes", "small.yaml", "--out", "w", "--jobs", "1", "--depth", cwd=folder)
        done_here("export-coco", "w", cwd=folder)

    return once_a_run(tmp_path_factory, "made_by_commands", make)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, whole: Path) -> Path:
    """That folder again, for the tests of this process, which may add to it and change nothing."""
    folder = tmp_path_factory.mktemp("made") / "again"
    shutil.copytree(whole, folder)
    return folder
