"""Builders of what hands hold: the origin is where it is held, x runs along the fist towards the thumb, y out of the palm.

Every builder takes (full size `(3,)` along x, y, z in metres, main material, second material, generator); a bag hangs from its origin.
"""

from itertools import pairwise

import numpy as np

from ...geometry.rigid import axis_angle_matrix
from ...geometry.types import Array
from .mesh import Material, Mesh, join
from .paints import DARK, RUBBER, STEEL, Rng, paint
from .shapes import box, lathe, moved, rod, scaled, sphere

_ALONG_X = axis_angle_matrix((0, 0, 1), -np.pi / 2)
"""Takes the axis of a lathe, y, to x."""


def racket(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Handle, throat and a strung oval head."""
    length, head = size[0], size[1] / 2
    far = length - 0.08
    centre = far - 1.25 * head
    hoop = _ring(np.array([centre, 0.0, 0.0]), 1.25 * head, head, 0.011, material=main)
    strings = box([centre, 0, 0], [2.2 * head, 1.75 * head, 0.003], paint("#c9c9bd", 0.6))
    arms = [
        rod([0.14, 0, 0], [centre - 0.9 * head, sign * 0.72 * head, 0], 0.009, main, segments=8) for sign in (-1.0, 1.0)
    ]
    return join([rod([-0.08, 0, 0], [0.16, 0, 0], 0.0155, second, segments=10), hoop, strings, *arms])


def club(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A grip, a shaft that gets thinner, and a head across its end; towards the thumb, as a golf club."""
    far = size[0] - 0.1
    head = box([far, 0.045, 0], [0.03, size[1], 0.05], main, axis_angle_matrix((0, 0, 1), 0.25))
    return join(
        [
            rod([-0.1, 0, 0], [0.18, 0, 0], 0.0135, RUBBER, segments=10),
            rod([0.18, 0, 0], [far, 0, 0], 0.006, STEEL, segments=8),
            head,
        ]
    )


def broom(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A shaft with a brush or a blade at the end on the side of +x; held a little behind its middle."""
    back, far = -0.38 * size[0], 0.62 * size[0]
    shaft = rod([back, 0, 0], [far - 0.1, 0, 0], 0.0135, second, segments=10)
    if rng.random() < 0.5:
        wood, hair = [0.05, 0.05, size[2]], [0.08, 0.06, size[2]]
        return join([shaft, box([far - 0.08, 0, 0], wood, main), box([far - 0.02, 0, 0], hair, DARK)])
    blade = scaled(sphere([0, 0, 0], 1.0, STEEL, 10), [0.17, 0.02, 0.5 * size[2]])
    return join([shaft, moved(blade, np.eye(3), (far - 0.17, 0.0, 0.0))])


def bar(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A bare stick or pipe, held in its middle."""
    return rod([-size[0] / 2, 0, 0], [size[0] / 2, 0, 0], size[1] / 2, main, segments=12)


def phone(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A slab with a dark screen on the side away from the palm."""
    screen = Material(None, (0.012, 0.013, 0.016), 0.15)
    body = box([0.03, 0.0, 0.0], size, main)
    return join([body, box([0.03, size[1] / 2 + 0.0004, 0.0], [0.94 * size[0], 0.0008, 0.92 * size[2]], screen)])


def cup(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A mug or a paper cup, its opening on the side of the thumb."""
    radius, high = size[1] / 2, size[0]
    profile = [
        (0, 0),
        (0.8 * radius, 0),
        (radius, high),
        (0.92 * radius, high),
        (0.75 * radius, 0.1 * high),
        (0, 0.1 * high),
    ]
    upright = moved(lathe(profile, main, 20), np.eye(3), (0.0, -0.45 * high, 0.0))
    return moved(upright, _ALONG_X, (0.0, 0.6 * radius, 0.0))


def bottle(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A bottle with a cap, its neck on the side of the thumb."""
    r, h = size[1] / 2, size[0]
    body = lathe([(0, 0), (r, 0), (r, 0.66 * h), (0.38 * r, 0.86 * h), (0.38 * r, 0.93 * h), (0, 0.93 * h)], main, 20)
    cap = lathe([(0, 0.92 * h), (0.45 * r, 0.92 * h), (0.45 * r, h), (0, h)], second, 16)
    return moved(moved(join([body, cap]), np.eye(3), (0.0, -0.4 * h, 0.0)), _ALONG_X, (0.0, 0.6 * r, 0.0))


def bag(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A shopping bag or a case that hangs from its handle."""
    x, y, z = size
    drop = 0.14
    body = box([0, -(drop + y) / 2, 0], [x, y - drop, z], main)
    loop = [
        piece
        for side in (-0.3, 0.3)
        for piece in (
            rod([side * x * 0.3, 0.0, 0], [side * x, -drop, side * 0.0], 0.006, second, segments=6),
            rod([-side * x * 0.3, 0.0, 0], [side * x * 0.3, 0.0, 0], 0.008, second, segments=6),
        )
    ]
    return join([body, *loop])


def _ring(centre: Array, along: float, across: float, thick: float, *, material: Material) -> Mesh:
    angles = np.linspace(0.0, 2.0 * np.pi, 25)
    points = centre + np.stack([along * np.cos(angles), across * np.sin(angles), 0.0 * angles], axis=1)
    return join([rod(a, b, thick, material, segments=6) for a, b in pairwise(points)])
