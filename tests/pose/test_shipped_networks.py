"""The networks that ship: found, whole, and what predict takes without being told."""

from pathlib import Path

import numpy as np
import pytest

import spinegen
from spinegen import skeleton
from spinegen.errors import TrainingError
from spinegen.pose import networks, photographs
from spinegen.pose.assembly import ARCHITECTURES
from spinegen.pose.onnx_file import open_simcc
from spinegen.pose.predictor import PosePredictor
from spinegen.progress import SilentReporter
from support.simcc_files import told


@pytest.mark.parametrize("name", networks.cards())
def test_every_shipped_network_is_whole_small_and_says_how_to_use_it(name: str) -> None:
    path = spinegen.shipped_model(name)
    assert path.stat().st_size <= {"light": 4e6, "full": 9e6}[name]
    file = open_simcc(path)
    assert file.keypoints == skeleton.COUNT
    assert b"site-packages" not in path.read_bytes(), "no path of the machine that trained it"
    assert file.input_hw == ARCHITECTURES[name].input_hw
    assert file.names == skeleton.NAMES
    card = networks.cards()[name]
    assert card.bytes == path.stat().st_size
    assert card.training.people >= 1000
    assert 0.3 < (card.scores.ap_all or 0) < (card.scores.ap_spine or 0) <= 1


def test_an_unknown_a_missing_and_a_damaged_network_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrainingError, match="no network named 'huge' ships with spinegen; there are: "):
        spinegen.shipped_model("huge")
    source = spinegen.shipped_model("full")
    monkeypatch.setattr(networks, "FOLDER", tmp_path)
    with pytest.raises(TrainingError, match=r"spinegen-full\.onnx: shipped network is missing: install spinegen again"):
        spinegen.shipped_model("full")
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "spinegen-full.onnx").write_bytes(bytes(data))
    with pytest.raises(TrainingError, match="shipped network is damaged"):
        spinegen.shipped_model("full")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            [*skeleton.NAMES[:5], "right_shoulder", "left_shoulder", *skeleton.NAMES[7:]],
            "number 5 is 'right_shoulder', needed is",
        ),
        (list(skeleton.NAMES[:36]), "number 36 is None"),
        ("all of them", "found 'all of them', allowed is a list of names"),
    ],
)
def test_a_network_whose_keypoints_have_another_order_is_refused(
    exported_onnx: Path, tmp_path: Path, names: object, said: str
) -> None:
    target = told(exported_onnx, tmp_path / "other.onnx", keypoints=names)
    with pytest.raises(TrainingError, match=rf"other\.onnx: metadata keypoints: {said}"):
        PosePredictor(target)


def test_a_face_that_nobody_drew_is_found() -> None:
    """The portrait that Matplotlib brings: eyes at the pupils, within a twentieth of the box, left eye right of the right one in the picture."""
    portrait = next(p for p in photographs.PHOTOGRAPHS if p.package == "matplotlib")
    picture = photographs.read_photograph(portrait)
    assert picture is not None
    answer = PosePredictor(spinegen.shipped_model("full"), flip_test=True).predict(
        picture, np.array([portrait.box_xywh_px])
    )
    points = dict(zip(skeleton.NAMES, answer.keypoints_px[0], strict=True))
    assert np.linalg.norm(points["left_eye"] - (304, 185)) < 25
    assert np.linalg.norm(points["right_eye"] - (222, 187)) < 25
    assert points["left_shoulder"][0] > points["nose"][0] > points["right_shoulder"][0]
    assert points["neck"][1] > points["nose"][1]


def test_photographs_are_drawn_for_the_report(tmp_path: Path) -> None:
    count = photographs.write_photographs(tmp_path, {"shipped": spinegen.shipped_model("light")}, SilentReporter())
    assert count >= 1
    assert (tmp_path / "0.jpg").stat().st_size > 5000
    assert (tmp_path / "photographs.json").exists()
