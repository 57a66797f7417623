"""What happens to a batch's pixels, on the device where the network runs: sampling, backgrounds, colours, blur, patches.

Random numbers come from a numpy generator on the host, so a CPU and a GPU see the same draws.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..onnx_file import MEAN_RGB, STD_RGB
from ..settings import AugmentSettings


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
    pictures, masks = planes[:, :3], planes[:, 3:] / 255
    pictures = _swap_backgrounds(pictures, masks, has_mask, rng, settings.background)
    pictures = _patch(pictures, rng, settings.patches)
    pictures = _jitter(pictures, rng, settings)
    return _blur(pictures, rng, settings.blur).clamp(0, 255)


def _column(values: NDArray[np.floating] | NDArray[np.bool_], like: Tensor) -> Tensor:
    """(N, ...) host numbers on the device, broadcastable over pixels."""
    tensor = torch.as_tensor(values, dtype=torch.float32, device=like.device)
    return tensor.reshape(*tensor.shape, *([1] * (4 - tensor.ndim)))


def noise_pictures(count: int, input_hw: tuple[int, int], rng: np.random.Generator, device: torch.device) -> Tensor:
    """(N, 3, h, w) smooth random colours in 0..255 with three scales of detail."""
    total = torch.zeros(count, 3, *input_hw, device=device)
    for cells, amplitude in ((2, 110.0), (6, 60.0), (24, 35.0)):
        grid = torch.as_tensor(rng.uniform(-1, 1, (count, 3, cells, cells)), dtype=torch.float32, device=device)
        strength = _column(rng.uniform(0, 1, count), grid) * amplitude
        total += strength * functional.interpolate(grid, size=input_hw, mode="bilinear", align_corners=False)
    return total + _column(rng.uniform(40, 215, (count, 3)), total)


def _swap_backgrounds(
    pictures: Tensor, masks: Tensor, has_mask: NDArray[np.bool_], rng: np.random.Generator, probability: float
) -> Tensor:
    count = len(pictures)
    chosen = (rng.random(count) < probability) & has_mask
    others = torch.as_tensor(rng.permutation(count), device=pictures.device)
    from_noise = rng.random(count) < 0.5
    noise = noise_pictures(count, (int(pictures.shape[2]), int(pictures.shape[3])), rng, pictures.device)
    if not chosen.any():
        return pictures
    other = pictures[others]
    other = torch.where(_column(rng.random(count) < 0.5, other) > 0, other.flip(3), other)
    # another picture's own person would be a second, unlabelled one: noise stands where that person is
    other_mask = masks[others]
    other = torch.where(
        _column(from_noise | ~has_mask, other) > 0, noise, other * (1 - other_mask) + noise * other_mask
    )
    swapped = pictures * masks + other * (1 - masks)
    return torch.where(_column(chosen, pictures) > 0, swapped, pictures)


def _patch(pictures: Tensor, rng: np.random.Generator, probability: float) -> Tensor:
    """One or two rectangles a picture, of one colour or from another picture."""
    count, _, height, width = pictures.shape
    rows = torch.arange(height, device=pictures.device).view(1, 1, height, 1)
    columns = torch.arange(width, device=pictures.device).view(1, 1, 1, width)
    for share in (1.0, 0.5):
        chosen = rng.random(count) < probability * share
        size = rng.uniform(0.08, 0.35, (count, 2)) * [width, height]
        corner = rng.uniform(-0.1, 0.95, (count, 2)) * [width, height]
        color = rng.uniform(0, 255, (count, 3))
        copied = rng.random(count) < 0.5
        others = torch.as_tensor(rng.permutation(count), device=pictures.device)
        low_x, low_y = _column(corner[:, 0], pictures), _column(corner[:, 1], pictures)
        high_x, high_y = low_x + _column(size[:, 0], pictures), low_y + _column(size[:, 1], pictures)
        inside = (columns >= low_x) & (columns < high_x) & (rows >= low_y) & (rows < high_y)
        inside = inside & (_column(chosen, pictures) > 0)
        filling = torch.where(
            _column(copied, pictures) > 0, pictures[others].flip(2), _column(color, pictures).expand_as(pictures)
        )
        pictures = torch.where(inside, filling, pictures)
    return pictures


def _jitter(pictures: Tensor, rng: np.random.Generator, settings: AugmentSettings) -> Tensor:
    """Brightness, contrast, saturation, a tint and, rarely, exchanged channels."""
    count = len(pictures)
    chosen = rng.random(count) < settings.color
    gain = np.where(chosen[:, None], rng.uniform(0.6, 1.4, (count, 1)) * rng.uniform(0.85, 1.15, (count, 3)), 1.0)
    contrast = np.where(chosen, rng.uniform(0.6, 1.4, count), 1.0)
    saturation = np.where(chosen, rng.uniform(0.3, 1.5, count), 1.0)
    offset = np.where(chosen, rng.uniform(-20, 20, count), 0.0)
    grey = pictures.mean(dim=1, keepdim=True)
    out = grey + (pictures - grey) * _column(saturation, pictures)
    level = out.mean(dim=(1, 2, 3), keepdim=True)
    out = (level + (out - level) * _column(contrast, out)) * _column(gain, out) + _column(offset, out)
    swapped = rng.random(count) < settings.swap_channels
    return torch.where(_column(swapped, out) > 0, out.flip(1), out)


def _blur(pictures: Tensor, rng: np.random.Generator, probability: float) -> Tensor:
    """A Gaussian of 0.4 to 1.2 px for some of the pictures."""
    rows = np.flatnonzero(rng.random(len(pictures)) < probability)
    sigma = rng.uniform(0.4, 1.2)
    if not len(rows):
        return pictures
    offsets = torch.arange(-2, 3, dtype=torch.float32, device=pictures.device)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = (kernel / kernel.sum()).repeat(3, 1)
    index = torch.as_tensor(rows, device=pictures.device)
    some = functional.pad(pictures[index], (2, 2, 2, 2), mode="replicate")
    some = functional.conv2d(some, kernel.view(3, 1, 5, 1), groups=3)
    some = functional.conv2d(some, kernel.view(3, 1, 1, 5), groups=3)
    return pictures.index_copy(0, index, some)
