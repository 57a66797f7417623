"""The sun's shadow map: an orthographic view from the light that just holds everything that casts shadows."""

import moderngl
import numpy as np
from numpy.typing import NDArray

from ...geometry import rigid
from ..content.mesh import Drawable
from ..light.environment import Environment
from .gl import uniform
from .gpu_cache import GpuCache
from .shader_source import shader

TEXELS_A_PIXEL = 2
"""Of the shadow map to a pixel of the nearest caster; more is not seen."""
SIZES = (512, 768, 1024, 1536)
"""Texels on a side; a quality has one of its own for the most."""
INWARD_M = 0.006
"""By how much a coarse mesh is made thinner, so that it lies under the skin that it stands for."""
BEYOND_M = 60.0
"""How far behind the casters, along the light, receivers may lie."""


class SunShadow:
    """Depth seen from the light, and the matrix that takes world points to its texture coordinates and depth (0..1)."""

    def __init__(self, context: moderngl.Context, cache: GpuCache, most: int) -> None:
        """`most`: texels on a side for large pictures."""
        self._context, self._cache, self._most = context, cache, most
        self._program = context.program(vertex_shader=shader("shadow.vert"), fragment_shader=shader("shadow.frag"))
        linear, nearest = (moderngl.LINEAR, moderngl.LINEAR), (moderngl.NEAREST, moderngl.NEAREST)
        self._compared = context.sampler(filter=linear, compare_func="<=", repeat_x=False, repeat_y=False)
        self._plain = context.sampler(filter=nearest, repeat_x=False, repeat_y=False)
        self.uv_from_world: NDArray[np.float64] = np.eye(4)
        self.uv_per_m = self.range_m = 1.0
        self.bias_m = 0.003
        self._maps: dict[int, tuple[moderngl.Texture, moderngl.Framebuffer]] = {}
        self._take(most)

    def _take(self, size: int) -> None:
        """The map of this size from now on; every size is made once."""
        if size not in self._maps:
            depth = self._context.depth_texture((size, size))
            depth.repeat_x = depth.repeat_y = False
            depth.compare_func = ""
            self._maps[size] = depth, self._context.framebuffer(depth_attachment=depth)
        self._size, self.texel_uv = size, 1.0 / size
        self._map, self._target = self._maps[size]

    def fit(
        self, environment: Environment, casters: list[tuple[Drawable, NDArray[np.float64]]], pixel_m: float
    ) -> None:
        """Aim at the casters, given with points that span them, of whom a pixel shows at least so much."""
        points = np.concatenate([points for _, points in casters]) if casters else np.zeros((1, 3))
        forward = -environment.sun_direction
        side = np.cross(forward, [0.0, 1.0, 0.0] if abs(forward[1]) < 0.95 else [1.0, 0.0, 0.0])
        side /= np.linalg.norm(side)
        axes = np.stack([side, np.cross(side, forward), forward])
        local = points @ axes.T
        low, high = local.min(0) - 0.1, local.max(0) + 0.1
        width = max(high[0] - low[0], high[1] - low[1])
        centre = (low + high) / 2
        wanted = TEXELS_A_PIXEL * width / max(pixel_m, 1e-6)
        self._take(next((size for size in SIZES if wanted <= size < self._most), self._most))
        self.range_m = float(high[2] - low[2] + BEYOND_M)
        self.uv_per_m = float(1.0 / width)
        self.bias_m = float(max(1.5 * width / self._size, 0.002))
        matrix = np.eye(4)
        matrix[:2, :3] = axes[:2] / width
        matrix[:2, 3] = 0.5 - centre[:2] / width
        matrix[2, :3] = axes[2] / self.range_m
        matrix[2, 3] = -low[2] / self.range_m
        self.uv_from_world = matrix

    def draw(self, drawables: list[Drawable]) -> None:
        """Draw the map."""
        context = self._context
        self._target.use()
        self._target.clear(depth=1.0)
        context.enable(moderngl.DEPTH_TEST)
        context.disable(moderngl.CULL_FACE)
        clip_from_uv = np.diag([2.0, 2.0, 2.0, 1.0])
        clip_from_uv[:3, 3] = -1.0
        for drawable in drawables:
            if drawable.casts_shadow:
                matrix = clip_from_uv @ self.uv_from_world @ drawable.transform_world_mesh
                uniform(self._program, "light_from_model").write(matrix.T.astype(np.float32).tobytes())
                uniform(self._program, "inward").value = 0.0 if drawable.mesh.coarse_faces is None else INWARD_M
                self._cache.array(drawable.mesh, "shadow", self._program, "coarse_faces").render()

    def use(self, compared_unit: int, plain_unit: int) -> None:
        """Bind as comparing and as plain depth texture."""
        self._map.use(compared_unit)
        self._compared.use(compared_unit)
        self._map.use(plain_unit)
        self._plain.use(plain_unit)

    def release(self, compared_unit: int, plain_unit: int) -> None:
        """Take the samplers off again."""
        self._compared.clear(compared_unit)
        self._plain.clear(plain_unit)


def spanning_points(drawables: list[Drawable]) -> list[tuple[Drawable, NDArray[np.float64]]]:
    """Everything that casts shadows, with points of the world `(N, 3)` between which it lies."""
    return [(drawable, _corners(drawable)) for drawable in drawables if drawable.casts_shadow]


def _corners(drawable: Drawable) -> NDArray[np.float64]:
    """Points that span the mesh in the world, nearly: those of a moving mesh's coarse triangles, the box corners of a rigid one."""
    vertices = drawable.mesh.vertices_m
    if drawable.mesh.spanning is not None:
        vertices = vertices[drawable.mesh.spanning]
    elif not drawable.mesh.moves:
        low, high = vertices.min(0), vertices.max(0)
        vertices = np.stack(np.meshgrid(*np.stack([low, high], -1), indexing="ij"), -1).reshape(-1, 3)
    return rigid.apply(drawable.transform_world_mesh, vertices.astype(np.float64))
