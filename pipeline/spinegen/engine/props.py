"""Meshes of the vocabulary's props; own axes are ground axes, origin at the middle of the underside, metres."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..geometry.axes import SWAP_YZ
from .colour import hex_linear
from .mesh import Material, Mesh
from .shapes import box, cylinder, sphere
from .textures import surface_texture
from .vocabulary import Prop, Surface

Vec = np.ndarray
Builder = Callable[[Vec, Material, Material, np.random.Generator], Mesh]
"""(size along own x, y (up), z in metres, main and second material, rng) -> mesh."""


def surface_material(surface: Surface) -> Material:
    """A generated surface as material; texture coordinates of meshes are in metres."""
    made = surface_texture(surface)  # type: ignore[arg-type]  # frozen models are hashable
    return Material(made.texture, roughness=made.roughness, relief_m=made.relief_m, tile_m=made.tile_m)


def paint(colour: str, roughness: float = 0.5, metallic: float = 0.0) -> Material:
    """One colour."""
    red, green, blue = hex_linear(colour).tolist()
    return Material(None, (red, green, blue), roughness, metallic)


def _box(size: Vec, main: Material, second: Material, rng: np.random.Generator) -> Mesh:
    return box([0, size[1] / 2, 0], size, main)


def _sphere(size: Vec, main: Material, second: Material, rng: np.random.Generator) -> Mesh:
    return sphere([0, 0, 0], size / 2, main)


def _ball(size: Vec, main: Material, second: Material, rng: np.random.Generator) -> Mesh:
    return sphere([0, size[1] / 2, 0], size / 2, main)


def _cylinder(size: Vec, main: Material, second: Material, rng: np.random.Generator) -> Mesh:
    return cylinder(size[0] / 2, 0.0, size[1], main)


PROPS: dict[str, tuple[tuple[float, float, float], str, str, float, Builder]] = {
    "box": ((100, 100, 100), "#a08c74", "#6f6455", 0.7, _box),
    "sphere": ((100, 100, 100), "#b0b0b0", "#808080", 0.5, _sphere),
    "cylinder": ((50, 50, 100), "#b0b0b0", "#808080", 0.5, _cylinder),
    "ball": ((65, 65, 65), "#3f6fa8", "#20344f", 0.35, _ball),
    "mat": ((183, 61, 0.6), "#5a4b8a", "#3f356a", 0.85, _box),
}
"""Kind to usual size along X, Y, Z in cm (Unreal axes), colours, roughness and builder."""


@lru_cache(maxsize=128)
def _built(kind: str, size_cm: tuple[float, float, float], main: Material, second: Material, seed: int) -> Mesh:
    size = SWAP_YZ @ np.asarray(size_cm) / 100.0
    return PROPS[kind][4](size, main, second, np.random.default_rng(seed))


def prop_mesh(prop: Prop) -> Mesh:
    """The prop's mesh; equal props share one."""
    size, colour, colour_2, roughness, _ = PROPS[prop.kind]
    main = surface_material(prop.surface) if prop.surface else paint(prop.colour or colour, roughness)
    second = paint(prop.colour_2 or colour_2, roughness)
    return _built(prop.kind, prop.size_cm or size, main, second, prop.seed)
