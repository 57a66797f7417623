"""What cameras and files do to pictures: spectra of other lenses and scenes, low resolution, blur, sensor noise, JPEG.

Drawn pictures are sharper, cleaner and smoother than photographs; a network that has seen these faults looks at shapes instead. Of all
augmentations, disturbing the amplitude spectrum gained most for hands learnt from drawings (arXiv 2503.19307).
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..settings import AugmentSettings

SPECTRUM_CELLS = 12
"""Cells of the smooth random gain over the frequencies."""
SPECTRUM_DEVIATION = 0.45
"""Largest deviation of the gain's logarithm."""


def camera_faults(pictures: Tensor, rng: np.random.Generator, settings: AugmentSettings) -> Tensor:
    """(N, 3, h, w) RGB in 0..255 -> the same, each fault on its own share of the pictures."""
    count = len(pictures)
    chosen = {
        name: np.flatnonzero(rng.random(count) < getattr(settings, name))
        for name in ("spectrum", "low_resolution", "blur", "noise", "jpeg")
    }
    disturb_spectrum(pictures, chosen["spectrum"], rng)
    coarsen(pictures, chosen["low_resolution"], rng)
    blur(pictures, chosen["blur"], rng)
    add_noise(pictures, chosen["noise"], rng)
    pictures.clamp_(0, 255)
    compress(pictures, chosen["jpeg"], rng)
    return pictures


def disturb_spectrum(pictures: Tensor, rows: NDArray[np.int64], rng: np.random.Generator) -> None:
    """In place: amplitudes multiplied by a smooth random gain over the frequencies, phases kept; the mean stays."""
    if not len(rows):
        return
    height, width = pictures.shape[2:]
    deviation = rng.uniform(0.1, SPECTRUM_DEVIATION, (len(rows), 1, 1, 1))
    coarse = rng.normal(0, 1, (len(rows), 3, 2 * SPECTRUM_CELLS, SPECTRUM_CELLS)) * deviation
    gain = torch.as_tensor(coarse, dtype=torch.float32, device=pictures.device)
    gain = functional.interpolate(gain, size=(height, width // 2 + 1), mode="bilinear", align_corners=False).exp()
    gain[:, :, 0, 0] = 1
    index = torch.as_tensor(rows, device=pictures.device)
    spectrum = torch.fft.rfft2(pictures[index]) * gain
    pictures[index] = torch.fft.irfft2(spectrum, s=(height, width))


def coarsen(pictures: Tensor, rows: NDArray[np.int64], rng: np.random.Generator) -> None:
    """In place: some pictures at 1/1.5 to 1/5 of their resolution, enlarged again."""
    for row, factor in zip(rows, np.exp(rng.uniform(np.log(1.5), np.log(5.0), len(rows))), strict=True):
        height, width = pictures.shape[2:]
        size = (max(round(height / factor), 16), max(round(width / factor), 16))
        small = functional.interpolate(pictures[row][None], size=size, mode="area")
        pictures[row] = functional.interpolate(small, size=(height, width), mode="bilinear", align_corners=False)[0]


def blur(pictures: Tensor, rows: NDArray[np.int64], rng: np.random.Generator) -> None:
    """In place: a Gaussian of 0.4 to 1.8 px, along one direction (motion) or both (focus)."""
    kinds = rng.integers(0, 3, len(rows))
    sigmas = rng.uniform(0.4, 1.8, len(rows))
    for row, kind, sigma in zip(rows, kinds, sigmas, strict=True):
        offsets = torch.arange(-4, 5, dtype=torch.float32, device=pictures.device)
        kernel = torch.exp(-0.5 * (offsets / float(sigma)) ** 2)
        kernel = (kernel / kernel.sum()).repeat(3, 1)
        picture = pictures[row][None]
        if kind != 1:
            padded = functional.pad(picture, (0, 0, 4, 4), mode="replicate")
            picture = functional.conv2d(padded, kernel.view(3, 1, 9, 1), groups=3)
        if kind != 2:
            padded = functional.pad(picture, (4, 4, 0, 0), mode="replicate")
            picture = functional.conv2d(padded, kernel.view(3, 1, 1, 9), groups=3)
        pictures[row] = picture[0]


def add_noise(pictures: Tensor, rows: NDArray[np.int64], rng: np.random.Generator) -> None:
    """In place: noise of a sensor, of 2 to 14 grey levels, finer or coarser than a pixel."""
    if not len(rows):
        return
    height, width = pictures.shape[2:]
    for row in rows:
        cell = int(rng.integers(1, 3))
        shape = (1, 3, -(-height // cell), -(-width // cell))
        noise = torch.as_tensor(rng.standard_normal(shape, dtype=np.float32), device=pictures.device)
        if cell > 1:
            noise = functional.interpolate(noise, scale_factor=float(cell), mode="bilinear", align_corners=False)
        pictures[row] += noise[0, :, :height, :width] * float(rng.uniform(2, 14))


def compress(pictures: Tensor, rows: NDArray[np.int64], rng: np.random.Generator) -> None:
    """In place: JPEG of quality 12 to 70, with its colours at half resolution."""
    for row, quality in zip(rows, rng.integers(12, 71, len(rows)), strict=True):
        image = pictures[row].round().to(torch.uint8).permute(1, 2, 0).contiguous().cpu().numpy()
        encoded = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
        decoded = np.ascontiguousarray(np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))[..., ::-1])
        pictures[row] = torch.from_numpy(decoded).to(pictures.device).permute(2, 0, 1).float()
