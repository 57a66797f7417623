"""Teachers: networks that know body points, or all of ours, and give their distributions for the student's inputs."""

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ... import skeleton
from ...errors import TrainingError
from ..assembly import blazepose_network
from ..backbones.blazepose import PUBLISHED_POINTS, SHARPNESS
from ..names import BACKBONES
from ..nets.head import spreading
from ..networks import network_file
from ..onnx_file import open_simcc

COCO_KEYPOINTS, HALPE_KEYPOINTS = 17, 26
"""Ids 0-16 are COCO's and 0-25 Halpe's in our skeleton, too."""


class Teacher(Protocol):
    """What can teach."""

    keypoints: tuple[int, ...]
    """Ids of the student's keypoints that it knows."""

    def distributions(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, h, w) normalised -> (N, len(keypoints), bins) over the student's x and y bins, each summing to 1."""
        ...


def open_teacher(name: str, bins: tuple[int, int], device: torch.device) -> Teacher:
    """The teacher of a name or file.

    Args:
        name: a shipped BlazePose, a shipped network of ours, or the path of an ONNX file.
        bins: the student's bins along x and y.

    Raises:
        TrainingError: no SimCC network, or one of other keypoints.
    """
    if name in BACKBONES:
        return BlazePoseTeacher(name, bins, device)
    return SimccTeacher(network_file(name), bins, device)


class SimccTeacher:
    """An RTMPose-style SimCC file that sees what the student sees, scaled to its own input size.

    Raises:
        TrainingError: no SimCC network, or neither our keypoints nor 17 of COCO nor at least 26 that begin with Halpe's.
    """

    def __init__(self, path: Path, bins: tuple[int, int], device: torch.device) -> None:
        self.file = open_simcc(path, device.type)
        self.bins = bins
        if self.file.names == skeleton.NAMES:
            known = skeleton.COUNT
        else:
            known = HALPE_KEYPOINTS if self.file.keypoints >= HALPE_KEYPOINTS else COCO_KEYPOINTS
        if self.file.keypoints < HALPE_KEYPOINTS and self.file.keypoints != COCO_KEYPOINTS:
            raise TrainingError(
                f"{path}: teacher has {self.file.keypoints} keypoints, needed are {COCO_KEYPOINTS} (COCO) or at least "
                f"{HALPE_KEYPOINTS} that begin with Halpe-26"
            )
        self.keypoints = tuple(range(known))

    def distributions(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """See `Teacher`."""
        x, y = self.file.distributions(resized(inputs, self.file.input_hw).contiguous().cpu().numpy())
        return self._rebin(x, self.bins[0], inputs), self._rebin(y, self.bins[1], inputs)

    def _rebin(self, distribution: NDArray[np.float32], bins: int, like: Tensor) -> Tensor:
        body = torch.from_numpy(distribution[:, : len(self.keypoints)]).to(like.device)
        body = _stretched(body[:, :, None], 1, bins)[:, :, 0]
        return body / body.sum(dim=-1, keepdim=True).clamp(min=1e-12)


class BlazePoseTeacher:
    """A shipped BlazePose: its heatmaps' softmax, summed along rows and columns."""

    def __init__(self, name: str, bins: tuple[int, int], device: torch.device) -> None:
        self.network = blazepose_network(name).to(device).eval()
        self.bins = bins
        self.keypoints = tuple(skeleton.INDEX[point] for point in PUBLISHED_POINTS)
        self.rows = list(PUBLISHED_POINTS.values())

    @torch.no_grad()
    def distributions(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """See `Teacher`."""
        heatmaps = self.network.heatmaps(self.network(inputs)[0])[:, self.rows]
        share = (SHARPNESS * heatmaps).flatten(2).softmax(dim=-1).reshape(heatmaps.shape)
        across, down = share.sum(dim=2), share.sum(dim=3)
        spread_x = spreading(across.shape[-1], self.bins[0]).to(across)
        spread_y = spreading(down.shape[-1], self.bins[1]).to(down)
        return across @ spread_x, down @ spread_y


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
