"""Named network sizes, put together."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import skeleton

if TYPE_CHECKING:
    from torch import nn

    from .backbones.blazepose import BlazePose
    from .nets.network import PoseNetwork


@dataclass(frozen=True)
class Architecture:
    """Everything that decides the shape of a network."""

    size: str
    input_hw: tuple[int, int]
    """Height and width of the network's input in pixels."""
    widths: tuple[int, ...]
    """Channels of the backbone's maps, from fine to coarse."""
    field_width: int
    token_width: int
    blazepose: str | None = None
    """Name of the BlazePose layout; None: CSPNeXt."""
    upper_tap: int | None = None
    """Map of a BlazePose from which its trunk goes on a second time, learning; None: it does not."""
    stem: int = 0
    stem_depth: int = 0
    depths: tuple[int, ...] = ()
    split_ratio: float = 2.0
    """SimCC bins a pixel."""
    keypoints: int = skeleton.COUNT

    def differs_by_input_only(self, other: "Architecture") -> bool:
        """Whether both have the same layers and one may go on from the other's weights."""
        return replace(self, size=other.size, input_hw=other.input_hw) == other


ARCHITECTURES: dict[str, Architecture] = {
    "full": Architecture("full", (320, 256), (87, 32, 88, 144), 96, 192, blazepose="blazepose-full", upper_tap=1),
    "light": Architecture("light", (256, 192), (87, 32, 88, 144), 96, 192, blazepose="blazepose-full", upper_tap=1),
    "lite": Architecture("lite", (256, 192), (71, 24, 56, 96), 64, 192, blazepose="blazepose-lite", upper_tap=2),
    "tiny": Architecture("tiny", (128, 96), (48, 96, 192), 48, 128, stem=24, stem_depth=2, depths=(1, 2, 1)),
    "small": Architecture(
        "small", (256, 192), (64, 128, 256, 512), 64, 256, stem=32, stem_depth=3, depths=(1, 2, 2, 1)
    ),
    "medium": Architecture(
        "medium", (256, 192), (96, 192, 384, 768), 96, 256, stem=48, stem_depth=3, depths=(2, 4, 4, 2)
    ),
}
"""full and light are one network that looks at pictures of two sizes; lite stands on BlazePose's smallest; small and medium have the widths and depths of RTMPose-s and -m (arXiv
2303.07399, table 1); tiny is ours, for CPUs: a quarter of the pixels and one stage less, so that its top map has the 8 x 6 cells of theirs."""


def build_network(architecture: Architecture, seed: int = 0) -> "PoseNetwork":
    """A network with fresh weights, the same for the same seed."""
    import torch

    from .backbones.blazepose import LAYOUTS, UpperTrunk
    from .nets.head import SimccHead
    from .nets.network import PoseNetwork

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        backbone = _backbone(architecture)
        head = SimccHead(
            architecture.widths,
            architecture.keypoints,
            input_hw=architecture.input_hw,
            split_ratio=architecture.split_ratio,
            field_width=architecture.field_width,
            token_width=architecture.token_width,
        )
        upper = None
        if architecture.blazepose is not None and architecture.upper_tap is not None:
            upper = UpperTrunk(LAYOUTS[architecture.blazepose], architecture.upper_tap)
        return PoseNetwork(backbone, head, upper)


def starting_network(architecture: Architecture, seed: int, backbone: str | Path) -> tuple["PoseNetwork", str]:
    """A network whose backbone starts as asked for, and a sentence on what it started from.

    Args:
        backbone: `scratch`, the name of shipped weights, or an RTMPose checkpoint.

    Raises:
        TrainingError: the weights are missing, damaged, or of another network.
    """
    from .backbones.rtmpose import load_rtmpose
    from .backbones.shipped import SHIPPED, load_shipped

    network = build_network(architecture, seed)
    if backbone == "scratch":
        return network, "backbone from scratch"
    if isinstance(backbone, str) and backbone in SHIPPED:
        load_shipped(network.backbone, backbone)
        _keep_what_is_published(network)
        return network, f"backbone {backbone}, as shipped"
    return network, load_rtmpose(network.backbone, Path(backbone))


def blazepose_network(name: str) -> "BlazePose":
    """A shipped BlazePose by itself.

    Raises:
        TrainingError: its weights are missing, damaged or not the known ones.
    """
    from .backbones.blazepose import LAYOUTS, BlazePose
    from .backbones.shipped import load_shipped

    network = BlazePose(LAYOUTS[name])
    load_shipped(network, name)
    return network


def _keep_what_is_published(network: "PoseNetwork") -> None:
    """Let the head begin with the heatmaps that the backbone was published with, and its second upper trunk with the first's weights."""
    from .backbones.blazepose import BlazePose, UpperTrunk

    if isinstance(network.backbone, BlazePose):
        weights = network.backbone.evidence(skeleton.NAMES)
        network.head.evidence.weight.data.copy_(weights[:, :, None, None])
        if isinstance(network.upper, UpperTrunk):
            network.upper.follow(network.backbone)


def _backbone(architecture: Architecture) -> "nn.Module":
    from .backbones.blazepose import LAYOUTS, BlazePose
    from .backbones.cspnext import CspNext

    if architecture.blazepose is not None:
        return BlazePose(LAYOUTS[architecture.blazepose])
    return CspNext(architecture.stem, architecture.widths, architecture.depths, architecture.stem_depth)


def parameter_count(network: "PoseNetwork") -> int:
    """Learnt numbers of a network."""
    return sum(parameter.numel() for parameter in network.parameters())
