"""CSPNeXt, the convolutional backbone of RTMDet and RTMPose (arXiv 2212.07784, 2303.07399)."""

from collections.abc import Sequence

from torch import Tensor, nn

from ..nets.blocks import ConvUnit, CspLayer, PyramidPooling


class CspNext(nn.Module):
    """A stem at stride 2, then stages that halve the size each.

    Args:
        stem: channels after the stem.
        widths: channels of each stage (stage i has stride 4 * 2**i).
        depths: bottlenecks of each stage.
        stem_depth: convolutions of the stem (three in the literature).
    """

    def __init__(self, stem: int, widths: Sequence[int], depths: Sequence[int], stem_depth: int = 3) -> None:
        super().__init__()
        half = max(stem // 2, 8)
        units = [ConvUnit(3, half if stem_depth > 1 else stem, 3, stride=2)]
        for index in range(1, stem_depth):
            units.append(ConvUnit(half, stem if index == stem_depth - 1 else half, 3))
        self.stem = nn.Sequential(*units)
        stages: list[nn.Module] = []
        inputs = stem
        for index, (width, depth) in enumerate(zip(widths, depths, strict=True)):
            last = index == len(widths) - 1
            parts: list[nn.Module] = [ConvUnit(inputs, width, 3, stride=2)]
            if last:
                parts.append(PyramidPooling(width))
            parts.append(CspLayer(width, width, depth, identity=not last))
            stages.append(nn.Sequential(*parts))
            inputs = width
        self.stages = nn.ModuleList(stages)
        self.widths = tuple(widths)

    def forward(self, images: Tensor) -> list[Tensor]:
        """(N, 3, H, W) -> one map a stage, (N, widths[i], H / (4 * 2**i), W / (4 * 2**i))."""
        features = self.stem(images)
        maps = []
        for stage in self.stages:
            features = stage(features)
            maps.append(features)
        return maps
