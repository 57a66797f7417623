"""Builders of what stands in streets; own axes are ground axes with the front towards +z, origin below the middle.

Every builder takes (full size `(3,)` along x, y (up), z in metres, main material, second material, generator) and fills that box.
"""

from ...geometry.types import Array
from .mesh import Material, Mesh, join
from .paints import Rng, paint
from .shapes import box, cylinder, lathe, rod


def pole(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A column on a foot plate."""
    return join(
        [
            cylinder(min(size[0], size[2]) / 2, 0.0, size[1], main, segments=24),
            cylinder(size[0] * 1.1, 0.0, 0.02, second, segments=24),
        ]
    )


def cone(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A traffic cone with a white band."""
    r, h = min(size[0], size[2]) / 2 * 0.78, size[1]
    white = paint("#e8e8e4", 0.6)

    def ring(low: float, high: float, material: Material) -> Mesh:
        radius = [r * (1 - 0.86 * (level - 0.03) / h) for level in (low, high)]
        return lathe([(radius[0], low), (radius[1], high)], material, 32)

    pieces = [box([0, 0.015, 0], [size[0], 0.03, size[2]], main), ring(0.03, h * 0.45, main)]
    pieces += [ring(h * 0.45, h * 0.68, white), ring(h * 0.68, h, main)]
    return join(pieces)


def bollard(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A post with a domed head and a band."""
    r, h = min(size[0], size[2]) / 2, size[1]
    body = [
        (0, 0),
        (r, 0),
        (r * 0.82, 0.04),
        (r * 0.82, h * 0.8),
        (r, h * 0.82),
        (r, h * 0.9),
        (r * 0.7, h * 0.98),
        (0, h),
    ]
    return lathe(body, main, 28)


def street_lamp(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A mast with an arm and a head."""
    h = size[1]
    glass = paint("#d8d6cc", 0.3)
    return join(
        [
            cylinder(0.09, 0.0, 0.5, main, segments=20),
            cylinder(0.05, 0.5, h, main, segments=20),
            rod([0, h - 0.05, 0], [size[0], h, 0], 0.03, main),
            box([size[0] + 0.05, h, 0], [0.5, 0.08, 0.2], main),
            box([size[0] + 0.05, h - 0.045, 0], [0.42, 0.02, 0.16], glass),
        ]
    )


def waste_bin(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A tapered bin with a rim and lid."""
    r, h = min(size[0], size[2]) / 2, size[1]
    body = lathe([(0, 0), (r * 0.8, 0), (r * 0.95, h * 0.9), (r, h * 0.9), (r, h * 0.94)], main, 32)
    return join([body, lathe([(r, h * 0.94), (r * 0.55, h), (0, h)], second, 32)])
