"""Builders of plain bodies and of what people exercise with; own axes are ground axes with the front towards +z, origin below the middle.

Every builder takes (full size `(3,)` along x, y (up), z in metres, main material, second material, generator) and fills that box.
"""

import numpy as np

from ...geometry.rigid import axis_angle_matrix
from ...geometry.types import Array
from .mesh import Material, Mesh, join
from .paints import STEEL, Rng
from .shapes import box, cylinder, lathe, moved, rod, scaled, sphere


def block(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A plain box."""
    return box([0, size[1] / 2, 0], size, main)


def centred_sphere(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """An ellipsoid about the origin."""
    return sphere([0, 0, 0], size / 2, main, 32)


def ball(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """An ellipsoid that lies on the ground."""
    return sphere([0, size[1] / 2, 0], size / 2, main, 32)


def upright_cylinder(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A closed cylinder."""
    return scaled(cylinder(0.5, 0.0, 1.0, main, segments=40), [size[0], size[1], size[2]])


def bolster(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A lying cushion roll with rounded ends."""
    profile = [(0, 0), (0.40, 0.0), (0.48, 0.03), (0.5, 0.09), (0.5, 0.91), (0.48, 0.97), (0.40, 1.0), (0, 1.0)]
    roll = moved(lathe(profile, main, 40), axis_angle_matrix((0, 0, 1), -np.pi / 2), (-0.5, 0.5, 0))
    return scaled(roll, size)


def mat(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A flat mat with a darker underside."""
    top, low = max(size[1], 0.003), 0.0005
    upper = box([0, (top + low) / 2, 0], [size[0], top - low, size[2]], main)
    return join([upper, box([0, low / 2, 0], [size[0], low, size[2]], second)])


def dumbbell(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Two heads and a grip along x."""
    radius, middle = size[1] / 2, size[1] / 2
    grip = rod([-size[0] / 2 + 0.01, middle, 0], [size[0] / 2 - 0.01, middle, 0], 0.016, STEEL)
    head = size[0] * 0.3
    heads = [
        rod([s * size[0] / 2, middle, 0], [s * (size[0] / 2 - head), middle, 0], radius, main, segments=8)
        for s in (-1.0, 1.0)
    ]
    return join([grip, *heads])


def barbell(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A bar along x with plates near its ends."""
    radius = size[1] / 2
    pieces = [rod([-size[0] / 2, radius, 0], [size[0] / 2, radius, 0], 0.0145, STEEL, segments=16)]
    for sign in (-1.0, 1.0):
        at = sign * (size[0] / 2 - 0.40)
        for number, share in enumerate((1.0, 0.78)):
            start = at + sign * 0.06 * number
            colour = main if number == 0 else second
            pieces.append(
                rod([start, radius, 0], [start + sign * 0.05, radius, 0], radius * share, colour, segments=36)
            )
    return join(pieces)


def rack(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A power rack: four posts, beams, a bar."""
    x, y, z = size[0] / 2 - 0.03, size[1], size[2] / 2 - 0.03
    beam = [0.06, 0.06, 0.06]
    pieces = [box([sx * x, y / 2, sz * z], [beam[0], y, beam[2]], main) for sx in (-1, 1) for sz in (-1, 1)]
    for level in (0.03, y - 0.03):
        pieces += [box([sx * x, level, 0], [0.06, 0.06, 2 * z], main) for sx in (-1, 1)]
        pieces += [box([0, level, sz * z], [2 * x, 0.06, 0.06], main) for sz in ((-1, 1) if level > 1 else (-1,))]
    pieces.append(rod([-x, y - 0.12, z], [x, y - 0.12, z], 0.016, STEEL))
    return join(pieces)


def bench(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A seat of slats or pad on two trestles."""
    seat = 0.06
    pieces = [box([0, size[1] - seat / 2, 0], [size[0], seat, size[2]], main)]
    for sign in (-1, 1):
        at = sign * (size[0] / 2 - 0.15)
        pieces.append(box([at, 0.02, 0], [0.06, 0.04, size[2] * 0.95], second))
        pieces.append(box([at, size[1] / 2 - seat / 2, 0], [0.06, size[1] - seat, 0.06], second))
    pieces.append(box([0, size[1] * 0.35, 0], [size[0] - 0.3, 0.04, 0.04], second))
    return join(pieces)


def step(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """An aerobic step: platform on two risers."""
    top = min(0.08, size[1] / 2)
    risers = [
        box([s * size[0] * 0.33, (size[1] - top) / 2, 0], [size[0] * 0.28, size[1] - top, size[2] * 0.92], second)
        for s in (-1, 1)
    ]
    return join([box([0, size[1] - top / 2, 0], [size[0], top, size[2]], main), *risers])
