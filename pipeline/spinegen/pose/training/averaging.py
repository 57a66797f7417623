"""Exponential moving average of a network's weights and running statistics."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


class MovingAverage(Generic[Network]):
    """A copy of a network that follows it slowly; early on it follows faster, so a short training is averaged too."""

    def __init__(self, network: Network, decay: float = 0.9995) -> None:
        self.network: Network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay, self.updates = decay, 0

    @torch.no_grad()
    def update(self, network: Network) -> None:
        """Move towards `network`."""
        self.updates += 1
        keep = min(self.decay, self.updates / (self.updates + 15))
        for mine, theirs in zip(self.network.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - keep)
            else:
                mine.copy_(theirs)
