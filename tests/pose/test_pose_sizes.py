"""The table of sizes: what a network costs."""

import pytest
import torch

from spinegen.pose.assembly import ARCHITECTURES, build_network, parameter_count
from spinegen.pose.scoring.sizes import PUBLISHED, multiply_adds, size_markdown


def test_a_convolution_and_a_matrix_product_are_counted_by_hand() -> None:
    class Two(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(3, 5, 3, padding=1, bias=False)
            self.linear = torch.nn.Linear(7, 11, bias=False)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.linear(self.conv(images)[..., :7])

    tiny = ARCHITECTURES["tiny"]
    height, width = tiny.input_hw
    wanted = 3 * 5 * 9 * height * width + 5 * height * 7 * 11
    assert multiply_adds(Two(), tiny) == wanted  # pyright: ignore[reportArgumentType]


def test_our_sizes_cost_about_what_their_models_do() -> None:
    published = {network.name: network for network in PUBLISHED}
    for size, name in (("small", "RTMPose-s"), ("medium", "RTMPose-m")):
        network = build_network(ARCHITECTURES[size])
        assert parameter_count(network) == pytest.approx(published[name].parameters, rel=0.2)
        assert multiply_adds(network, ARCHITECTURES[size]) == pytest.approx(published[name].multiply_adds, rel=0.5)


def test_the_table_names_every_runtime_and_the_published_networks() -> None:
    latency = [
        {"runtime": runtime, "device": "cpu", "batch": batch, "ms": ms, "people_per_s": 1e3 * batch / ms}
        for runtime in ("ONNX Runtime", "torch")
        for batch, ms in ((1, 4.0), (32, 64.0))
    ]
    row = {"size": "tiny", "input_hw": [128, 96], "parameters": 1.2e6, "multiply_adds": 1.5e8, "latency": latency}
    lines = size_markdown([row]).splitlines()
    assert lines[2] == "| tiny | 128 x 96 | 1.20 M | 0.15 G | ONNX Runtime, cpu | 4.0 ms | 500 people/s (32) |"
    assert lines[3].startswith("| tiny | 128 x 96 | 1.20 M | 0.15 G | torch, cpu |")
    assert [line.split(" |")[0] for line in lines[4:]] == [
        "| RTMPose-t",
        "| RTMPose-s (spinepose small)",
        "| RTMPose-m (spinepose medium)",
        "| RTMPose-l (spinepose large)",
    ]
