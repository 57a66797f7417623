"""Networks that others exported are run as they are, or refused in one sentence when they are opened."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from spinegen.errors import TrainingError
from spinegen.pose.onnx_file import open_simcc
from spinegen.pose.predictor import PosePredictor
from support.simcc_files import HEIGHT, KEYPOINTS, WIDTH, simcc_file


@pytest.mark.parametrize("count", [0, 1, 3, 4, 9])
def test_a_file_with_a_fixed_batch_answers_any_number_of_people(tmp_path: Path, count: int) -> None:
    free, fixed = simcc_file(tmp_path / "free.onnx"), simcc_file(tmp_path / "four.onnx", batch=4)
    people = np.random.default_rng(0).standard_normal((count, 3, HEIGHT, WIDTH)).astype(np.float32)
    for wanted, found in zip(open_simcc(free).run(people), open_simcc(fixed).run(people), strict=True):
        assert found.shape == wanted.shape
        assert len(found) == count
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_half_precision_is_read(tmp_path: Path) -> None:
    file = open_simcc(simcc_file(tmp_path / "half.onnx", kind=TensorProto.FLOAT16))
    assert file.keypoints == KEYPOINTS
    assert file.run(np.zeros((2, 3, HEIGHT, WIDTH), np.float32))[0].shape == (2, KEYPOINTS, 2 * WIDTH)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": TensorProto.UINT8}, r"input 'input' is tensor\(uint8\); wanted is one input of float32 or float16"),
        ({"kind": TensorProto.DOUBLE}, r"input 'input' is tensor\(double\)"),
        ({"size_hw": ("h", "w")}, "has shape .*with a fixed size"),
        ({"size_hw": (HEIGHT, 2 * WIDTH)}, "ONNX Runtime cannot (open|run) it"),
        ({"channels": 1}, "has shape"),
        ({"extra_input": True}, r"has 2 inputs \(input, scale\)"),
        ({"weight": float("inf")}, "gives numbers that are not finite"),
        ({"weight": float("nan")}, "gives numbers that are not finite"),
        ({"ratio": 3}, r"is no SimCC network: outputs of shape .*wanted are \(N, K, 12\)"),
        ({"metadata": '{"split_ratio": 2.0,'}, "metadata 'spinegen' is no JSON"),
        ({"metadata": "[1]"}, "must be a mapping, found list"),
        ({"metadata": '{"split_ratio": "two"}'}, "metadata split_ratio: found 'two', allowed is a number above 0"),
        ({"metadata": '{"split_ratio": 0}'}, "metadata split_ratio: found 0"),
        ({"metadata": '{"split_ratio": NaN}'}, "metadata split_ratio: found nan"),
        ({"metadata": '{"mean_rgb": [1, 2]}'}, r"metadata mean_rgb: found \[1, 2\], allowed are three numbers"),
        ({"metadata": '{"std_rgb": [1, 0, 1]}'}, "metadata std_rgb: .*allowed are three numbers above 0"),
        ({"metadata": '{"input_hw": [256, 192]}'}, r"metadata input_hw: found \[256, 192\], but its input is 8 x 6"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_when_it_is_opened(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    path = simcc_file(tmp_path / "odd.onnx", **wrong)
    with pytest.raises(TrainingError, match=said) as raised:
        PosePredictor(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_a_folder_and_weights_that_lie_elsewhere_are_said(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is no file"):
        open_simcc(tmp_path)
    path = simcc_file(tmp_path / "whole.onnx")
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(TrainingError, match="ONNX Runtime cannot open it"):
        open_simcc(path)


def test_other_ratios_are_read_where_the_file_says_so(tmp_path: Path) -> None:
    file = open_simcc(simcc_file(tmp_path / "three.onnx", ratio=3, metadata='{"split_ratio": 3}'))
    assert (file.keypoints, file.split_ratio) == (KEYPOINTS, 3.0)
