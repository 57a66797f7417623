"""What happens to a batch's pixels, on the device where the network runs: sampling, backgrounds, patches, colours, and the faults of cameras.

Random numbers come from a numpy generator on the host, so a CPU and a GPU see the same draws.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..onnx_file import MEAN_RGB, STD_RGB
from ..settings import AugmentSettings
from .backdrops import Backdrops
from .camera_faults import camera_faults
from .occluders import occlude


def sample(crops: Tensor, matrices_crop_input: NDArray[np.float64], input_hw: tuple[int, int]) -> Tensor:
    """Bilinear samples of (N, H, W, C) uint8 crops -> (N, C, h, w) float in 0..255; outside is 0."""
    height, width = crops.shape[1:3]
    to_unit = np.array([[2 / (width - 1), 0, -1], [0, 2 / (height - 1), -1], [0, 0, 1]])
    matrices = np.concatenate([matrices_crop_input, np.tile([[[0.0, 0.0, 1.0]]], (len(crops), 1, 1))], axis=1)
    matrices = torch.as_tensor((to_unit @ matrices)[:, :2], dtype=torch.float32, device=crops.device)
    rows, columns = torch.meshgrid(
        torch.arange(input_hw[0], dtype=torch.float32, device=crops.device),
        torch.arange(input_hw[1], dtype=torch.float32, device=crops.device),
        indexing="ij",
    )
    base = torch.stack([columns, rows, torch.ones_like(rows)], dim=-1).reshape(1, -1, 3)
    grid = (base @ matrices.transpose(1, 2)).reshape(len(crops), *input_hw, 2)
    planes = crops.permute(0, 3, 1, 2).float()
    return functional.grid_sample(planes, grid, mode="bilinear", padding_mode="zeros", align_corners=True)


def normalize(pictures: Tensor) -> Tensor:
    """RGB in 0..255 -> the network's input."""
    mean = torch.tensor(MEAN_RGB, device=pictures.device).view(1, 3, 1, 1)
    std = torch.tensor(STD_RGB, device=pictures.device).view(1, 3, 1, 1)
    return (pictures - mean) / std


def disturb(
    planes: Tensor,
    has_mask: NDArray[np.bool_],
    rng: np.random.Generator,
    settings: AugmentSettings,
    *,
    backdrops: Backdrops,
) -> tuple[Tensor, Tensor]:
    """(N, 4, h, w) RGB and mask -> (N, 3, h, w) RGB, both in 0..255, with everything that leaves keypoints where they are.

    Returns:
        The pictures, and (N, h, w) bool: where something was pasted before the person.
    """
    surroundings = Surroundings(planes, rng, backdrops)
    pictures = _swap_backgrounds(planes, has_mask, rng, probability=settings.background, around=surroundings)
    covered = occlude(
        pictures, planes[:, 3] / 255, has_mask, rng, probability=settings.patches, fill=surroundings.texture
    )
    return camera_faults(_jitter(pictures, rng, settings), rng, settings), covered


class Surroundings:
    """What is put behind people and before them: views of `Backdrops`, noise, plain colours."""

    def __init__(self, like: Tensor, rng: np.random.Generator, backdrops: Backdrops) -> None:
        self.size_hw = (int(like.shape[2]), int(like.shape[3]))
        self.device, self.rng, self.backdrops = like.device, rng, backdrops

    def view(self) -> Tensor:
        """(3, h, w) of a photographed place."""
        picture = np.ascontiguousarray(self.backdrops.view(self.rng, self.size_hw).transpose(2, 0, 1))
        return torch.as_tensor(picture, device=self.device).float()

    def noise(self) -> Tensor:
        """(3, h, w) of smooth colours."""
        return noise_pictures(1, self.size_hw, self.rng, self.device)[0]

    def texture(self) -> Tensor:
        """(3, h, w) for something before a person."""
        kind = self.rng.random()
        if kind < 0.5:
            return self.view()
        if kind < 0.75:
            return self.noise()
        colour = torch.as_tensor(self.rng.uniform(0, 255, (3, 1, 1)), dtype=torch.float32, device=self.device)
        return colour.expand(3, *self.size_hw)


def noise_pictures(count: int, input_hw: tuple[int, int], rng: np.random.Generator, device: torch.device) -> Tensor:
    """(N, 3, h, w) smooth random colours in 0..255 with three scales of detail."""
    total = torch.zeros(count, 3, *input_hw, device=device)
    for cells, amplitude in ((2, 110.0), (6, 60.0), (24, 35.0)):
        strength = rng.uniform(0, amplitude, (count, 1, 1, 1))
        grid = rng.uniform(-1, 1, (count, 3, cells, cells)) * strength
        if cells == 2:
            grid += rng.uniform(40, 215, (count, 3, 1, 1))
        coarse = torch.as_tensor(grid, dtype=torch.float32, device=device)
        total += functional.interpolate(coarse, size=input_hw, mode="bilinear", align_corners=False)
    return total


def _swap_backgrounds(
    planes: Tensor, has_mask: NDArray[np.bool_], rng: np.random.Generator, *, probability: float, around: Surroundings
) -> Tensor:
    """A photographed place, another picture without its person, or noise behind some people; (N, 4, h, w) -> (N, 3, h, w), a copy."""
    pictures = planes[:, :3].clone()
    chosen = (rng.random(len(planes)) < probability) & has_mask
    others = rng.permutation(len(planes))
    kinds = rng.choice(("place", "other", "noise"), len(planes), p=(0.5, 0.35, 0.15))
    for row in np.flatnonzero(chosen):
        other = int(others[row])
        if kinds[row] == "place":
            behind = around.view()
        elif kinds[row] == "other" and has_mask[other] and other != row:
            # another picture's own person would be a second, unlabelled one: noise stands where that person is
            behind = torch.lerp(planes[other, :3], around.noise(), planes[other, 3] / 255)
            behind = behind.flip(2) if rng.random() < 0.5 else behind
        else:
            behind = around.noise()
        pictures[row] = torch.lerp(behind, planes[row, :3], planes[row, 3] / 255)
    return pictures


def _jitter(pictures: Tensor, rng: np.random.Generator, settings: AugmentSettings) -> Tensor:
    """Brightness, contrast, saturation, a tint and, rarely, exchanged channels: one colour matrix a picture."""
    count = len(pictures)
    chosen = rng.random(count) < settings.color
    gain = np.where(chosen[:, None], rng.uniform(0.6, 1.4, (count, 1)) * rng.uniform(0.85, 1.15, (count, 3)), 1.0)
    contrast = np.where(chosen, rng.uniform(0.6, 1.4, count), 1.0)
    saturation = np.where(chosen, rng.uniform(0.3, 1.5, count), 1.0)
    offset = np.where(chosen, rng.uniform(-20, 20, count), 0.0)
    swapped = rng.random(count) < settings.swap_channels
    matrix = saturation[:, None, None] * np.eye(3) + (1 - saturation[:, None, None]) / 3
    matrix = contrast[:, None, None] * gain[:, :, None] * matrix
    matrix[swapped] = matrix[swapped][:, ::-1]
    level = pictures.mean(dim=(1, 2, 3)).cpu().numpy()
    shift = ((1 - contrast) * level)[:, None] * gain + offset[:, None]
    shift[swapped] = shift[swapped][:, ::-1]
    weights = torch.as_tensor(matrix, dtype=torch.float32, device=pictures.device)
    bias = torch.as_tensor(shift[..., None], dtype=torch.float32, device=pictures.device)
    return torch.baddbmm(bias, weights, pictures.flatten(2)).reshape(pictures.shape)
