"""Teachers of other makes: input size, number of keypoints and names of outputs that are not ours."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper

from spinegen import skeleton
from spinegen.errors import TrainingError
from spinegen.pose.data.pixels import normalize
from spinegen.pose.onnx_file import RTMPOSE_BETA
from spinegen.pose.training.teacher import BlazePoseTeacher, SimccTeacher, open_teacher, resized

CPU = torch.device("cpu")
STUDENT_HW = (128, 96)
STUDENT_BINS = (192, 256)


def write_spot_finder(
    path: Path, input_hw: tuple[int, int], keypoints: int, names: tuple[str, str], *, batch: int | str = "batch"
) -> None:
    """A network in RTMPose's form whose every keypoint is the brightest column and row: two bins a pixel, logits over beta."""
    height, width = input_hw
    nodes, constants, outputs = [], [], []
    for name, axis, size in ((names[0], 2, width), (names[1], 3, height)):
        # a bin's logit is the brightness at its place, linearly between the pixels
        spread = np.zeros((size, 2 * size), np.float32)
        for b in range(2 * size):
            low, part = divmod(b, 2)
            spread[low, b] += 1 - part / 2
            spread[min(low + 1, size - 1), b] += part / 2
        constants += [
            numpy_helper.from_array(np.array([1, axis], np.int64), f"{name}_axes"),
            numpy_helper.from_array(np.array([1], np.int64), f"{name}_keypoint"),
            numpy_helper.from_array(spread, f"{name}_spread"),
            numpy_helper.from_array(np.ones((keypoints, 1), np.float32), f"{name}_all"),
        ]
        nodes += [
            helper.make_node("ReduceMax", ["input", f"{name}_axes"], [f"{name}_profile"], keepdims=0),
            helper.make_node("MatMul", [f"{name}_profile", f"{name}_spread"], [f"{name}_bins"]),
            helper.make_node("Unsqueeze", [f"{name}_bins", f"{name}_keypoint"], [f"{name}_one"]),
            helper.make_node("Mul", [f"{name}_one", f"{name}_all"], [name]),
        ]
        outputs.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [batch, keypoints, 2 * size]))
    taken = helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, [batch, 3, height, width])
    graph = helper.make_graph(nodes, "spots", [taken], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def spots(points_px: np.ndarray) -> torch.Tensor:
    """(N, 3, 128, 96) pictures with a round spot, two pixels wide, at each point."""
    rows, columns = np.mgrid[: STUDENT_HW[0], : STUDENT_HW[1]]
    distance = (columns - points_px[:, 0, None, None]) ** 2 + (rows - points_px[:, 1, None, None]) ** 2
    return torch.tensor(np.exp(-0.5 * distance / 4)[:, None].repeat(3, axis=1), dtype=torch.float32)


@pytest.mark.parametrize("input_hw", [(384, 288), (256, 192), (128, 96), (64, 48)])
@pytest.mark.parametrize("keypoints", [26, 37, 133])
def test_a_teacher_of_any_size_points_where_the_student_looks(
    tmp_path: Path, input_hw: tuple[int, int], keypoints: int
) -> None:
    """What the teacher sees at a place of its own input lies at the same place of the student's bins."""
    write_spot_finder(tmp_path / "body26.onnx", input_hw, keypoints, ("444", "485"))
    points = np.array([[20.0, 100.0], [70.0, 31.0], [48.0, 64.0]])
    x, y = SimccTeacher(tmp_path / "body26.onnx", STUDENT_BINS, CPU).distributions(spots(points))
    assert x.shape == (3, 26, 192)
    assert y.shape == (3, 26, 256)
    for axis, distribution in enumerate((x, y)):
        assert distribution.sum(dim=-1).flatten().tolist() == pytest.approx([1.0] * 78, abs=1e-4)
        weights = distribution.double() ** 2  # the tails of a softmax over a whole picture are long
        centre = (weights * torch.arange(distribution.shape[-1])).sum(-1) / weights.sum(-1)
        assert centre[:, 25].numpy() / 2 == pytest.approx(points[:, axis], abs=0.1)


def test_a_teacher_with_a_fixed_batch_of_one_is_asked_person_by_person(tmp_path: Path) -> None:
    write_spot_finder(tmp_path / "single.onnx", STUDENT_HW, 26, ("simcc_x", "simcc_y"), batch=1)
    write_spot_finder(tmp_path / "many.onnx", STUDENT_HW, 26, ("simcc_x", "simcc_y"))
    pictures = spots(np.array([[20.0, 100.0], [70.0, 31.0]]))
    single, many = (
        SimccTeacher(tmp_path / name, STUDENT_BINS, CPU).distributions(pictures)
        for name in ("single.onnx", "many.onnx")
    )
    assert torch.allclose(single[0], many[0])
    assert torch.allclose(single[1], many[1])


def test_a_teachers_outputs_are_logits_over_beta(tmp_path: Path) -> None:
    write_spot_finder(tmp_path / "t.onnx", STUDENT_HW, 26, ("simcc_x", "simcc_y"))
    x, _ = SimccTeacher(tmp_path / "t.onnx", STUDENT_BINS, CPU).distributions(spots(np.array([[40.0, 60.0]])))
    # at the spot the profile is 1, three pixels (six bins) beside it exp(-9 / 8)
    assert float(x[0, 0, 80] / x[0, 0, 86]) == pytest.approx(np.exp(RTMPOSE_BETA * (1 - np.exp(-9 / 8))), rel=1e-3)


def test_a_teacher_of_coco_points_teaches_the_first_seventeen(tmp_path: Path) -> None:
    write_spot_finder(tmp_path / "coco17.onnx", STUDENT_HW, 17, ("simcc_x", "simcc_y"))
    teacher = SimccTeacher(tmp_path / "coco17.onnx", STUDENT_BINS, CPU)
    assert teacher.keypoints == tuple(range(17))
    assert teacher.distributions(spots(np.array([[40.0, 60.0]])))[0].shape == (1, 17, 192)


def test_a_network_of_ours_teaches_all_points() -> None:
    teacher = open_teacher("light", (512, 512), CPU)
    assert teacher.keypoints == tuple(range(37))
    noise = torch.randn(2, 3, 256, 256, generator=torch.Generator().manual_seed(0))
    x, y = teacher.distributions(noise)
    assert x.shape == y.shape == (2, 37, 512)
    assert x.sum(dim=-1).numpy() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("keypoints", [14, 18, 25])
def test_a_teacher_of_other_keypoints_is_refused(tmp_path: Path, keypoints: int) -> None:
    write_spot_finder(tmp_path / "other.onnx", (384, 288), keypoints, ("444", "485"))
    with pytest.raises(TrainingError, match=rf"other\.onnx: teacher has {keypoints} keypoints, needed are 17 \(COCO\)"):
        SimccTeacher(tmp_path / "other.onnx", STUDENT_BINS, CPU)


def test_a_shipped_blazepose_teaches_where_its_heatmaps_peak() -> None:
    from skimage import data

    astronaut = cv2.resize(data.astronaut()[:, 100:340], (192, 256), interpolation=cv2.INTER_AREA)
    inputs = normalize(torch.from_numpy(astronaut).permute(2, 0, 1)[None].float())
    teacher = open_teacher("blazepose-lite", (384, 512), CPU)
    assert isinstance(teacher, BlazePoseTeacher)
    x, y = teacher.distributions(inputs)
    assert float(x.sum(-1).min()) == pytest.approx(1, abs=1e-4)
    heatmaps = teacher.network.heatmaps(teacher.network(inputs)[0])[0, teacher.rows].detach()
    shoulder = teacher.keypoints.index(skeleton.INDEX["left_shoulder"])
    row, column = np.unravel_index(int(heatmaps[shoulder].argmax()), heatmaps.shape[1:])
    # eight bins a cell of four pixels
    assert abs(int(x[0, shoulder].argmax()) - (8 * column + 4)) <= 8
    assert abs(int(y[0, shoulder].argmax()) - (8 * row + 4)) <= 8


def test_a_heatmap_network_is_no_teacher(tmp_path: Path) -> None:
    taken = helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, ["batch", 3, 16, 16])
    out = helper.make_tensor_value_info("heatmap", onnx.TensorProto.FLOAT, ["batch", 3, 16, 16])
    graph = helper.make_graph([helper.make_node("Relu", ["input"], ["heatmap"])], "heatmaps", [taken], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, str(tmp_path / "heatmap.onnx"))
    with pytest.raises(TrainingError, match=r"heatmap\.onnx: is no SimCC network"):
        SimccTeacher(tmp_path / "heatmap.onnx", STUDENT_BINS, CPU)


def test_resizing_keeps_coordinates_proportional() -> None:
    ramp = torch.arange(8.0).expand(1, 1, 4, 8)
    wide = resized(ramp, (4, 16))[0, 0, 0]
    assert wide[:15].tolist() == pytest.approx([i / 2 for i in range(15)], abs=1e-5)
    assert resized(ramp, (4, 4))[0, 0, 0].tolist() == pytest.approx([0, 2, 4, 6], abs=1e-5)
