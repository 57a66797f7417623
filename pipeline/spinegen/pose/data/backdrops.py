"""Photographed surroundings that training puts behind people and before them: the shipped panoramas, and a user's own photographs."""

from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...engine.light.backdrops import load_picture
from ...errors import TrainingError
from ...media.pictures import PictureError, read_rgb
from ...media.sources import find_sources
from ...resources import PANORAMAS, shipped

FOV_DEG = (35.0, 95.0)
PITCH_DEG = (-30.0, 20.0)
PHOTOGRAPHS_KEPT = 400
"""More are spread over evenly: memory stays within some hundred megabytes."""
PHOTOGRAPH_SIDE_PX = 512


class Backdrops:
    """Views into panoramas and parts of photographs, drawn anew each time.

    Args:
        photographs: folder of a user's own pictures without people, or None.

    Raises:
        TrainingError: the folder holds no picture that can be read.
    """

    def __init__(self, photographs: Path | None) -> None:
        self.left_out: list[str] = []
        """Why each picture of the folder that could not be read was left out."""
        self.photographs = [] if photographs is None else _photographs(photographs, self.left_out)

    @cached_property
    def panoramas(self) -> list[NDArray[np.uint8]]:
        """(H, 2H, 3) RGB each, as a camera would expose them."""
        return [_exposed(load_picture(path)) for path in shipped(PANORAMAS, ".exr").values()]

    def view(self, rng: np.random.Generator, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
        """(h, w, 3) RGB of somewhere."""
        sources = len(self.panoramas) + len(self.photographs)
        chosen = int(rng.integers(sources))
        if chosen >= len(self.panoramas):
            return _part(self.photographs[chosen - len(self.panoramas)], rng, size_hw)
        return _perspective(self.panoramas[chosen], rng, size_hw)


def _photographs(folder: Path, left_out: list[str]) -> list[NDArray[np.uint8]]:
    paths = [file.path for file in find_sources(folder).pictures] if folder.is_dir() else []
    if len(paths) > PHOTOGRAPHS_KEPT:
        paths = [paths[i] for i in np.linspace(0, len(paths) - 1, PHOTOGRAPHS_KEPT).astype(int)]
    pictures: list[NDArray[np.uint8]] = []
    for path in paths:
        try:
            picture = read_rgb(path)
        except PictureError as error:
            left_out.append(str(error))
            continue
        scale = PHOTOGRAPH_SIDE_PX / min(picture.shape[:2])
        if scale < 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        pictures.append(np.asarray(picture, np.uint8))
    if not pictures:
        raise TrainingError(f"{folder}: holds no picture that can be read; backdrops are photographs without people")
    return pictures


def _exposed(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear radiance -> sRGB-like, with the median at a photographer's middle grey."""
    brightness = linear.mean(axis=2)
    exposed = linear * (0.2 / max(float(np.median(brightness)), 1e-6))
    return np.asarray(255 * np.clip(exposed / (1 + 0.3 * exposed), 0, 1) ** (1 / 2.2), np.uint8)


def _perspective(panorama: NDArray[np.uint8], rng: np.random.Generator, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """What a pinhole camera in the panorama's centre sees, turned by chance."""
    height, width = size_hw
    yaw, pitch = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(*PITCH_DEG))
    focal = 0.5 * height / np.tan(np.radians(rng.uniform(*FOV_DEG)) / 2)
    x = (np.arange(width, dtype=np.float32) - (width - 1) / 2)[None] / focal
    y = (np.arange(height, dtype=np.float32) - (height - 1) / 2)[:, None] / focal
    forward = np.cos(pitch) + y * np.sin(pitch)
    down = y * np.cos(pitch) - np.sin(pitch)
    azimuth = yaw + np.arctan2(np.broadcast_to(x, (height, width)), np.broadcast_to(forward, (height, width)))
    elevation = np.arctan2(-down, np.hypot(x, forward))
    rows, columns = panorama.shape[:2]
    map_x = np.mod(azimuth / (2 * np.pi), 1.0) * columns
    map_y = (0.5 - elevation / np.pi) * rows - 0.5
    return np.asarray(
        cv2.remap(
            panorama, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, None, cv2.BORDER_WRAP
        ),
        np.uint8,
    )


def _part(picture: NDArray[np.uint8], rng: np.random.Generator, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """A part of a photograph of the wanted shape, 40 to 100 % of what fits, mirrored or not."""
    height, width = picture.shape[:2]
    fits = min(height / size_hw[0], width / size_hw[1])
    scale = fits * rng.uniform(0.4, 1.0)
    rows, columns = max(round(size_hw[0] * scale), 1), max(round(size_hw[1] * scale), 1)
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    part = picture[top : top + rows, left : left + columns]
    part = cv2.resize(part, (size_hw[1], size_hw[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(part[:, ::-1] if rng.random() < 0.5 else part, np.uint8)
