"""Textures of sky, clouds and surrounding light."""

from functools import lru_cache

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from ...streams import Stream, generator
from ..content.noise import band_noise
from ..light.environment import Environment
from ..light.panorama import HEIGHT as STRIP_HEIGHT
from ..light.panorama import HIGH_DEG, LOW_DEG
from ..light.panorama import WIDTH as STRIP_WIDTH
from ..light.radiance_map import HEIGHT, WIDTH
from ..light.sky import AZIMUTHS, ELEVATIONS
from ..world.scenery import Scenery
from .mipmaps import add_levels, plain_levels
from .programs import UNITS

CLOUD_SIZE = 512
BROADEST_LEAVES = 5
"""Level of the clouds of which leaves are what is finer."""


def leaf_levels(clouds: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """Leaves of trees on the horizon, 128 where they are as light as on average: what the first levels of the clouds show beyond a broad one."""
    broad = np.pad(clouds[BROADEST_LEAVES].astype(np.float32), 1, mode="wrap")
    levels: list[NDArray[np.uint8]] = []
    for number, level in enumerate(clouds[: BROADEST_LEAVES + 1]):
        times = 2 ** (BROADEST_LEAVES - number)
        wide = cv2.resize(broad, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)
        smooth = wide[times:-times, times:-times]
        levels.append(np.clip(np.rint(level - smooth + 128.0), 0, 255).astype(np.uint8))
    return levels


def skyline_rad(strip: NDArray[np.uint8]) -> float:
    """Elevation above which a panorama `(H, W, 4)` shows nothing."""
    rows = np.flatnonzero(strip[..., 3].any(1))
    first = (int(rows[0]) - 1) / len(strip) if len(rows) else 1.0
    return float(np.radians(HIGH_DEG - (HIGH_DEG - LOW_DEG) * first))


def blurred_levels(radiance: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The mip chain of surrounding light `(HEIGHT, WIDTH, 3)`: from the third level on, every texel sees a smooth lobe as wide as itself,
    so that no row or column of texels shows in a glossy floor."""
    levels = [radiance]
    while min(levels[-1].shape[:2]) > 1:
        rows, columns = levels[-1].shape[:2]
        levels.append(levels[-1].reshape(rows // 2, 2, columns // 2, 2, 3).mean((1, 3)))
    half = levels[1].reshape(-1, 3)
    return [
        level if number < 2 else (_lobes(level.shape[0]) @ half).reshape(level.shape)
        for number, level in enumerate(levels)
    ]


@lru_cache(maxsize=8)
def _lobes(rows: int) -> NDArray[np.float32]:
    """Weights `(rows * 2 rows, directions of the second level)`, a sum of 1 a row."""
    towards, solid = _grid(rows)[0], _grid(HEIGHT // 2)[1]
    width = np.pi / rows * 0.75
    weights = np.exp((towards @ _grid(HEIGHT // 2)[0].T - 1.0) / width**2) * solid
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def _grid(rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions and relative solid angles of a map's texels."""
    polar = np.repeat((np.arange(rows) + 0.5) / rows * np.pi, 2 * rows)
    azimuth = np.tile(((np.arange(2 * rows) + 0.5) / (2 * rows) - 0.5) * 2 * np.pi, rows)
    sine = np.sin(polar)
    return np.stack([sine * np.cos(azimuth), np.cos(polar), sine * np.sin(azimuth)], -1), sine


class LightMaps:
    """Texture units 1 (surroundings), 5 (clear sky), 6 (clouds), 8 (panorama) and 9 (a user's picture)."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._strip = context.texture((STRIP_WIDTH, STRIP_HEIGHT), 4)
        self._strip.repeat_y = False
        self._picture = context.texture((2, 2), 3, dtype="f4")
        self._strip_shown = self._picture_shown = None
        self.skyline_rad = np.pi / 2
        """Elevation above which nothing of the panorama stands."""
        self._around = context.texture((WIDTH, HEIGHT), 3, dtype="f4")
        self._around.repeat_y = False
        self._sky = context.texture((AZIMUTHS, ELEVATIONS), 3, dtype="f4")
        self._sky.repeat_x = self._sky.repeat_y = False
        field = band_noise(generator(Stream.CLOUDS), CLOUD_SIZE, 1, 200, slope=1.75)
        clouds = np.clip(field * 0.19 + 0.5, 0.0, 1.0)
        codes = (clouds * 255).astype(np.uint8)
        self._clouds = context.texture((CLOUD_SIZE, CLOUD_SIZE), 1, codes, alignment=1)
        levels = plain_levels(codes)
        add_levels(self._clouds, levels)
        leaves = leaf_levels([codes, *levels])
        self._leaves = context.texture((CLOUD_SIZE, CLOUD_SIZE), 1, leaves[0], alignment=1)
        add_levels(self._leaves, leaves[1:])
        self._leaves.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        self._shown: Environment | None = None

    def use(self, scenery: Scenery) -> None:
        """Upload where new, and bind."""
        environment = scenery.environment
        if self._shown is not environment:
            first, *others = (level[::-1].astype(np.float32) for level in blurred_levels(environment.radiance))
            self._around.write(np.ascontiguousarray(first))
            add_levels(self._around, others)
            # Two levels would be read for each pixel; how rough a surface is does not change along it.
            self._around.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
            self._sky.write(np.ascontiguousarray(environment.table, np.float32))
            self._shown = environment
        if scenery.strip is not None and scenery.strip is not self._strip_shown:
            self._strip.write(np.ascontiguousarray(scenery.strip))
            self._strip_shown = scenery.strip
            self.skyline_rad = skyline_rad(scenery.strip)
        if scenery.picture is not None and scenery.picture is not self._picture_shown:
            height, width = scenery.picture.shape[:2]
            self._picture = self._context.texture((width, height), 3, scenery.picture.tobytes(), dtype="f4")
            self._picture.repeat_y = False
            self._picture_shown = scenery.picture
        self._strip.use(8)
        self._picture.use(9)
        self._around.use(1)
        self._sky.use(5)
        self._clouds.use(6)
        self._leaves.use(UNITS.index("leaf_map"))
