"""Textures of sky, clouds and surrounding light."""

import moderngl
import numpy as np

from .environment import HEIGHT, WIDTH, Environment
from .noise import band_noise
from .sky import AZIMUTHS, ELEVATIONS

CLOUD_SIZE = 512


class LightMaps:
    """Texture units 1 (surroundings), 5 (clear sky) and 6 (clouds)."""

    def __init__(self, context: moderngl.Context) -> None:
        self._around = context.texture((WIDTH, HEIGHT), 3, dtype="f4")
        self._around.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._around.repeat_y = False
        self._sky = context.texture((AZIMUTHS, ELEVATIONS), 3, dtype="f4")
        self._sky.repeat_x = self._sky.repeat_y = False
        field = band_noise(np.random.default_rng(20240117), CLOUD_SIZE, 1, 200, 1.75)
        clouds = np.clip(field * 0.19 + 0.5, 0.0, 1.0)
        self._clouds = context.texture((CLOUD_SIZE, CLOUD_SIZE), 1, (clouds * 255).astype(np.uint8), alignment=1)
        self._clouds.build_mipmaps()
        self._clouds.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._shown: Environment | None = None

    def use(self, environment: Environment) -> None:
        """Upload where new, and bind."""
        if self._shown is not environment:
            self._around.write(np.ascontiguousarray(environment.radiance[::-1], np.float32))
            self._around.build_mipmaps()
            self._sky.write(np.ascontiguousarray(environment.table, np.float32))
            self._shown = environment
        self._around.use(1)
        self._sky.use(5)
        self._clouds.use(6)
