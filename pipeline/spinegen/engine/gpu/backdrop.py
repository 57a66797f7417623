"""What lies behind everything, drawn where nothing stands."""

import moderngl
import numpy as np

from ...geometry.camera import OrthographicCamera, PlacedCamera
from .mipmaps import halve_drawn
from .programs import Programs
from .targets import Targets

_CLEAR, _PANORAMA = 0, 2
"""Kinds of sky in `shaders/sky.glsl`: the second is the first with trees or houses along the horizon."""
_MARGIN_RAD = 0.005


class Backdrop:
    """Draws sky, panorama, paper or picture: a program for each kind."""

    def __init__(self, context: moderngl.Context, programs: Programs, software: bool) -> None:
        self._context, self._make, self._software = context, programs, software
        self._programs: dict[int, moderngl.VertexArray] = {}

    def draw_all(self, target: moderngl.Framebuffer, kind: int) -> None:
        """All of it, as if nothing stood anywhere."""
        target.use()
        self._context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._program(kind).render()

    def draw_behind(self, targets: Targets, kind: int, camera: PlacedCamera, skyline_rad: float) -> None:
        """What is seen of it past what `targets.covered` holds; nothing of a panorama is seen above `skyline_rad`."""
        context, target = self._context, targets.behind
        target.use()
        target.clear()
        context.enable(moderngl.DEPTH_TEST)
        context.disable(moderngl.CULL_FACE)
        context.depth_func = "<="
        above = rows_above(camera, skyline_rad) if kind == _PANORAMA and self._software else 0
        above = above * target.height // camera.height
        for own, first, rows in ((kind, 0, target.height - above), (_CLEAR, target.height - above, above)):
            if rows:
                target.scissor = (0, first, target.width, rows)
                self._program(own).render()
        target.scissor = (0, 0, target.width, target.height)
        context.depth_func = "<"
        halve_drawn(targets.behind_map, 2, software=self._software)
        # Read at whole levels alone.
        targets.behind_map.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)

    def _program(self, kind: int) -> moderngl.VertexArray:
        if kind not in self._programs:
            self._programs[kind] = self._make.screen("behind.frag", SKY=kind)
        return self._programs[kind]


def rows_above(camera: PlacedCamera, elevation_rad: float) -> int:
    """How many rows of a picture, from its top, look wholly above an elevation over the horizon."""
    if isinstance(camera, OrthographicCamera):
        return 0
    rows = np.arange(camera.height + 1) - 0.5
    columns, across = np.meshgrid([-0.5, camera.width - 0.5], rows, indexing="ij")
    ends = np.stack([columns, across, np.ones_like(columns)], axis=-1)
    # Along a row above the horizon elevations are lowest at one of its ends.
    rays = ends @ np.linalg.inv(camera.intrinsics).T @ camera.rotation_camera_ground
    lowest = np.arcsin(rays[..., 1] / np.linalg.norm(rays, axis=-1)).min(0)
    below = np.flatnonzero(lowest < max(elevation_rad, 0.0) + _MARGIN_RAD)
    return max(int(below[0]) - 1, 0) if len(below) else camera.height
