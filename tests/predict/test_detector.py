"""The detector that ships on photographs from installed packages, and files of other detectors."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from spinegen.errors import TrainingError
from spinegen.pose.photographs import PHOTOGRAPHS, read_photograph
from spinegen.predict import detector as detectors
from spinegen.predict.boxes import overlaps, xyxy
from spinegen.predict.detector import PersonDetector


@pytest.fixture(scope="module")
def shipped() -> PersonDetector:
    return PersonDetector()


def test_people_are_found_on_photographs(shipped: PersonDetector) -> None:
    looked_at = 0
    for photograph in PHOTOGRAPHS:
        picture = read_photograph(photograph)
        if picture is None or photograph.package == "musicalgestures":
            continue
        looked_at += 1
        found = shipped(picture)
        assert len(found.scores) == 1
        assert overlaps(xyxy(found.boxes_xywh_px), xyxy(np.array([photograph.box_xywh_px])))[0, 0] > 0.7
    assert looked_at >= 1


def test_nobody_is_found_where_nobody_is(shipped: PersonDetector) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 500, 3)).astype(np.uint8)
    for picture in (np.full((300, 500, 3), 90, np.uint8), noise):
        assert len(shipped(picture).scores) == 0


def test_boxes_follow_a_picture_that_is_padded_and_mirrored(shipped: PersonDetector) -> None:
    picture = read_photograph(next(p for p in PHOTOGRAPHS if p.package == "matplotlib"))
    assert picture is not None
    plain = shipped(picture).boxes_xywh_px[0]
    wide = np.full((picture.shape[0], 900, 3), 60, np.uint8)
    wide[:, 300 : 300 + picture.shape[1]] = picture
    moved = shipped(wide).boxes_xywh_px[0]
    assert overlaps(xyxy(moved[None]), xyxy(plain[None] + np.array([[300, 0, 0, 0]])))[0, 0] > 0.8


def test_a_missing_damaged_or_foreign_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrainingError, match=r"none\.onnx: detector cannot be read: No such file"):
        PersonDetector(tmp_path / "none.onnx")
    (tmp_path / "text.onnx").write_text("no network")
    with pytest.raises(TrainingError, match="ONNX Runtime cannot open it"):
        PersonDetector(tmp_path / "text.onnx")
    monkeypatch.setattr(detectors, "SHIPPED", tmp_path / "text.onnx")
    with pytest.raises(TrainingError, match="shipped detector is damaged: install spinegen again"):
        PersonDetector()
    other = write(tmp_path / "other.onnx", {"heat": np.zeros((1, 4, 4), np.float32)})
    with pytest.raises(TrainingError, match="are those of no detector that is known; allowed are YOLOX"):
        PersonDetector(other)


def write(path: Path, outputs: dict[str, np.ndarray]) -> Path:
    """A file that answers every 64 x 64 picture with the same numbers: what a detector's decoder is fed."""
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0),
        helper.make_node("Sub", ["mean", "mean"], ["zero"]),
    ]
    stored, infos = [], []
    for name, values in outputs.items():
        stored.append(numpy_helper.from_array(values.astype(np.float32), f"{name}_kept"))
        nodes.append(helper.make_node("Add", [f"{name}_kept", "zero"], [name]))
        infos.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(values.shape)))
    image = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])
    model = helper.make_model(
        helper.make_graph(nodes, "kept", [image], infos, stored), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 9
    onnx.save(model, str(path))
    return path


PICTURE = np.zeros((128, 128, 3), np.uint8)
"""Twice as large as the files' input: so come the boxes back."""


def test_yolox_cells_become_boxes(tmp_path: Path) -> None:
    raw = np.zeros((1, 64 + 16 + 4, 85), np.float32)
    raw[0, 33] = [0.5, 0.25, np.log(2), np.log(3), 0.9, 1.0, *[0] * 79]  # stride 8: the fifth row's second cell
    raw[0, 20, 4:] = 0.9  # another class alone
    raw[0, 20, 5] = 0.0
    found = PersonDetector(write(tmp_path / "yolox.onnx", {"output": raw}))(PICTURE)
    assert found.scores.tolist() == pytest.approx([0.9])
    centre = np.array([1.5, 4.25]) * 8 * 2
    assert found.boxes_xywh_px[0].tolist() == pytest.approx([*(centre - [16, 24]), 32, 48], abs=1e-3)


@pytest.mark.parametrize("name", ["rtmdet_nano.onnx", "yolox_m_humanart.onnx"])
def test_boxes_with_suppression_built_in_are_taken_and_other_classes_left(tmp_path: Path, name: str) -> None:
    dets = np.array([[[4.0, 6, 20, 30, 0.8], [40, 40, 60, 60, 0.7], [0, 0, 9, 9, 0.1]]])
    path = write(tmp_path / name, {"dets": dets, "labels": np.array([[0.0, 2, 0]])})
    found = PersonDetector(path)(PICTURE)
    assert found.boxes_xywh_px.tolist() == [[8, 12, 32, 48]]


def test_rfdetr_queries_become_boxes(tmp_path: Path) -> None:
    logits = np.full((1, 2, 91), -9.0)
    logits[0, 0, 1] = 2.0
    logits[0, 1, 3] = 5.0
    path = write(
        tmp_path / "rfdetr.onnx", {"dets": np.array([[[0.5, 0.5, 0.25, 0.5], [0.2, 0.2, 0.1, 0.1]]]), "labels": logits}
    )
    found = PersonDetector(path)(PICTURE)
    assert found.scores.tolist() == pytest.approx([1 / (1 + np.exp(-2))], rel=1e-5)
    assert found.boxes_xywh_px[0].tolist() == pytest.approx([48, 32, 32, 64], abs=1e-3)
