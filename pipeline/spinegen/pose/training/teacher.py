"""A teacher network from an ONNX file: distributions of the 26 body keypoints for the student's inputs."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ...errors import TrainingError
from ..onnx_file import open_simcc

BODY_KEYPOINTS = 26
"""Ids 0-25 are Halpe-26 in both skeletons."""


class Teacher:
    """An RTMPose-style SimCC file that sees what the student sees, scaled to its own input size.

    Raises:
        TrainingError: no SimCC network, or fewer than 26 keypoints.
    """

    def __init__(self, path: Path, bins: tuple[int, int], device: torch.device) -> None:
        self.file = open_simcc(path, device.type)
        self.bins = bins
        if self.file.keypoints < BODY_KEYPOINTS:
            raise TrainingError(
                f"{path}: teacher has {self.file.keypoints} keypoints, needed are at least {BODY_KEYPOINTS} that begin with Halpe-26"
            )

    def distributions(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, h, w) normalised -> (N, 26, bins) over the student's x and y bins, each summing to 1."""
        x, y = self.file.distributions(resized(inputs, self.file.input_hw).contiguous().cpu().numpy())
        return self._rebin(x, self.bins[0], inputs), self._rebin(y, self.bins[1], inputs)

    def _rebin(self, distribution: NDArray[np.float32], bins: int, like: Tensor) -> Tensor:
        body = torch.from_numpy(distribution[:, :BODY_KEYPOINTS]).to(like.device)
        body = _stretched(body[:, :, None], 1, bins)[:, :, 0]
        return body / body.sum(dim=-1, keepdim=True).clamp(min=1e-12)


def resized(pictures: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """(N, C, h, w) -> (N, C, *size_hw): coordinate x becomes x * width / w exactly, as labels and bins do.

    (Interpolation as usual keeps the corners of the pixels in place, which would move all keypoints by a part of a pixel.)
    """
    return _stretched(pictures, *size_hw)


def _stretched(planes: Tensor, height: int, width: int) -> Tensor:
    old_height, old_width = planes.shape[2:]
    if (old_height, old_width) == (height, width):
        return planes
    axes = []
    for old, new in ((old_height, height), (old_width, width)):
        places = torch.arange(new, dtype=torch.float32, device=planes.device) * (old / new)
        axes.append(2 * places / max(old - 1, 1) - 1 if old > 1 else torch.zeros_like(places))
    rows, columns = torch.meshgrid(*axes, indexing="ij")
    grid = torch.stack([columns, rows], dim=-1).expand(len(planes), -1, -1, -1)
    return functional.grid_sample(planes, grid, mode="bilinear", padding_mode="border", align_corners=True)
