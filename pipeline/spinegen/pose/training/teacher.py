"""A teacher network from an ONNX file: distributions of the 26 body keypoints for the student's inputs."""

from pathlib import Path

import torch
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

    def __init__(self, path: Path, bins: tuple[int, int], split_ratio: float, device: torch.device) -> None:
        self.file = open_simcc(path, device.type)
        self.bins, self.split_ratio = bins, split_ratio
        if self.file.keypoints < BODY_KEYPOINTS:
            raise TrainingError(
                f"{path}: teacher has {self.file.keypoints} keypoints, needed are at least {BODY_KEYPOINTS} that begin with Halpe-26"
            )

    def distributions(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, h, w) normalised -> (N, 26, bins) over the student's x and y bins, each summing to 1."""
        if tuple(inputs.shape[2:]) != self.file.input_hw:
            resized = functional.interpolate(inputs, size=self.file.input_hw, mode="bilinear", align_corners=False)
        else:
            resized = inputs
        x, y = self.file.distributions(resized.contiguous().cpu().numpy())
        return self._rebin(torch.from_numpy(x), self.bins[0], inputs), self._rebin(
            torch.from_numpy(y), self.bins[1], inputs
        )

    def _rebin(self, distribution: Tensor, bins: int, like: Tensor) -> Tensor:
        body = distribution[:, :BODY_KEYPOINTS].to(like.device)
        if body.shape[-1] != bins:
            body = functional.interpolate(body, size=bins, mode="linear", align_corners=False)
        return body / body.sum(dim=-1, keepdim=True)
