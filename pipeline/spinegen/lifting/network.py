"""The lifting network: a first half that is trained step by step, and what rays and bones correct in it."""

import torch
from torch import Tensor, nn

from .correction import OUTPUTS, Correction
from .view import FEATURES

DILATIONS = (1, 2, 4, 1, 1)
"""Of the blocks: a frame is told by those up to nine frames away."""


class TemporalBlock(nn.Module):
    """Neighbouring frames mixed channel by channel, then channels mixed frame by frame."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.before = nn.LayerNorm(width)
        self.earlier, self.now, self.later = (nn.Parameter(torch.zeros(width)) for _ in range(3))
        nn.init.ones_(self.now)
        self.widen, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, values: Tensor) -> Tensor:
        """(N, T, width) -> the same shape."""
        x = self.before(values)
        # what lies before the first frame and after the last one is as they are
        whole = torch.cat([*[x[:, :1]] * self.dilation, x, *[x[:, -1:]] * self.dilation], dim=1)
        mixed = (
            self.earlier * whole[:, : -2 * self.dilation] + self.now * x + self.later * whole[:, 2 * self.dilation :]
        )
        return values + self.narrow(nn.functional.silu(self.widen(mixed)))


class FirstHalf(nn.Module):
    """Every frame by itself through a wide layer, then blocks that look at neighbouring frames further and further away."""

    def __init__(self, width: int = 192) -> None:
        super().__init__()
        self.enter = nn.Linear(FEATURES, width)
        self.blocks = nn.ModuleList(TemporalBlock(width, dilation) for dilation in DILATIONS)
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, OUTPUTS))
        with torch.no_grad():
            for parameter in self.leave[1].parameters():
                parameter.mul_(0.05)

    def forward(self, features: Tensor) -> Tensor:
        """(N, T, FEATURES) -> (N, T, OUTPUTS)."""
        return self.both(features)[1]

    def both(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """The last layer (N, T, width) and the outputs."""
        x = nn.functional.silu(self.enter(features))
        for block in self.blocks:
            x = block(x)
        hidden = self.leave[0](x)
        return hidden, self.leave[1](hidden)


class LiftingNetwork(nn.Module):
    """`(N, T, FEATURES)` of any T -> points and up.

    The first 159 outputs are x, y, z of the 53 points in axes of the view, metres of a body of 1.70 m, S1 at 0; the last three point up.
    """

    def __init__(self, first: FirstHalf) -> None:
        super().__init__()
        self.first = first
        self.correction = Correction(first.enter.out_features)

    def forward(self, features: Tensor) -> Tensor:
        """(N, T, FEATURES) -> (N, T, OUTPUTS)."""
        hidden, first = self.first.both(features)
        return first + self.correction(features, hidden, first)
