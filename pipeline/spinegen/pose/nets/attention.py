"""Gated attention unit over keypoint tokens (Hua et al., arXiv 2202.10447), as RTMPose uses it."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class ScaleNorm(nn.Module):
    """Tokens divided by their root mean square, times one learnt factor (arXiv 1910.05895)."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, tokens: Tensor) -> Tensor:
        size = tokens.pow(2).mean(dim=-1, keepdim=True).sqrt().clamp(min=1e-5)
        return tokens / size * self.scale


class GatedAttention(nn.Module):
    """Self-attention with squared-ReLU scores whose output gates a linear unit; residual.

    Args:
        width: size of a token.
        shared: size of the shared query/key base.
        expansion: hidden size as a multiple of `width`.
    """

    def __init__(self, width: int, shared: int = 128, expansion: int = 2) -> None:
        super().__init__()
        self.sizes = (expansion * width, expansion * width, shared)
        self.norm = ScaleNorm()
        self.spread = nn.Linear(width, sum(self.sizes), bias=False)
        self.factor = nn.Parameter(torch.rand(2, shared))
        self.offset = nn.Parameter(torch.zeros(2, shared))
        self.merge = nn.Linear(expansion * width, width, bias=False)
        self.keep = nn.Parameter(torch.ones(width))

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, K, width) -> (N, K, width)."""
        gate, value, base = functional.silu(self.spread(self.norm(tokens))).split(self.sizes, dim=-1)
        query = base * self.factor[0] + self.offset[0]
        key = base * self.factor[1] + self.offset[1]
        scores = (query @ key.transpose(1, 2) / math.sqrt(self.sizes[2])).relu().square()
        return tokens * self.keep + self.merge(gate * (scores @ value))
