"""Named network sizes, put together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .. import skeleton

if TYPE_CHECKING:
    from .nets.network import PoseNetwork

ModelSize = Literal["tiny", "small", "medium"]


@dataclass(frozen=True)
class Architecture:
    """Everything that decides the shape of a network."""

    size: str
    input_hw: tuple[int, int]
    """Height and width of the network's input in pixels."""
    stem: int
    stem_depth: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    field_width: int
    token_width: int
    split_ratio: float = 2.0
    """SimCC bins a pixel."""
    keypoints: int = skeleton.COUNT


ARCHITECTURES: dict[str, Architecture] = {
    "tiny": Architecture("tiny", (128, 96), 24, 2, (48, 96, 192), (1, 2, 1), 48, 128),
    "small": Architecture("small", (256, 192), 32, 3, (64, 128, 256, 512), (1, 2, 2, 1), 64, 256),
    "medium": Architecture("medium", (256, 192), 48, 3, (96, 192, 384, 768), (2, 4, 4, 2), 96, 256),
}
"""small and medium have the widths and depths of RTMPose-s and -m (arXiv 2303.07399, table 1); tiny is ours, for CPUs: a quarter of the
pixels and one stage less, so that its top map has the 8 x 6 cells of the others."""


def build_network(architecture: Architecture, seed: int = 0) -> "PoseNetwork":
    """A network with fresh weights, the same for the same seed."""
    import torch

    from .nets.cspnext import CspNext
    from .nets.head import SimccHead
    from .nets.network import PoseNetwork

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        backbone = CspNext(architecture.stem, architecture.widths, architecture.depths, architecture.stem_depth)
        head = SimccHead(
            architecture.widths,
            architecture.keypoints,
            architecture.input_hw,
            architecture.split_ratio,
            architecture.field_width,
            architecture.token_width,
        )
        return PoseNetwork(backbone, head)


def parameter_count(network: "PoseNetwork") -> int:
    """Learnt numbers of a network."""
    return sum(parameter.numel() for parameter in network.parameters())
