"""Networks of every size, and the files exported from them."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from spinegen import skeleton
from spinegen.errors import TrainingError
from spinegen.pose.assembly import ARCHITECTURES, build_network, parameter_count
from spinegen.pose.export import export_onnx, label_peaks
from spinegen.pose.nets.attention import GatedAttention, ScaleNorm
from spinegen.pose.onnx_file import METADATA_KEY, open_simcc
from spinegen.pose.predictor import PosePredictor
from spinegen.pose.train_part import trained_network


@pytest.mark.parametrize("size", ARCHITECTURES)
def test_every_size_gives_two_bins_a_pixel(size: str) -> None:
    architecture = ARCHITECTURES[size]
    height, width = architecture.input_hw
    with torch.no_grad():
        x, y = build_network(architecture).eval()(torch.zeros(1, 3, height, width))
    assert x.shape == (1, 37, 2 * width)
    assert y.shape == (1, 37, 2 * height)


def test_sizes_grow_in_order_and_lie_near_rtmposes() -> None:
    full, light, lite, tiny, small, medium = (parameter_count(build_network(a)) / 1e6 for a in ARCHITECTURES.values())
    assert tiny < lite < light < full < small < medium
    assert small == pytest.approx(5.47, rel=0.3)
    assert medium == pytest.approx(13.6, rel=0.3)


def test_the_same_seed_builds_the_same_network() -> None:
    first, again, other = (build_network(ARCHITECTURES["tiny"], seed) for seed in (1, 1, 2))
    same = [torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True)]
    assert all(same)
    assert not all(torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))


def test_scale_norm_makes_every_token_the_same_size() -> None:
    tokens = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(0)) * 7
    assert torch.allclose(ScaleNorm()(tokens).pow(2).mean(dim=-1), torch.ones(2, 5))


def test_attention_lets_keypoints_see_each_other() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        attention = GatedAttention(16, shared=8)
    tokens = torch.randn(1, 4, 16, generator=torch.Generator().manual_seed(0), requires_grad=True)
    attention(tokens)[0, 0].sum().backward()
    assert tokens.grad is not None
    assert (tokens.grad[0, 1:].abs().sum(dim=-1) > 0).any()


@pytest.mark.parametrize("batch", [1, 3, 32])
def test_the_exported_file_takes_any_batch_and_computes_what_torch_does(exported_onnx: Path, batch: int) -> None:
    architecture = ARCHITECTURES["tiny"]
    network = trained_network(exported_onnx.parent, "tiny")
    images = torch.randn(batch, 3, *architecture.input_hw, generator=torch.Generator().manual_seed(batch))
    with torch.no_grad():
        logits = network(images)
    got = open_simcc(exported_onnx).run(images.numpy())
    for axis, peak in zip(range(2), label_peaks(architecture, 1.0), strict=True):
        wanted = (logits[axis].softmax(dim=-1) / peak).numpy()
        assert np.abs(got[axis] - wanted).max() < 1e-4


def test_the_file_alone_says_how_to_use_it(exported_onnx: Path) -> None:
    entries = {entry.key: entry.value for entry in onnx.load(str(exported_onnx)).metadata_props}
    said = json.loads(entries[METADATA_KEY])
    assert tuple(said["keypoints"]) == skeleton.NAMES
    assert said["input_hw"] == [128, 96]
    assert said["channels"] == "RGB"
    assert said["mean_rgb"] == [123.675, 116.28, 103.53]
    assert said["std_rgb"] == [58.395, 57.12, 57.375]
    assert said["spinegen"]
    outputs = [output.name for output in onnx.load(str(exported_onnx)).graph.output]
    assert outputs == ["simcc_x", "simcc_y"]


def test_outputs_are_distributions_with_positive_scores(exported_onnx: Path) -> None:
    predictor = PosePredictor(exported_onnx)
    _, scores = predictor.run(np.zeros((2, 3, *predictor.input_hw), np.float32))
    assert (scores > 0).all()
    x, y = predictor.file.distributions(np.zeros((2, 3, *predictor.input_hw), np.float32))
    assert x.sum(axis=-1) == pytest.approx(np.ones((2, 37)), abs=1e-4)
    assert y.sum(axis=-1) == pytest.approx(np.ones((2, 37)), abs=1e-4)


@pytest.mark.slow
def test_export_leaves_no_file_behind_when_it_fails(tmp_path: Path) -> None:
    network = build_network(ARCHITECTURES["tiny"]).eval()
    with torch.no_grad():
        next(iter(network.parameters())).fill_(float("nan"))
    with pytest.raises(TrainingError, match="not finite"):
        export_onnx(network, ARCHITECTURES["tiny"], tmp_path / "bad.onnx")
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_simcc_networks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="does not exist"):
        open_simcc(tmp_path / "absent.onnx")
    (tmp_path / "noise.onnx").write_bytes(b"no onnx at all")
    with pytest.raises(TrainingError, match="ONNX Runtime cannot open it"):
        open_simcc(tmp_path / "noise.onnx")
    value = onnx.helper.make_tensor_value_info
    kind = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["images"], ["a"]), onnx.helper.make_node("Relu", ["images"], ["b"])],
        "g",
        [value("images", kind, ["n", 3, 8, 8])],
        [value("a", kind, ["n", 3, 8, 8]), value("b", kind, ["n", 3, 8, 8])],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, str(tmp_path / "other.onnx"))
    with pytest.raises(TrainingError, match="is no SimCC network: outputs of shape"):
        open_simcc(tmp_path / "other.onnx")
