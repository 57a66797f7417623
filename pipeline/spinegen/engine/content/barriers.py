"""Builders of large things that stand before people; own axes are ground axes with the front towards +z, origin below the middle.

Every builder takes (full size `(3,)` along x, y (up), z in metres, main material, second material, generator) and fills that box.
"""

import numpy as np

from ...geometry.rigid import axis_angle_matrix
from ...geometry.types import Array
from .mesh import Material, Mesh, join
from .paints import DARK, RUBBER, STEEL, Rng, paint
from .shapes import box, rod

_OUT = np.array([0.0, 0.0, 1.0])
_GLASS = Material(None, (0.02, 0.024, 0.028), 0.08)


def counter(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A bar or kitchen counter: closed panels under a top that stands out a little."""
    x, y, z = size
    panels = max(1, round(x / 0.6))
    pieces = [
        box([0, 0.05, -0.02], [x - 0.1, 0.1, z - 0.14], DARK),
        box([0, y / 2 + 0.02, 0], [x - 0.04, y - 0.12, z - 0.08], main),
        box([0, y - 0.02, 0], [x, 0.04, z], second),
    ]
    seams = [
        box([-x / 2 + x * n / panels, y / 2, z / 2 - 0.039], [0.006, y - 0.16, 0.004], DARK) for n in range(1, panels)
    ]
    return join([*pieces, *seams])


def wall(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A free-standing wall: a foot and a coping that stand out, and most have pillars at their ends."""
    x, y, z = size
    foot, cap = min(0.25, 0.2 * y), min(0.07, 0.1 * y)
    pieces = [
        box([0, y / 2, 0], [x - 0.04, y - 0.04, 0.76 * z], main),
        box([0, foot / 2, 0], [x - 0.02, foot, 0.88 * z], second),
        box([0, y - cap / 2, 0], [x, cap, z], second),
    ]
    if rng.random() < 0.7:
        wide = min(0.34, 0.2 * x)
        for at in np.linspace(-(x - wide) / 2, (x - wide) / 2, max(2, round(x / 2.0) + 1)):
            pieces.append(box([at, y / 2, 0], [wide, y - 0.02, 0.94 * z], main))
    return join(pieces)


def railing(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Posts, a hand rail, and bars: upright, level, or two boards."""
    x, y, z = size
    posts = max(2, round(x / 1.1) + 1)
    thick = min(z, 0.05)
    pieces = [box([0, y - 0.025, 0], [x, 0.05, z], main)]
    pieces += [box([at, y / 2, 0], [thick, y, thick], main) for at in np.linspace(-x / 2 + thick, x / 2 - thick, posts)]
    style = rng.random()
    if style < 0.45:
        count = max(4, round(x / 0.12))
        pieces += [
            rod([at, 0.1, 0], [at, y - 0.04, 0], 0.008, main, segments=6)
            for at in np.linspace(-x / 2 + 0.1, x / 2 - 0.1, count)
        ]
    elif style < 0.75:
        pieces += [box([0, level * y, 0], [x, 0.03, 0.02], main) for level in (0.2, 0.4, 0.6, 0.8)]
    else:
        # Two boards with gaps, which a plan counts on: it knows no sheet that hides everything behind a railing.
        pieces += [box([0, at * y, 0], [x - 0.06, tall * y, 0.016], second) for at, tall in ((0.2, 0.2), (0.55, 0.1))]
    return join(pieces)


def car(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A parked car, length along x: body, cabin with dark windows, wheels."""
    x, y, z = size
    waist = 0.56 * y
    pieces = [
        box([0, 0.5 * (0.2 + waist), 0], [x, waist - 0.2, z * 0.96], main),
        box([0, waist - 0.02, 0], [x * 0.97, 0.05, z * 0.93], main),
        box([-0.03 * x, 0.5 * (waist + y) - 0.01, 0], [0.47 * x, y - waist - 0.02, z * 0.82], _GLASS),
        box([-0.03 * x, y - 0.025, 0], [0.42 * x, 0.05, z * 0.8], main),
    ]
    for end in (-1.0, 1.0):
        lean = axis_angle_matrix((0, 0, 1), end * 0.6)
        pieces.append(
            box([-0.03 * x + end * 0.25 * x, 0.5 * (waist + y), 0], [0.04, 1.15 * (y - waist), z * 0.78], _GLASS, lean)
        )
        pieces.append(box([end * (x / 2 - 0.02), 0.4, 0], [0.1, 0.16, z * 0.94], DARK))
        lamp = paint("#d8d8d0", 0.2) if end > 0 else paint("#8c1f1c", 0.3)
        pieces += [
            box([end * (x / 2 - 0.005), 0.62 * waist + 0.12, s * z * 0.38], [0.03, 0.12, 0.3], lamp) for s in (-1, 1)
        ]
        for side in (-1.0, 1.0):
            hub = np.array([end * 0.31 * x, 0.32, side * (z / 2 - 0.1)])
            pieces.append(rod(hub - 0.11 * side * _OUT, hub + 0.1 * side * _OUT, 0.32, RUBBER, segments=24))
            pieces.append(rod(hub, hub + 0.105 * side * _OUT, 0.2, STEEL, segments=16))
    for at in (-0.03, 0.13):
        pieces += [box([at * x, 0.5 * (waist + y), s * z * 0.412], [0.06, y - waist, 0.01], main) for s in (-1, 1)]
    return join(pieces)


def piano(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """An upright piano, its keys towards +z at 0.73 m."""
    x, y, z = size
    keys = 0.6 * y
    back = -z / 2 + 0.3 * z
    pieces = [
        box([0, y / 2, back], [x, y, 0.6 * z], main),
        box([0, y - 0.02, back], [x + 0.02, 0.04, 0.62 * z], main),
        box([0, keys - 0.05, 0.3 * z], [x, 0.09, 0.4 * z], main),
        box([0, keys + 0.004, 0.28 * z], [x - 0.16, 0.02, 0.26 * z], paint("#efece2", 0.25)),
    ]
    pieces += [box([s * (x / 2 - 0.03), keys / 2, 0.42 * z], [0.06, keys, 0.07], main) for s in (-1, 1)]
    pieces += [box([s * (x / 2 - 0.04), keys + 0.03, 0.3 * z], [0.08, 0.08, 0.4 * z], main) for s in (-1, 1)]
    octave = (0.5, 1.5, 3.5, 4.5, 5.5)
    width = (x - 0.16) / 52
    left = -x / 2 + 0.08
    spots = [left + width * (7 * group + at + 0.5) for group in range(7) for at in octave]
    pieces += [box([at, keys + 0.018, 0.23 * z], [0.6 * width, 0.02, 0.16 * z], DARK) for at in spots]
    return join(pieces)
