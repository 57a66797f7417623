"""Networks stretched to pictures of another size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from spinegen import shipped_model, skeleton
from spinegen.pose.assembly import ARCHITECTURES, build_network
from spinegen.pose.export import export_onnx
from spinegen.pose.photographs import PHOTOGRAPHS, read_photograph
from spinegen.pose.predictor import PosePredictor
from spinegen.pose.training.stretching import stretched
from spinegen.pose.training.whole_network import whole_network

LIGHT, FULL = ARCHITECTURES["light"], ARCHITECTURES["full"]


def test_stretched_to_its_own_size_a_network_computes_what_it_did() -> None:
    network = build_network(LIGHT, seed=1).eval()
    torch.nn.init.normal_(network.head.refine_x.weight)
    inputs = torch.randn(2, 3, *LIGHT.input_hw, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for before, after in zip(network(inputs), stretched(network, LIGHT, LIGHT)(inputs), strict=True):
            torch.testing.assert_close(after, before)


def test_tokens_mean_the_same_at_every_size() -> None:
    """A map of one value everywhere and marginals with all in one place make the same token, however many cells there are."""
    network = build_network(LIGHT, seed=1)
    larger = stretched(network, LIGHT, FULL)
    tokens = []
    for head, architecture in ((network.head, LIGHT), (larger.head, FULL)):
        height, width = architecture.input_hw
        across, down = torch.zeros(width // 4), torch.zeros(height // 4)
        across[width // 8], down[height // 8] = 1, 1
        given = torch.cat([torch.ones(height // 32 * (width // 32)), across, down])
        tokens.append(head.embed(given).detach())
    torch.testing.assert_close(tokens[1], tokens[0], atol=0.1, rtol=0)
    assert float(tokens[0].std()) > 0.3


def test_a_shipped_network_still_finds_a_face_at_the_size_of_the_other(tmp_path: Path) -> None:
    photograph = next(p for p in PHOTOGRAPHS if p.package == "skimage")
    picture = read_photograph(photograph)
    if picture is None:
        pytest.skip("scikit-image is not installed")
    network, said = whole_network(LIGHT, shipped_model("full"), 0)
    (height, width), (from_height, from_width) = LIGHT.input_hw, FULL.input_hw
    assert said == (
        f"the whole network of spinegen-full.onnx, stretched from {from_height} x {from_width} to {height} x {width} pixels"
    )
    export_onnx(network.eval(), LIGHT, tmp_path / "light.onnx")
    box = np.array([photograph.box_xywh_px], dtype=np.float64)
    own, small = (
        PosePredictor(path, threads=1, closer=False).predict(picture, box).keypoints_px[0]
        for path in (shipped_model("full"), tmp_path / "light.onnx")
    )
    face = [skeleton.INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
    off = np.linalg.norm(small - own, axis=-1)[face] / box[0, 3]
    assert off.max() < 0.02, "the rest of a portrait is guessed"


def test_networks_of_other_layers_do_not_go_on_from_each_other() -> None:
    assert FULL.differs_by_input_only(LIGHT)
    assert not FULL.differs_by_input_only(ARCHITECTURES["lite"])
    assert not FULL.differs_by_input_only(replace(LIGHT, token_width=LIGHT.token_width + 1))
