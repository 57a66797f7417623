"""The shader programs of one context: compiled when they are first asked for, with textures at units that all of them share."""

import moderngl
import numpy as np

from .gl import uniform, uniform_block
from .shader_source import shader

UNITS = (
    "albedo_map", "environment_map", "shadow_map", "shadow_depth", "occlusion_map", "sky_map", "cloud_map", "contact_map",
    "panorama_map", "picture_map", "depth_map", "surface_map", "soft_0", "soft_1", "soft_2", "behind_map",
    "backdrop_map",
    "nearest_map", "beside_map", "leaf_map",
)  # fmt: skip
"""Textures of the shaders by texture unit; the grain of skin and cloth takes that of `behind_map`, which is used later."""
GRAIN_UNIT = UNITS.index("behind_map")


class Programs:
    """Makes programs."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._triangle = context.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32))

    def program(self, vertex: str, fragment: str, **defines: int) -> moderngl.Program:
        """Of two shaders by name, the second with what is defined for it."""
        program = self._context.program(vertex_shader=shader(vertex), fragment_shader=shader(fragment, **defines))
        if "Frame" in program:
            uniform_block(program, "Frame").binding = 0
        for unit, name in enumerate(UNITS):
            if name in program:
                uniform(program, name).value = unit
        if "grain_map" in program:
            uniform(program, "grain_map").value = GRAIN_UNIT
        return program

    def screen(self, fragment: str, **defines: int) -> moderngl.VertexArray:
        """A pass over the whole picture."""
        program = self.program("screen.vert", fragment, **defines)
        return self._context.vertex_array(program, [(self._triangle, "2f", "in_position")])
