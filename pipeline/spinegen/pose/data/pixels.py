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
from .camera_faults import camera_faults


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


def disturb(planes: Tensor, has_mask: NDArray[np.bool_], rng: np.random.Generator, settings: AugmentSettings) -> Tensor:
    """(N, 4, h, w) RGB and mask -> (N, 3, h, w) RGB, both in 0..255, with everything that leaves keypoints where they are."""
    pictures = _swap_backgrounds(planes, has_mask, rng, settings.background)
    _patch(pictures, rng, settings.patches)
    return camera_faults(_jitter(pictures, rng, settings), rng, settings)


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
    planes: Tensor, has_mask: NDArray[np.bool_], rng: np.random.Generator, probability: float
) -> Tensor:
    """Another picture, mirrored or not, or noise behind some people; (N, 4, h, w) -> (N, 3, h, w), a copy."""
    count = len(planes)
    pictures = planes[:, :3].clone()
    chosen = (rng.random(count) < probability) & has_mask
    others = rng.permutation(count)
    only_noise = rng.random(count) < 0.5
    mirrored = rng.random() < 0.5
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return pictures
    noise = noise_pictures(len(rows), (int(planes.shape[2]), int(planes.shape[3])), rng, planes.device)
    index = torch.as_tensor(rows, device=planes.device)
    behind = planes[torch.as_tensor(others[rows], device=planes.device)]
    if mirrored:
        behind = behind.flip(3)
    # another picture's own person would be a second, unlabelled one: noise stands where that person is
    hidden = behind[:, 3:] / 255
    hidden[torch.as_tensor((only_noise | ~has_mask[others])[rows], device=planes.device)] = 1.0
    behind = torch.lerp(behind[:, :3], noise, hidden)
    pictures[index] = torch.lerp(behind, planes[index, :3], planes[index, 3:] / 255)
    return pictures


def _patch(pictures: Tensor, rng: np.random.Generator, probability: float) -> None:
    """In place: up to two rectangles a picture, of one colour or from another picture."""
    count, _, height, width = pictures.shape
    source = pictures.clone() if probability > 0 else pictures
    for share in (1.0, 0.5):
        chosen = rng.random(count) < probability * share
        sizes = np.round(rng.uniform(0.08, 0.35, (count, 2)) * [height, width]).astype(int)
        corners = np.round(rng.uniform(-0.05, 0.95, (count, 2)) * [height, width]).astype(int)
        colors = torch.as_tensor(rng.uniform(0, 255, (count, 3, 1, 1)), dtype=torch.float32, device=pictures.device)
        copied = rng.random(count) < 0.5
        others = rng.permutation(count)
        for row in np.flatnonzero(chosen):
            top, left = np.maximum(corners[row], 0)
            bottom, right = np.minimum(corners[row] + sizes[row], [height, width])
            where = (slice(None), slice(top, bottom), slice(left, right))
            pictures[row][where] = source[others[row]][where] if copied[row] else colors[row]


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
