"""A pose network: backbone and SimCC head."""

from typing import Self

import torch
from torch import Tensor, nn

from .head import SimccHead


class PoseNetwork(nn.Module):
    """Normalised image crops -> SimCC logits.

    Args:
        backbone: pictures -> a list of maps of stride 4, 8, 16, ...
        upper: maps -> maps, a part of the backbone a second time that learns where the backbone is frozen; None: nothing.
    """

    def __init__(self, backbone: nn.Module, head: SimccHead, upper: nn.Module | None = None) -> None:
        super().__init__()
        self.backbone = backbone
        self.upper = upper
        self.head = head

    def train(self, mode: bool = True) -> Self:
        """As `nn.Module.train`; the running means of a frozen backbone's norms stay, too."""
        super().train(mode)
        if not any(parameter.requires_grad for parameter in self.backbone.parameters()):
            self.backbone.eval()
        return self

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, H, W) -> logits (N, K, bins_x), (N, K, bins_y); their softmax is the distribution of the keypoint."""
        return self.with_field(images)[:2]

    def with_field(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As `forward`, and the head's field (N, K, H / 4, W / 4), which has a loss of its own in training."""
        maps = self.backbone(images)
        return self.head(maps if self.upper is None else self.upper(maps))


def place(network: PoseNetwork, device: torch.device | str) -> PoseNetwork:
    """Move a network to a device, channels last: the layout in which convolutions are fastest on CPUs and GPUs."""
    network.to(device)
    return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
