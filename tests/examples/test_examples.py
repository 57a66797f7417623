"""The examples work as they are printed, each in under forty lines."""

import io
import runpy
import sys
from contextlib import chdir, redirect_stdout
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinegen.motions.capture import make_capture
from spinegen.motions.flow import Flow, FlowClip, Key, load_flow
from support.drawn_set import draw_workspace
from support.small_set import make_fits

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = (
    "01_fit_a_clip", "02_render_one_person", "03_own_scenes", "04_a_garment", "05_train", "06_predict",
)  # fmt: skip


def run(name: str, *arguments: object, cwd: Path) -> str:
    """What an example prints, run as a script is."""
    script, said = EXAMPLES / f"{name}.py", io.StringIO()
    with chdir(cwd), redirect_stdout(said), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [str(script), *map(str, arguments)])
        runpy.run_path(str(script), run_name="__main__")
    return said.getvalue()


def test_there_are_these_and_each_is_short_and_says_what_it_shows() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == sorted(NAMES)
    for name in NAMES:
        text = (EXAMPLES / f"{name}.py").read_text()
        assert text.startswith('"""'), name
        assert f"python examples/{name}.py" in text, name
        assert len(text.splitlines()) < 40, name


def test_a_clip_is_fitted(tmp_path: Path) -> None:
    keys = tuple(Key(pose=pose, travel_s=0.5, hold_s=0.3) for pose in ("mountain", "forward_fold"))
    flow = Flow(poses=load_flow().poses, clips={"fold": FlowClip(keys=keys)})
    clip = make_capture(flow, "fold", np.random.default_rng(0), tmp_path)
    said = run("01_fit_a_clip", clip, "--out", "fitted", cwd=tmp_path)
    assert "L5  flexion" in said
    assert (tmp_path / "fitted/model.osim").is_file()
    assert (tmp_path / "fitted/motion.mot").is_file()


@pytest.mark.gl
def test_a_person_is_drawn(tmp_path: Path) -> None:
    assert "pixels show the person" in run("02_render_one_person", cwd=tmp_path)
    picture = cv2.imread(str(tmp_path / "person.jpg"))
    assert picture is not None
    assert picture.shape == (480, 480, 3)
    assert picture.std() > 10


@pytest.mark.gl
def test_own_scenes_are_drawn(tmp_path: Path) -> None:
    make_fits(tmp_path / "w")
    said = run("03_own_scenes", "w", cwd=tmp_path)
    assert "8 frames in" in said
    assert "office" in said or "clinic" in said
    assert len(list((tmp_path / "w/frames").rglob("*.jpg"))) == 8


def test_a_garment_is_worn(tmp_path: Path) -> None:
    run("04_a_garment", cwd=tmp_path)
    lines = (tmp_path / "dressed.obj").read_text().splitlines()
    corners = [int(corner) for line in lines if line.startswith("f ") for corner in line.split()[1:]]
    vertices = sum(line.startswith("v ") for line in lines)
    assert min(corners) == 1
    assert max(corners) <= vertices
    assert any("long_sleeve" in line or "top" in line for line in lines if line.startswith("o "))


def test_a_network_is_trained_and_predicts(tmp_path: Path) -> None:
    workspace = draw_workspace(tmp_path / "w", shots=16)
    assert "people to learn from" in run("05_train", "w", "--model", "tiny", "--steps", 2, cwd=tmp_path)
    assert (workspace.pose / "pose.onnx").is_file()
    picture = workspace.frames / "00000/00000000.jpg"
    said = run("06_predict", picture, "--model", workspace.pose / "pose.onnx", cwd=tmp_path)
    assert len(said.splitlines()) == 37
    assert cv2.imread(str(tmp_path / "pose.jpg")) is not None


def test_the_shipped_network_predicts(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((64, 48, 3), 127, np.uint8))
    assert "spine_05" in run("06_predict", "grey.png", cwd=tmp_path)
