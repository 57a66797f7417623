"""The picture of grain that skin and cloth share, on the GPU."""

import moderngl
import numpy as np

from ...humans.mesh.grain import SIZE, grain_picture
from ..content.pattern_store import stored


def make_grain_map(context: moderngl.Context) -> moderngl.Texture:
    """Mipmapped, repeating."""
    (picture,) = stored("grain", 1, lambda: [grain_picture()])
    texture = context.texture((SIZE, SIZE), 3, np.ascontiguousarray(picture[::-1]), alignment=1)
    texture.build_mipmaps()
    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    return texture
