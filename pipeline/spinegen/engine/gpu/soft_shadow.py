"""Soft shadows of light from large lamps: moment maps, read from the mip level whose texels are as wide as the penumbra.

A map holds the mean and the mean square of how far above the floor things hang, measured along the light (moments as in Donnelly &
Lauritzen, "Variance Shadow Maps", 2006). The floor itself is 0, so that over a floor that paper's bound is the open share of the lamp:
no grain, however soft the shadow.
"""

import moderngl
import numpy as np

from ...geometry.types import Array
from ..content.mesh import Drawable
from ..light.environment import Environment, SoftLight
from .gl import uniform
from .gpu_cache import GpuCache
from .mipmaps import halve_drawn
from .shader_source import shader

MAPS = 3
"""The key light, what shines from above, the brightest window."""
SIZES = (512, 256, 256)
NEAR_PEOPLE_M = 1.3
"""Ground around people whose shadows are drawn."""
WIDEST_M = 9.0
_RANGE_M = 80.0
_LOWEST_SINE = 0.12


class SoftShadows:
    """Moment textures and the matrices that take world points to their texture coordinates."""

    def __init__(self, context: moderngl.Context, cache: GpuCache) -> None:
        self._context, self._cache = context, cache
        self._program = context.program(vertex_shader=shader("moment.vert"), fragment_shader=shader("moment.frag"))
        self._maps: list[moderngl.Texture] = []
        self._targets: list[moderngl.Framebuffer] = []
        for size in SIZES:
            texture = context.texture((size, size), 2, dtype="f4")
            texture.repeat_x = texture.repeat_y = False
            self._maps.append(texture)
            self._targets.append(context.framebuffer([texture], context.depth_renderbuffer((size, size))))
        self._lights: tuple[SoftLight | None, ...] = ()
        self.uv_from_world: list[Array] = [np.eye(4)] * MAPS
        self.shape: list[tuple[float, float, float, float]] = [(0.0, 0.0, 0.0, 0.0)] * MAPS
        """Tangent of half the angle, texels a metre, highest mip level, metres along the light a metre of height (0: not in use)."""

    @property
    def count(self) -> int:
        """The last of the maps that is in use: what comes after it need not be read."""
        return max((number + 1 for number, shape in enumerate(self.shape) if shape[3]), default=0)

    def fit(self, environment: Environment, casters: list[tuple[Drawable, Array]]) -> None:
        """Aim at people, or at everything where there are none; casters come with points that span them."""
        self._lights = environment.soft_lights
        self.shape = [(0.0, 0.0, 0.0, 0.0)] * MAPS
        people = [points for drawable, points in casters if drawable.mesh.moves] or [points for _, points in casters]
        if not people:
            return
        points = np.concatenate(people)
        middle = (points.min(0) + points.max(0)) / 2
        reach = np.minimum(np.ptp(points, axis=0) / 2 + NEAR_PEOPLE_M, WIDEST_M / 2)
        low, high = middle - reach, middle + reach
        low[1], high[1] = 0.0, points[:, 1].max()
        corners = np.stack(np.meshgrid(*np.stack([low, high], -1), indexing="ij"), -1).reshape(-1, 3)
        for number, light in enumerate(self._lights):
            if light is None:
                continue
            axes = _axes(light.towards)
            local = corners @ axes.T
            centre = (local.max(0) + local.min(0)) / 2
            width = float(np.ptp(local[:, :2], axis=0).max())
            matrix = np.eye(4)
            matrix[:2, :3] = axes[:2] / width
            matrix[:2, 3] = 0.5 - centre[:2] / width
            matrix[2, :3] = axes[2]
            matrix[2, 3] = -centre[2]
            self.uv_from_world[number] = matrix
            levels = float(np.log2(SIZES[number]) - 2)
            self.shape[number] = (
                light.tangent,
                SIZES[number] / width,
                levels,
                1.0 / max(light.towards[1], _LOWEST_SINE),
            )

    def draw(self, drawables: list[Drawable]) -> None:
        """Draw the maps in use."""
        context = self._context
        context.enable(moderngl.DEPTH_TEST)
        context.disable(moderngl.CULL_FACE)
        for number, light in enumerate(self._lights):
            if light is None or not self.shape[number][3]:
                continue
            self._targets[number].use()
            self._targets[number].clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
            clip = np.diag([2.0, 2.0, 1.0 / _RANGE_M, 1.0])
            clip[:2, 3] = -1.0
            for drawable in drawables:
                if not drawable.casts_shadow:
                    continue
                matrix = clip @ self.uv_from_world[number] @ drawable.transform_world_mesh
                height = drawable.transform_world_mesh[1] * self.shape[number][3]
                uniform(self._program, "light_from_model").write(matrix.T.astype(np.float32).tobytes())
                uniform(self._program, "above").write(height.astype(np.float32).tobytes())
                self._cache.array(drawable.mesh, "moment", self._program, "blurred_faces").render()
            halve_drawn(self._maps[number], software=self._cache.software)

    def use(self, first_unit: int) -> None:
        """Bind to consecutive units."""
        for number, texture in enumerate(self._maps):
            texture.use(first_unit + number)


def _axes(towards: Array) -> Array:
    """Rows: right, up, away from the light."""
    forward = -np.asarray(towards, np.float64)
    side = np.cross(forward, [0.0, 1.0, 0.0] if abs(forward[1]) < 0.95 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(side, forward), forward])
