"""Building blocks of CSPNeXt: convolution units, depthwise bottleneck, cross-stage partial layer, pyramid pooling."""

import torch
from torch import Tensor, nn

NORM_EPSILON = 1e-3


class ConvUnit(nn.Sequential):
    """Convolution, batch norm, SiLU; padding keeps the size at stride 1."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, *, stride: int = 1, groups: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outputs, eps=NORM_EPSILON, momentum=0.03),
            nn.SiLU(inplace=True),
        )


class DepthwiseUnit(nn.Sequential):
    """A depthwise convolution and the pointwise one that mixes its channels."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 5) -> None:
        super().__init__(ConvUnit(inputs, inputs, kernel, groups=inputs), ConvUnit(inputs, outputs))


class CspNextBlock(nn.Module):
    """3x3 convolution, then a 5x5 depthwise-separable one; RTMDet (arXiv 2212.07784), figure 3."""

    def __init__(self, channels: int, identity: bool) -> None:
        super().__init__()
        self.first = ConvUnit(channels, channels, 3)
        self.second = DepthwiseUnit(channels, channels, 5)
        self.identity = identity

    def forward(self, features: Tensor) -> Tensor:
        out = self.second(self.first(features))
        return features + out if self.identity else out


class ChannelAttention(nn.Module):
    """Channels gated by their own mean over the image."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1)
        self.gate = nn.Hardsigmoid(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        return features * self.gate(self.mix(features.mean(dim=(2, 3), keepdim=True)))


class CspLayer(nn.Module):
    """Half of the channels pass `blocks` bottlenecks, half go around them."""

    def __init__(self, inputs: int, outputs: int, blocks: int, identity: bool) -> None:
        super().__init__()
        middle = outputs // 2
        self.through = ConvUnit(inputs, middle)
        self.around = ConvUnit(inputs, middle)
        self.blocks = nn.Sequential(*(CspNextBlock(middle, identity) for _ in range(blocks)))
        self.attention = ChannelAttention(2 * middle)
        self.merge = ConvUnit(2 * middle, outputs)

    def forward(self, features: Tensor) -> Tensor:
        joined = torch.cat([self.blocks(self.through(features)), self.around(features)], dim=1)
        return self.merge(self.attention(joined))


class PyramidPooling(nn.Module):
    """Max pooling over 5, 9 and 13 pixels beside the input, merged: the top stage sees the whole person."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = ConvUnit(channels, channels // 2)
        self.pool = nn.MaxPool2d(5, stride=1, padding=2)
        self.merge = ConvUnit(4 * (channels // 2), channels)

    def forward(self, features: Tensor) -> Tensor:
        levels = [self.squeeze(features)]
        for _ in range(3):
            levels.append(self.pool(levels[-1]))
        return self.merge(torch.cat(levels, dim=1))
