"""Backbones: the shipped weights, foreign checkpoints, and what of them learns."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from spinegen.errors import TrainingError
from spinegen.pose.assembly import ARCHITECTURES, build_network, starting_network
from spinegen.pose.backbones.blazepose import LAYOUTS, BlazePose
from spinegen.pose.backbones.rtmpose import load_rtmpose
from spinegen.pose.backbones.shipped import SHIPPED, load_shipped
from spinegen.pose.backbones.weights_file import read_weights, write_weights
from spinegen.pose.names import BACKBONES, weights_path
from spinegen.pose.nets.network import PoseNetwork
from spinegen.pose.settings import TrainSettings
from spinegen.pose.stored_weights import halve_weights
from spinegen.pose.training.optimizer import make_optimizer, set_rates


def shipped(name: str) -> BlazePose:
    network = BlazePose(LAYOUTS[name]).eval()
    load_shipped(network, name)
    return network


@pytest.mark.parametrize("name", BACKBONES)
def test_maps_have_the_strides_and_widths_that_the_head_expects(name: str) -> None:
    with torch.no_grad():
        maps = shipped(name)(torch.zeros(1, 3, 256, 192))
    assert [tuple(m.shape[1:]) for m in maps] == [
        (width, 256 // stride, 192 // stride)
        for width, stride in zip(LAYOUTS[name].widths, (4, 8, 16, 32), strict=True)
    ]
    size = next(a for a in ARCHITECTURES.values() if a.blazepose == name)
    assert size.widths == LAYOUTS[name].widths


@pytest.mark.parametrize("name", BACKBONES)
def test_heatmaps_are_those_of_the_original(name: str) -> None:
    """Against `pose_landmark_*.tflite` in its own runtime, on noise: 39 maxima and their cells, written down when the weights were converted."""
    kept = np.load(Path(__file__).parent / "data" / f"{name}-heatmaps.npz")
    picture = np.random.default_rng(0).random((1, 256, 256, 3), dtype=np.float32)
    network = shipped(name)
    normalised = (torch.from_numpy(picture.transpose(0, 3, 1, 2)) - network.mean) / network.std
    with torch.no_grad():
        heatmaps = network.heatmaps(network(normalised)[0])[0].numpy()
    scale = np.abs(kept["heatmaps"]).max()
    assert scale > 10
    assert np.abs(heatmaps[:, ::8, ::8] - kept["heatmaps"]).max() < 1e-4 * scale


def test_a_damaged_or_exchanged_weights_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(weights_path("blazepose-lite").read_bytes())
    data[1000] ^= 1
    (tmp_path / "blazepose-lite.npz").write_bytes(bytes(data))
    monkeypatch.setattr("spinegen.pose.backbones.shipped.weights_path", lambda name: tmp_path / f"{name}.npz")
    with pytest.raises(TrainingError, match=r"blazepose-lite\.npz: SHA-256 is .*install spinegen again"):
        load_shipped(BlazePose(LAYOUTS["blazepose-lite"]), "blazepose-lite")
    with pytest.raises(TrainingError, match=r"blazepose-full\.npz: weights cannot be read: No such file"):
        load_shipped(BlazePose(LAYOUTS["blazepose-full"]), "blazepose-full")


def test_weights_of_another_variant_are_refused() -> None:
    with pytest.raises(TrainingError, match="are not those of this network's backbone"):
        load_shipped(BlazePose(LAYOUTS["blazepose-full"]), "blazepose-lite")


def test_weights_are_written_the_same_way_twice(tmp_path: Path) -> None:
    weights = {"b": np.arange(6, dtype=np.float16).reshape(2, 3), "a": np.ones(2, np.float16)}
    for name in ("one.npz", "two.npz"):
        write_weights(tmp_path / name, weights)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert np.array_equal(read_weights(tmp_path / "one.npz")["b"], weights["b"])


# -- RTMPose checkpoints: published names and shapes, made-up values


def published_state(widths: tuple[int, ...], depths: tuple[int, ...], stem: int) -> dict[str, Tensor]:
    """Names and shapes of mmdet's CSPNeXt-P5 as RTMPose's checkpoints hold them, beside a head."""
    generator = torch.Generator().manual_seed(3)
    state: dict[str, Tensor] = {}

    def conv(name: str, inputs: int, outputs: int, kernel: int, *, groups: int = 1) -> None:
        fan = inputs // groups * kernel**2
        state[f"{name}.conv.weight"] = (
            torch.randn(outputs, inputs // groups, kernel, kernel, generator=generator) / fan**0.5
        )
        for part in ("weight", "running_var"):
            state[f"{name}.bn.{part}"] = torch.rand(outputs, generator=generator) + 0.5
        for part in ("bias", "running_mean"):
            state[f"{name}.bn.{part}"] = 0.1 * torch.randn(outputs, generator=generator)
        state[f"{name}.bn.num_batches_tracked"] = torch.tensor(7)

    conv("backbone.stem.0", 3, stem // 2, 3)
    conv("backbone.stem.1", stem // 2, stem // 2, 3)
    conv("backbone.stem.2", stem // 2, stem, 3)
    inputs = stem
    for stage, (width, depth) in enumerate(zip(widths, depths, strict=True), start=1):
        name, last = f"backbone.stage{stage}", stage == len(widths)
        conv(f"{name}.0", inputs, width, 3)
        if last:
            conv(f"{name}.1.conv1", width, width // 2, 1)
            conv(f"{name}.1.conv2", 2 * width, width, 1)
        csp, middle = f"{name}.{2 if last else 1}", width // 2
        conv(f"{csp}.main_conv", width, middle, 1)
        conv(f"{csp}.short_conv", width, middle, 1)
        conv(f"{csp}.final_conv", width, width, 1)
        for block in range(depth):
            conv(f"{csp}.blocks.{block}.conv1", middle, middle, 3)
            conv(f"{csp}.blocks.{block}.conv2.depthwise_conv", middle, middle, 5, groups=middle)
            conv(f"{csp}.blocks.{block}.conv2.pointwise_conv", middle, middle, 1)
        state[f"{csp}.attention.fc.weight"] = torch.randn(width, width, 1, 1, generator=generator) / width**0.5
        state[f"{csp}.attention.fc.bias"] = torch.randn(width, generator=generator)
        inputs = width
    state["head.final_layer.weight"] = torch.zeros(26, widths[-1], 7, 7)
    return state


SMALL = ((64, 128, 256, 512), (1, 2, 2, 1), 32)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rtmpose") / "rtmpose-s.pth"
    torch.save({"meta": {"epoch": 420}, "state_dict": published_state(*SMALL)}, path)
    return path


def test_all_of_a_published_backbone_is_matched_and_the_rest_named(checkpoint: Path) -> None:
    network, said = starting_network(ARCHITECTURES["small"], 0, checkpoint)
    assert said.endswith("not used: head")
    state = published_state(*SMALL)
    first = network.backbone.state_dict()["stages.3.2.blocks.0.second.0.0.weight"]
    assert torch.equal(first, state["backbone.stage4.2.blocks.0.conv2.depthwise_conv.conv.weight"])
    fresh = build_network(ARCHITECTURES["small"], 0).backbone.state_dict()
    kept = [n for n, v in network.backbone.state_dict().items() if torch.equal(v, fresh[n]) and "tracked" not in n]
    assert kept == []


def test_norms_compute_what_they_did_under_their_own_epsilon(checkpoint: Path) -> None:
    network = build_network(ARCHITECTURES["small"]).backbone
    load_rtmpose(network, checkpoint)
    norm = network.eval().get_submodule("stem.0.1")
    state = published_state(*SMALL)
    theirs = nn.BatchNorm2d(16, eps=1e-5).eval()
    theirs.load_state_dict({k.rpartition(".")[2]: v for k, v in state.items() if k.startswith("backbone.stem.0.bn.")})
    features = torch.randn(1, 16, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(norm(features), theirs(features), atol=1e-6)


def test_an_exported_checkpoint_gives_the_same_features(checkpoint: Path, tmp_path: Path) -> None:
    """Norms folded and names lost, as deployment tools leave them; then with weights in half precision, as ours that ship."""
    network = build_network(ARCHITECTURES["small"]).backbone.eval()
    load_rtmpose(network, checkpoint)
    file, half, quantised = (tmp_path / f"{name}.onnx" for name in ("end2end", "half", "quantised"))
    picture = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    torch.onnx.export(network, (picture,), str(file), dynamo=False, opset_version=17, input_names=["input"])
    # the exporter runs `through` before `around`, mmdet's forward the other way: exchange them to have theirs
    model = onnx.load(str(file))
    exchange_short_and_main(model)
    onnx.save(model, str(file))
    other = build_network(ARCHITECTURES["small"], seed=5).backbone.eval()
    assert "not used: 0 more" in load_rtmpose(other, file)
    with torch.no_grad():
        for wanted, got in zip(network(picture), other(picture), strict=True):
            assert torch.allclose(wanted, got, atol=1e-3 * float(wanted.abs().max()))
    halve_weights(model)
    onnx.save(model, str(half))
    third = build_network(ARCHITECTURES["small"], seed=6).backbone.eval()
    assert "not used: 0 more" in load_rtmpose(third, half)
    exact, near = other.state_dict(), third.state_dict()
    kernels = [name for name, values in exact.items() if values.ndim == 4]
    assert kernels
    for name in kernels:
        assert torch.allclose(exact[name], near[name], atol=1e-3 * float(exact[name].abs().max())), name
    next(node for node in model.graph.node if node.op_type == "Cast").op_type = "DequantizeLinear"
    onnx.save(model, str(quantised))
    with pytest.raises(TrainingError, match=r"quantised\.onnx: weights of convolution \d+ of \d+ are computed"):
        load_rtmpose(third, quantised)


def exchange_short_and_main(model: Any) -> None:
    """Let the short branch of each CSP layer stand before the main one: of the pointwise pairs that read one tensor, the later first."""
    nodes = list(model.graph.node)
    convolutions = [n for n in nodes if n.op_type == "Conv"]
    by_input: dict[str, list[Any]] = {}
    for node in convolutions:
        by_input.setdefault(node.input[0], []).append(node)
    for pair in by_input.values():
        if len(pair) == 2:
            main, short = pair
            nodes.remove(short)
            nodes.insert(nodes.index(main), short)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def test_checkpoints_of_other_networks_and_sizes_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"has shape .*RTMPose-s fit small, of RTMPose-m medium"):
        starting_network(ARCHITECTURES["medium"], 0, checkpoint)
    other = tmp_path / "resnet.pth"
    torch.save({"layer1.0.conv1.weight": torch.zeros(1)}, other)
    with pytest.raises(TrainingError, match=r"has no backbone\.stem\.0.*found layer1\.0\.conv1\.weight"):
        starting_network(ARCHITECTURES["small"], 0, other)
    half = tmp_path / "half.pth"
    state = published_state(*SMALL)
    torch.save({k: v for k, v in state.items() if "stage4" not in k}, half)
    with pytest.raises(TrainingError, match=r"half\.pth: has no backbone\.stage4\.0\.conv\.weight"):
        starting_network(ARCHITECTURES["small"], 0, half)
    text = tmp_path / "notes.pth"
    text.write_text("no weights")
    with pytest.raises(TrainingError, match="cannot be read"):
        starting_network(ARCHITECTURES["small"], 0, text)


# -- what learns


def settings(**given: Any) -> TrainSettings:
    return TrainSettings.model_validate({"device": "cpu", **given})


def test_a_shipped_backbone_stays_as_it_is_unless_asked_otherwise() -> None:
    assert settings(model="light").backbone_start == "blazepose-full"
    assert settings(model="lite").backbone_start == "blazepose-lite"
    assert settings(model="lite").frozen_share == 1
    assert settings(model="lite", backbone="scratch").frozen_share == 0
    assert settings(model="tiny").backbone_start == "scratch"
    assert settings(backbone="blazepose-lite").model == "lite"
    assert settings(backbone="blazepose-full").model == "full"
    network, _ = starting_network(ARCHITECTURES["lite"], 0, "blazepose-lite")
    make_optimizer(network, 1e-3, settings(model="lite"))
    assert not any(p.requires_grad for p in network.backbone.parameters())
    assert all(p.requires_grad for p in network.head.parameters())


def test_a_released_backbone_learns_at_its_own_rate_from_its_own_time_on() -> None:
    network: PoseNetwork = starting_network(ARCHITECTURES["lite"], 0, "blazepose-lite")[0]
    optimizer = make_optimizer(network, 1e-3, settings(model="lite", frozen=0.5, backbone_rate=0.05))
    set_rates(optimizer, 2e-3, frozen=True)
    rates = {g["part"]: g["lr"] for g in optimizer.param_groups}
    assert rates == {"head": 2e-3, "upper": pytest.approx(8e-5), "backbone": 0.0}
    assert not network.backbone.stem.weight.requires_grad  # pyright: ignore[reportAttributeAccessIssue]
    set_rates(optimizer, 2e-3, frozen=False)
    assert {g["part"]: g["lr"] for g in optimizer.param_groups}["backbone"] == pytest.approx(1e-4)
    assert network.backbone.stem.weight.requires_grad  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("size", ["lite", "full"])
def test_a_second_upper_trunk_begins_as_published_and_learns_alone(size: str) -> None:
    architecture = ARCHITECTURES[size]
    assert architecture.blazepose is not None
    network = starting_network(architecture, 0, architecture.blazepose)[0]
    assert network.upper is not None
    pictures = torch.rand(1, 3, *architecture.input_hw, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        published = network.backbone(pictures)
        for own, one in zip(network.upper(published), published, strict=True):
            assert torch.equal(own, one)
    optimizer = make_optimizer(network, 1e-3, settings(model=size))
    network.train()
    sum(out.square().mean() for out in network.with_field(pictures)).backward()  # type: ignore[union-attr]
    optimizer.step()
    with torch.no_grad():
        assert all(torch.equal(a, b) for a, b in zip(published, network.backbone(pictures), strict=True))
        changed = [not torch.equal(a, b) for a, b in zip(published, network.upper(published), strict=True)]
    tap = architecture.upper_tap
    assert tap is not None
    assert changed == [index > tap for index in range(len(changed))]


def test_a_second_upper_trunk_can_be_held_as_published() -> None:
    network = starting_network(ARCHITECTURES["lite"], 0, "blazepose-lite")[0]
    optimizer = make_optimizer(network, 1e-3, settings(model="lite", upper_rate=0))
    assert {g["part"] for g in optimizer.param_groups} == {"head"}
    assert network.upper is not None
    assert not any(p.requires_grad for p in network.upper.parameters())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "tiny", "backbone": "blazepose-lite"}, "belongs to model lite, found model tiny"),
        ({"model": "tiny", "backbone": "blazepose-full"}, "belongs to model full or light, found model tiny"),
        ({"model": "small", "backbone": "resnet"}, "must be scratch, blazepose-lite, blazepose-full or a file"),
        ({"steps": 5, "epochs": 2}, "give one of them"),
    ],
)
def test_contradictions_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        settings(**given)


def test_every_shipped_backbone_has_its_hash() -> None:
    assert set(SHIPPED) == set(BACKBONES)
