"""BlazePose's convolutional body network (arXiv 2006.10204) as MediaPipe ships it: a MobileNetV2-like trunk and a top-down pyramid.

Batch norms are folded into the convolutions, as in the published files. What follows the heatmaps there (regression of 3D points, person
mask) is left out: the features and heatmaps are what a pose network can stand on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..onnx_file import MEAN_RGB, STD_RGB

STEM_WIDTH = 24
POINTS = 39
"""Heatmaps: the 33 points of BlazePose and six that place its next crop."""
HEATMAP_SHARE = 1 / 8
"""Factor of the heatmaps' logits in the map that the backbone gives: features there are about as large."""
SHARPNESS = 1.5
"""Factor of a heatmap's logits at which most of its softmax over a picture's cells lies at the peak."""
PUBLISHED_POINTS: dict[str, int] = {
    "nose": 0,
    "left_eye": 2,
    "right_eye": 5,
    "left_ear": 7,
    "right_ear": 8,
    "left_shoulder": 11,
    "right_shoulder": 12,
    "left_elbow": 13,
    "right_elbow": 14,
    "left_wrist": 15,
    "right_wrist": 16,
    "left_hip": 23,
    "right_hip": 24,
    "left_knee": 25,
    "right_knee": 26,
    "left_ankle": 27,
    "right_ankle": 28,
    "left_heel": 29,
    "right_heel": 30,
    "left_big_toe": 31,
    "right_big_toe": 32,
}
"""Heatmap of each keypoint that BlazePose knows, too."""


@dataclass(frozen=True)
class Block:
    """An inverted residual: widen, filter each channel, narrow; added to its input where the shapes agree."""

    kernel: int
    stride: int
    expanded: int
    width: int


@dataclass(frozen=True)
class BlazePoseLayout:
    """Widths and depths of a variant."""

    base: int
    """Channels at stride 2."""
    blocks: tuple[Block, ...]
    fused: int
    """Channels of the top-down pyramid."""

    @property
    def taps(self) -> tuple[int, ...]:
        """Blocks after which the stride changes, and the last: the maps of stride 4, 8, 16 and 32."""
        last = len(self.blocks) - 1
        return (*(i for i in range(last) if self.blocks[i + 1].stride == 2), last)

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the maps that the backbone gives: fused features and heatmaps of stride 4, then the trunk's of stride 8, 16 and 32."""
        return (self.fused + POINTS, *(self.blocks[i].width for i in self.taps[1:]))


def _stage(kernel: int, stride: int, *, widths: tuple[int, int], depth: int, expanded: tuple[int, ...]) -> list[Block]:
    """Blocks of one kernel; the first goes from `widths[0]` to `widths[1]`; `expanded` repeats its last."""
    padded = [*expanded, *([expanded[-1]] * (depth - len(expanded)))]
    return [Block(kernel, stride if i == 0 else 1, padded[i], widths[1]) for i in range(depth)]


def _layout(base: int, *, widths: tuple[int, ...], depths: tuple[int, ...], second: int, fused: int) -> BlazePoseLayout:
    """Five stages of kernels 3, 5, 3, 5, 5 and strides 2, 2, 2, 1, 2.

    Args:
        second: expanded width of the second block, the only one that no rule gives.
    """
    kernels, strides = (3, 5, 3, 5, 5), (2, 2, 2, 1, 2)
    blocks: list[Block] = []
    before = base
    for index, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        first = (4 if index == 0 else 6) * before
        expanded = (first, second, 6 * width) if index == 0 else (first, 6 * width)
        blocks += _stage(kernels[index], strides[index], widths=(before, width), depth=depth, expanded=expanded[:depth])
        before = width
    return BlazePoseLayout(base, tuple(blocks), fused)


LAYOUTS: dict[str, BlazePoseLayout] = {
    "blazepose-lite": _layout(8, widths=(16, 24, 40, 56, 96), depths=(2, 2, 3, 3, 4), second=96, fused=32),
    "blazepose-full": _layout(16, widths=(24, 32, 64, 88, 144), depths=(2, 2, 3, 3, 4), second=144, fused=48),
    "blazepose-heavy": _layout(24, widths=(32, 56, 112, 160, 272), depths=(4, 4, 6, 6, 8), second=128, fused=48),
}


class Separable(nn.Module):
    """A depthwise 3x3 convolution and a pointwise one, each followed by ReLU6 (the second only where `activated`)."""

    def __init__(self, inputs: int, outputs: int, activated: bool) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)
        self.activated = activated

    def forward(self, features: Tensor) -> Tensor:
        out = self.pointwise(functional.relu6(self.depthwise(features)))
        return functional.relu6(out) if self.activated else out


