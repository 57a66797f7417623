"""Users' pictures as surroundings: equirectangular HDRIs and ordinary photographs."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...picture_limits import oversize
from ..content.colour import LUMINANCE, to_linear
from ..protocol.vocabulary import Backdrop
from .exr import read_exr
from .radiance_map import DIRECTIONS, HEIGHT, WIDTH

MAX_WIDTH = 2048
MEAN_KCD = 3.0
"""Mean radiance that a picture's mean brightness stands for."""
SUN_TIMES_MEAN = 60.0
"""A spot of an HDRI that is so much brighter than the mean is its sun."""


@dataclass(frozen=True, eq=False)
class Pictured:
    """A user's picture, ready to draw and to light with."""

    picture: NDArray[np.float32]
    """`(H, W, 3)` linear; HDRI: kcd/m2 without its sun; photo: 0..1."""
    radiance: NDArray[np.float64]
    """`(HEIGHT * WIDTH, 3)` kcd/m2."""
    sun_direction: NDArray[np.float64] | None = None
    sun_klux: NDArray[np.float64] | None = None


def load_picture(path: Path) -> NDArray[np.float32]:
    """`(H, W, 3)` linear RGB of .hdr, .exr, .npy, or an ordinary picture (whose sRGB is made linear).

    Raises:
        EngineError: not readable, not a picture, or larger than `picture_limits.MAX_PIXELS`.
    """
    too_large = oversize(path)
    if too_large is not None:
        raise EngineError(too_large)
    if path.suffix.lower() == ".npy":
        try:
            picture = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise EngineError(f"{path}: cannot be read: {error}") from None
    elif path.suffix.lower() == ".exr":
        picture = read_exr(path)
    else:
        try:
            picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        except cv2.error as error:
            raise EngineError(f"{path}: cannot be read: {error}") from None
        if picture is None:
            raise EngineError(f"{path}: cannot be read as a picture")
        if picture.ndim == 3:
            picture = picture[..., 2::-1]
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, 2)
    if picture.ndim != 3 or picture.shape[2] < 3 or min(picture.shape[:2]) < 2:
        raise EngineError(f"{path}: must be (H, W, 3), found {picture.shape}")
    picture = picture[..., :3]
    if picture.dtype == np.uint8:
        return to_linear(picture / 255.0).astype(np.float32)
    if picture.dtype == np.uint16:
        return to_linear(picture / 65535.0).astype(np.float32)
    return np.clip(np.nan_to_num(picture.astype(np.float32)), 0.0, 1e6)


@lru_cache(maxsize=3)
def pictured(backdrop: Backdrop) -> Pictured:
    """Read and scale a user's picture; the last few are kept.

    Raises:
        EngineError: see `load_picture`.
    """
    linear = load_picture(Path(backdrop.path or ""))
    if linear.shape[1] > MAX_WIDTH:
        size = (MAX_WIDTH, max(2, round(linear.shape[0] * MAX_WIDTH / linear.shape[1])))
        linear = np.asarray(cv2.resize(linear, size, interpolation=cv2.INTER_AREA), np.float32)
    if backdrop.kind == "photo":
        return Pictured(linear, _photo_light(linear) * backdrop.intensity)
    linear = np.roll(linear, round(backdrop.yaw_deg / 360.0 * linear.shape[1]), axis=1)
    small = np.asarray(cv2.resize(linear, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float64).reshape(-1, 3)
    weight = np.maximum(1.0 - DIRECTIONS[:, 1] ** 2, 1e-3) ** 0.5
    brightness = small @ LUMINANCE
    mean = float((np.minimum(brightness, np.median(brightness) * 20 + 1e-6) * weight).sum() / weight.sum())
    scale = MEAN_KCD * backdrop.intensity / max(mean, 1e-6)
    limit = SUN_TIMES_MEAN * mean
    sun = brightness > limit
    direction = klux = None
    if sun.any():
        solid = (weight * np.pi / HEIGHT * 2 * np.pi / WIDTH)[:, None]
        excess = np.where(sun[:, None], small * (1 - limit / np.maximum(brightness, 1e-9))[:, None], 0.0)
        klux = (excess * solid).sum(0) * scale
        mean_direction = (DIRECTIONS * (excess @ LUMINANCE)[:, None]).sum(0)
        direction = mean_direction / np.linalg.norm(mean_direction)
        small = small - excess
    return Pictured(np.minimum(linear * scale, 500.0).astype(np.float32), small * scale, direction, klux)


def _photo_light(linear: NDArray[np.float32]) -> NDArray[np.float64]:
    """Light guessed from an ordinary picture: its upper part above, its lower part below, left and right kept apart."""
    small = np.asarray(cv2.resize(linear, (2, 4), interpolation=cv2.INTER_AREA), np.float64)
    small *= MEAN_KCD / max(float((small @ LUMINANCE).mean()), 1e-3)
    top, bottom = small[:2].mean(0), small[2:].mean(0)
    right = (DIRECTIONS[:, 2:] + 1) / 2
    up = np.clip((DIRECTIONS[:, 1:2] + 0.3) / 0.6, 0, 1)
    above = (top[0] * (1 - right) + top[1] * right) * 1.5
    below = (bottom[0] * (1 - right) + bottom[1] * right) * 0.7
    return below * (1 - up) + above * up
