"""The picture of grain that skin and cloth share, on the GPU."""

import moderngl
import numpy as np

from ...humans.mesh.grain import SIZE, grain_picture
from ..content.pattern_store import stored
from .mipmaps import add_levels, plain_levels


def make_grain_map(context: moderngl.Context) -> moderngl.Texture:
    """Mipmapped, repeating; a texel takes one level, which in noise shows nowhere."""
    (picture,) = stored("grain", 1, lambda: [grain_picture()])
    upwards = np.ascontiguousarray(picture[::-1])
    texture = context.texture((SIZE, SIZE), 4, upwards, alignment=1)
    add_levels(texture, plain_levels(upwards))
    texture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
    return texture