class InvertedResidual(nn.Module):
    """`Block` as a module."""

    def __init__(self, inputs: int, block: Block) -> None:
        super().__init__()
        self.expand = nn.Conv2d(inputs, block.expanded, 1)
        self.depthwise = nn.Conv2d(
            block.expanded, block.expanded, block.kernel, block.stride, block.kernel // 2, groups=block.expanded
        )
        self.project = nn.Conv2d(block.expanded, block.width, 1)
        self.adds = block.stride == 1 and inputs == block.width

    def forward(self, features: Tensor) -> Tensor:
        out = functional.relu6(self.depthwise(functional.relu6(self.expand(features))))
        out = self.project(out)
        return features + out if self.adds else out


class Top(nn.Module):
    """The trunk's end: widened and filtered, not narrowed again."""

    def __init__(self, inputs: int, expanded: int) -> None:
        super().__init__()
        self.expand = nn.Conv2d(inputs, expanded, 1)
        self.depthwise = nn.Conv2d(expanded, expanded, 3, padding=1, groups=expanded)

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu6(self.depthwise(functional.relu6(self.expand(features))))


class BlazePose(nn.Module):
    """Normalised pictures -> maps of stride 4 (fused top-down, with the published heatmaps), 8, 16 and 32.

    Any size whose sides are multiples of 32; the published weights learnt 256 x 256.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, layout: BlazePoseLayout) -> None:
        super().__init__()
        self.layout = layout
        self.stem = nn.Conv2d(3, STEM_WIDTH, 3, 2, 1)
        self.base = Separable(STEM_WIDTH, layout.base, activated=False)
        inputs = [layout.base, *(block.width for block in layout.blocks)]
        self.blocks = nn.ModuleList(InvertedResidual(w, b) for w, b in zip(inputs[:-1], layout.blocks, strict=True))
        top = 6 * inputs[-1]
        self.top = Top(inputs[-1], top)
        lateral = [*(layout.blocks[i].width for i in layout.taps[:-1]), top]
        self.laterals = nn.ModuleList(Separable(width, layout.fused, activated=True) for width in lateral)
        self.points = nn.Conv2d(layout.fused, POINTS, 1)
        self.register_buffer("mean", torch.tensor(MEAN_RGB).view(1, 3, 1, 1) / 255, persistent=False)
        self.register_buffer("std", torch.tensor(STD_RGB).view(1, 3, 1, 1) / 255, persistent=False)

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the maps that `forward` gives."""
        return self.layout.widths

    def forward(self, images: Tensor) -> list[Tensor]:
        """(N, 3, H, W), normalised with ImageNet's mean and deviation -> four maps, (N, widths[i], H / s, W / s), s = 4, 8, 16, 32."""
        features = self.base(functional.relu6(self.stem(images * self.std + self.mean)))
        taps = []
        for index, block in enumerate(self.blocks):
            features = block(features)
            if index in self.layout.taps:
                taps.append(features)
        fused = self.laterals[-1](self.top(features))
        for lateral, tap in zip(list(self.laterals)[-2::-1], taps[-2::-1], strict=True):
            fused = functional.interpolate(fused, scale_factor=2.0, mode="bilinear", align_corners=False) + lateral(tap)
        return [torch.cat([fused, HEATMAP_SHARE * self.points(fused)], dim=1), *taps[1:]]

    def heatmaps(self, finest: Tensor) -> Tensor:
        """(N, fused + 39, h, w), the first map of `forward` -> (N, 39, h, w), logits of the original's points."""
        return finest[:, self.layout.fused :] / HEATMAP_SHARE

    def evidence(self, keypoints: Sequence[str]) -> Tensor:
        """(K, widths[0]) weights that make each keypoint's logits of the finest map: its published heatmap, or zero where there is none."""
        weights = torch.zeros(len(keypoints), self.widths[0])
        for row, name in enumerate(keypoints):
            if name in PUBLISHED_POINTS:
                weights[row, self.layout.fused + PUBLISHED_POINTS[name]] = SHARPNESS / HEATMAP_SHARE
        return weights


class UpperTrunk(nn.Module):
    """The trunk from one of its taps on, a second time: begins as published and learns, while the backbone beside it, with the fused features
    and heatmaps that photographs taught, stays what it was.

    Args:
        tap: number of the map of `BlazePose.forward`, 1 or 2, from which it goes on.
    """

    def __init__(self, layout: BlazePoseLayout, tap: int) -> None:
        super().__init__()
        self.tap = tap
        self.first = layout.taps[tap] + 1
        self.taps = tuple(index - self.first for index in layout.taps[tap + 1 :])
        inputs = [layout.base, *(block.width for block in layout.blocks)]
        rows = range(self.first, len(layout.blocks))
        self.blocks = nn.ModuleList(InvertedResidual(inputs[i], layout.blocks[i]) for i in rows)

    def follow(self, backbone: BlazePose) -> None:
        """Take the backbone's weights."""
        for own, published in zip(self.blocks, list(backbone.blocks)[self.first :], strict=True):
            own.load_state_dict(published.state_dict())

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """The backbone's maps -> the same up to the tap, its own beyond."""
        features, own = maps[self.tap], []
        for index, block in enumerate(self.blocks):
            features = block(features)
            if index in self.taps:
                own.append(features)
        return [*maps[: self.tap + 1], *own]
