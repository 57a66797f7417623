"""Neck: the backbone's maps brought to one width, refined and summed from coarse to fine."""

from torch import Tensor, nn
from torch.nn import functional

from .blocks import DepthwiseUnit


class Refinement(nn.Module):
    """A depthwise 5x5 unit around which its input goes, too."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.unit = DepthwiseUnit(width, width, 5)

    def forward(self, features: Tensor) -> Tensor:
        return features + self.unit(features)


class Pyramid(nn.Module):
    """Top-down sum of all stages at stride 4, each level refined before it goes on.

    A frozen backbone's features are what photographs taught; the refinements are where drawn labels may teach more.
    """

    def __init__(self, widths: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(w, width, 1) for w in widths)
        self.refine = nn.ModuleList(Refinement(width) for _ in widths)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Maps from fine to coarse -> (N, width, H / 4, W / 4)."""
        levels = list(zip(self.lateral, self.refine, maps, strict=True))
        lateral, refine, coarsest = levels[-1]
        total = refine(lateral(coarsest))
        for lateral, refine, features in levels[-2::-1]:
            total = refine(functional.interpolate(total, scale_factor=2.0, mode="nearest") + lateral(features))
        return total
