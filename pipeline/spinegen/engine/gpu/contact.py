"""Soft darkening of the floor under and beside what stands on it, from a small picture of all casters seen from below.

Three channels hold how low things hang over a place, with a reach of about a hand, a forearm and a leg; each is read from the mip level
whose texels are about as wide, and what they leave of the light is one smaller picture.
"""

import moderngl
import numpy as np
from numpy.typing import NDArray

from ..content.mesh import Drawable
from .gl import uniform
from .gpu_cache import GpuCache
from .mipmaps import halve_drawn
from .shader_source import shader

SIZE = 256
MARGIN_M = 1.2
TALLEST_M = 2.5
FLAT_M = 0.05
"""What lies flatter than this is part of the floor."""
OPEN_SIZE = SIZE // 2
BLURRED_M = (0.06, 0.24, 0.75)
"""How wide each reach is blurred."""
REACH_M = 12.0
"""Casters whose box reaches further than this from the middle of the others are left out."""


class ContactMap:
    """Texture and the numbers that place it: `uv = (world.xz - origin) * scale`."""

    def __init__(self, context: moderngl.Context, cache: GpuCache) -> None:
        self._context, self._cache = context, cache
        self._program = context.program(vertex_shader=shader("contact.vert"), fragment_shader=shader("contact.frag"))
        self._map = context.texture((SIZE, SIZE), 4)
        self._map.repeat_x = self._map.repeat_y = False
        self._target = context.framebuffer([self._map], context.depth_renderbuffer((SIZE, SIZE)))
        self._open = context.texture((OPEN_SIZE, OPEN_SIZE), 1)
        self._open.repeat_x = self._open.repeat_y = False
        self._open_target = context.framebuffer([self._open])
        program = context.program(vertex_shader=shader("screen.vert"), fragment_shader=shader("contact_open.frag"))
        triangle = context.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32))
        self._blur = context.vertex_array(program, [(triangle, "2f", "in_position")])
        self.origin_m = np.zeros(2)
        self.scale_per_m = 0.0

    def draw(self, casters: list[tuple[Drawable, NDArray[np.float64]]]) -> None:
        """Draw casters, given with points `(N, 3)` that span them."""
        context = self._context
        casters = [(drawable, points) for drawable, points in casters if np.ptp(points[:, 1]) > FLAT_M]
        low = [points for _, points in casters if points[:, 1].min() < TALLEST_M]
        if not low:
            self.scale_per_m = 0.0
            return
        points = np.concatenate(low)[:, [0, 2]]
        middle = np.median(points, axis=0)
        near = points[np.abs(points - middle).max(1) < REACH_M]
        lowest, highest = near.min(0) - MARGIN_M, near.max(0) + MARGIN_M
        width = float(max(highest - lowest))
        self.origin_m, self.scale_per_m = (lowest + highest - width) / 2, 1.0 / width
        self._target.use()
        self._target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        context.enable(moderngl.DEPTH_TEST)
        context.disable(moderngl.CULL_FACE)
        clip = np.zeros((4, 4))
        clip[0, 0] = clip[1, 2] = 2.0 * self.scale_per_m
        clip[:2, 3] = -1.0 - 2.0 * self.scale_per_m * self.origin_m
        clip[2, 1], clip[2, 3], clip[3, 3] = 2.0 / TALLEST_M, -1.0, 1.0
        for drawable, _ in casters:
            matrix = clip @ drawable.transform_world_mesh
            uniform(self._program, "light_from_model").write(matrix.T.astype(np.float32).tobytes())
            self._cache.array(drawable.mesh, "contact", self._program, "blurred_faces").render()
        halve_drawn(self._map, software=self._cache.software)
        context.disable(moderngl.DEPTH_TEST)
        self._open_target.use()
        self._map.use(0)
        uniform(self._blur.program, "levels").value = tuple(np.log2(SIZE / width * np.array(BLURRED_M)).tolist())
        self._blur.render()

    def use(self, unit: int) -> None:
        """Bind."""
        self._open.use(unit)
