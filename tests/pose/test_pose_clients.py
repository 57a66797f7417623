"""The exported file inside other people's programs: `rtmlib` and `spinepose`, where they are installed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen import shipped_model
from spinegen.pose.assembly import ARCHITECTURES, build_network
from spinegen.pose.export import export_onnx
from spinegen.pose.predictor import PosePredictor
from support.pose_figures import draw, person_look

BOX_XYWH = np.array([40.0, 20.0, 150.0, 170.0])


@pytest.fixture(scope="module")
def picture_rgb() -> NDArray[np.uint8]:
    rng = np.random.default_rng(3)
    return np.asarray(draw(rng, person_look(rng))["picture"], np.uint8)


def check(client: Any, predictor: PosePredictor, picture: NDArray[np.uint8]) -> None:
    """The client's keypoints for one picture equal our fullest bins in straight crops; both are given RGB, which the file wants."""
    x, y, width, height = BOX_XYWH
    keypoints, scores = client(picture, [[x, y, x + width, y + height]])
    ours = predictor.predict(picture, BOX_XYWH[None])
    assert keypoints.shape == (1, 37, 2)
    assert np.abs(keypoints - ours.keypoints_px).max() < 0.01
    assert np.abs(scores - ours.scores).max() < 1e-3


@pytest.fixture(
    scope="module",
    params=["trained", "shipped", *(pytest.param(n, marks=pytest.mark.slow) for n in ("small", "medium"))],
)
def any_onnx(request: pytest.FixtureRequest, exported_onnx: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained tiny network, the shipped one whose weights have eight bits, and fresh ones of the other sizes."""
    if request.param == "trained":
        return exported_onnx
    if request.param == "shipped":
        return shipped_model("light")
    file = tmp_path_factory.mktemp("sizes") / f"{request.param}.onnx"
    architecture = ARCHITECTURES[request.param]
    export_onnx(build_network(architecture), architecture, file)
    return file


@pytest.mark.filterwarnings("ignore")
def test_rtmlib_finds_the_same_keypoints(any_onnx: Path, picture_rgb: NDArray[np.uint8]) -> None:
    rtmlib = pytest.importorskip("rtmlib")
    predictor = PosePredictor(any_onnx, upright=False, between_bins=False, closer=False)
    height, width = predictor.input_hw
    client = rtmlib.RTMPose(str(any_onnx), model_input_size=(width, height), backend="onnxruntime", device="cpu")
    check(client, predictor, picture_rgb)


@pytest.mark.filterwarnings("ignore")
def test_spinepose_finds_the_same_keypoints(
    any_onnx: Path, picture_rgb: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its whole estimator, with our file as the pose network and boxes given, so that no detector need be downloaded."""
    spinepose = pytest.importorskip("spinepose")
    solution = pytest.importorskip("spinepose.tools.base_solution")
    predictor = PosePredictor(any_onnx, upright=False, between_bins=False, closer=False)
    height, width = predictor.input_hw
    preset = {
        **spinepose.SpinePoseEstimator.MODE["small"],
        "pose": str(any_onnx),
        "pose_input_size": (width, height),
    }
    monkeypatch.setattr(solution, "YOLOX", lambda *_, **__: None)
    monkeypatch.setattr(spinepose.SpinePoseEstimator, "MODE", {"small": preset})
    client = spinepose.SpinePoseEstimator(mode="small", detector="yolox", hardware_acceleration=False)
    check(client, predictor, picture_rgb)


def test_channel_order_matters_to_the_file(exported_onnx: Path, picture_rgb: NDArray[np.uint8]) -> None:
    """Guards the test above: a client that is handed BGR is seen to give other numbers."""
    predictor = PosePredictor(exported_onnx)
    right = predictor.predict(picture_rgb, BOX_XYWH[None])
    wrong = predictor.predict(np.ascontiguousarray(picture_rgb[..., ::-1]), BOX_XYWH[None])
    assert np.abs(right.scores - wrong.scores).max() > 1e-6
