"""One small set, made by the commands, that the pipeline's tests look at."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from spinegen.motions.capture import make_capture
from spinegen.motions.flow import Flow, FlowClip, Key, load_flow
from support.commands import done, done_here, spinegen

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


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few seconds of the yoga flow as a C3D file, with its truth beside it."""
    keys = tuple(Key(pose=pose, travel_s=1.0, hold_s=0.6) for pose in ("mountain", "forward_fold", "mountain"))
    flow = Flow(poses=load_flow().poses, clips={"bow": FlowClip(keys=keys)})
    rng = np.random.default_rng(np.random.SeedSequence([0, 1]))
    return make_capture(flow, "bow", rng, tmp_path_factory.mktemp("capture"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, capture: Path) -> Path:
    """A folder with a workspace `w` that is fitted (one clip of two is broken), rendered and exported; do not change it."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "small.yaml").write_text(yaml.safe_dump(SCENE))
    (folder / "broken.c3d").write_bytes(b"nothing")
    fit = spinegen("fit-mocap", "broken.c3d", capture, "--out", "w", cwd=folder)
    assert fit.returncode == 1, fit.stderr
    (folder / "fit.txt").write_text(fit.stderr)
    done("render", "--scenes", "small.yaml", "--out", "w", "--jobs", "1", "--depth", cwd=folder)
    done_here("export-coco", "w", cwd=folder)
    return folder
