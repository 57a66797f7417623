"""Unreal's basic shapes (`/Engine/BasicShapes`): a metre along each axis, with their origin in the middle."""

import re
from functools import lru_cache

import numpy as np

from ...errors import EngineError
from .furniture import paint
from .mesh import Mesh
from .shapes import box, cylinder, lathe, quad, sphere

SHAPES = ("Cube", "Sphere", "Cylinder", "Cone", "Plane")
_HALF_M = 0.5
_GREY = "#b0b0b0"
_PATH = re.compile(r"(?:StaticMesh')?/Engine/BasicShapes/(\w+)(?:\.(\w+))?'?")


def shape_of_path(path: str) -> str:
    """The shape that an asset path such as `/Engine/BasicShapes/Cube.Cube` names.

    Raises:
        EngineError: another asset; the text lists the allowed ones.
    """
    match = _PATH.fullmatch(path)
    if match is None or match.group(1) not in SHAPES or match.group(2) not in (None, match.group(1)):
        known = ", ".join(f"/Engine/BasicShapes/{shape}" for shape in SHAPES)
        raise EngineError(f"Argument Invalid: an asset must be one of {known}; found {path[:80]!r}")
    return match.group(1)


@lru_cache
def basic_shape(name: str) -> Mesh:
    """One of `SHAPES`, in ground axes and metres: cylinder and cone stand upright, the plane lies flat and faces up."""
    material, half = paint(_GREY, 0.5), _HALF_M
    if name == "Cube":
        return box(np.zeros(3), np.full(3, 2 * half), material)
    if name == "Sphere":
        return sphere(np.zeros(3), half, material, 32)
    if name == "Cylinder":
        return cylinder(half, -half, half, material, segments=40)
    if name == "Cone":
        return lathe([(0, -half), (half, -half), (0, half)], material, 40)
    corners = np.array([[-1.0, 0, -1], [-1, 0, 1], [1, 0, 1], [1, 0, -1]]) * half
    return quad(corners, material)
