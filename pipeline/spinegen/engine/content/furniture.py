"""Builders of furniture; own axes are ground axes with the front towards +z, origin below the middle.

Every builder takes (full size `(3,)` along x, y (up), z in metres, main material, second material, generator) and fills that box.
"""

import numpy as np

from ...geometry.rigid import axis_angle_matrix
from ...geometry.types import Array
from .mesh import Material, Mesh, join
from .paints import DARK, RUBBER, STEEL, UP, Rng, paint
from .shapes import box, lathe, moved, rod, scaled, sphere


def _legs(size: Array, top_m: float, thick: float, inset: float, *, material: Material) -> list[Mesh]:
    x, z = size[0] / 2 - inset - thick / 2, size[2] / 2 - inset - thick / 2
    return [box([sx * x, top_m / 2, sz * z], [thick, top_m, thick], material) for sx in (-1, 1) for sz in (-1, 1)]


def chair(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Seat, back rest and four legs."""
    seat = 0.52 * size[1]
    back = size[1] - seat
    tilt = axis_angle_matrix((1, 0, 0), -0.12)
    pieces = [
        *_legs(size, seat, 0.035, 0.01, material=second),
        box([0, seat, 0], [size[0], 0.035, size[2]], main),
        box([0, seat + back * 0.68, -size[2] / 2 + 0.01], [size[0] * 0.94, back * 0.62, 0.025], main, tilt),
    ]
    pieces += [
        box([s * size[0] * 0.4, seat + back / 2, -size[2] / 2 + 0.02], [0.03, back, 0.03], second, tilt)
        for s in (-1, 1)
    ]
    return join(pieces)


def office_chair(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Padded seat on a column with a star of five castors."""
    seat, radius = 0.457 * size[1], min(size[0], size[2]) / 2
    pieces = [rod([0, 0.08, 0], [0, seat, 0], 0.03, STEEL)]
    for number in range(5):
        angle = 2 * np.pi * number / 5 + 0.3
        end = np.array([np.cos(angle), 0, np.sin(angle)]) * (radius - 0.03)
        pieces += [
            rod([0, 0.10, 0], np.add(end, [0, 0.07, 0]), 0.018, DARK),
            sphere(np.add(end, [0, 0.03, 0]), 0.03, RUBBER, 8),
        ]
    pieces.append(sphere([0, seat, 0], [size[0] * 0.42, 0.06, size[2] * 0.42], main, 16))
    back = size[1] - seat
    rest = scaled(sphere([0, 0, 0], 0.5, main, 16), [size[0] * 0.75, back * 0.95, 0.10])
    pieces.append(moved(rest, axis_angle_matrix((1, 0, 0), -0.1), (0, seat + back * 0.52, -size[2] * 0.36)))
    pieces.append(box([0, seat + back * 0.15, -size[2] * 0.34], [0.06, back * 0.5, 0.03], DARK))
    return join(pieces)


def stool(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Round seat on splayed legs."""
    radius, high = min(size[0], size[2]) / 2, size[1]
    profile = [(0, high - 0.05), (radius * 0.94, high - 0.05), (radius, high - 0.02), (radius * 0.96, high), (0, high)]
    legs = []
    for number in range(4):
        angle = np.pi / 4 + number * np.pi / 2
        out = np.array([np.cos(angle), 0, np.sin(angle)])
        legs.append(rod(out * radius * 0.92, out * radius * 0.6 + [0, high - 0.05, 0], 0.014, second))
    return join([lathe(profile, main, 32), *legs])


def table(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Top on four legs."""
    top = 0.035
    return join(
        [
            box([0, size[1] - top / 2, 0], [size[0], top, size[2]], main),
            *_legs(size, size[1] - top, 0.05, 0.04, material=second),
        ]
    )


def desk(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A table with a drawer unit and a modesty panel."""
    unit = [0.38, size[1] - 0.06, size[2] - 0.1]
    pieces = [table(size, main, second, rng), box([size[0] / 2 - 0.24, unit[1] / 2, 0], unit, second)]
    pieces.append(box([0, size[1] * 0.65, -size[2] / 2 + 0.08], [size[0] - 0.2, size[1] * 0.45, 0.018], second))
    for row in range(3):
        pieces.append(box([size[0] / 2 - 0.24, unit[1] * (0.2 + 0.3 * row), unit[2] / 2], [0.3, 0.012, 0.02], STEEL))
    return join(pieces)


def _cushion(centre: list[float], size: list[float], material: Material) -> Mesh:
    """A box with swollen, rounded sides."""
    mesh = sphere([0, 0, 0], 1.0, material, 20)
    n = mesh.vertices_m
    power = 0.22
    shaped = np.sign(n) * np.abs(n) ** power * (np.asarray(size) / 2)
    normal = np.sign(n) * np.abs(n) ** 0.9 / np.asarray(size)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    shaped = shaped.astype(np.float32) + np.asarray(centre, np.float32)
    uv = np.stack([shaped[:, 0] + shaped[:, 2], shaped[:, 1] + shaped[:, 2]], -1)
    return Mesh(shaped, normal.astype(np.float32), uv.astype(np.float32), mesh.faces, mesh.runs)


def sofa(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Seat cushions, back and arms."""
    x, y, z = size
    arm = min(0.2, x * 0.12)
    seats = max(1, round((x - 2 * arm) / 0.75))
    wide = (x - 2 * arm) / seats
    low = 0.425 * y
    pieces = [box([0, 0.47 * low, 0], [x - 0.04, 0.53 * low, z - 0.04], main)]
    pieces += [_cushion([s * (x - arm) / 2, low, 0], [arm, 0.62 * y, z], main) for s in (-1, 1)]
    for number in range(seats):
        at = -x / 2 + arm + wide * (number + 0.5)
        pieces.append(_cushion([at, low, 0.06], [wide * 0.99, 0.25 * y, z * 0.8], main))
        pieces.append(_cushion([at, 0.5 * (1.06 * low + y), -z / 2 + 0.15], [wide * 0.99, y - low, 0.24], main))
    pieces += _legs(size, 0.08, 0.04, 0.05, material=second)
    return join(pieces)


def couch(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """An examination couch: pad with a raised head end on a frame."""
    x, y, z = size
    flat = x * 0.68
    pieces = [_cushion([(x - flat) / 2 - x * 0.0, y - 0.05, 0], [flat, 0.1, z], main)]
    tilt = axis_angle_matrix((0, 0, 1), -0.35)
    head = _cushion([0, 0, 0], [x - flat, 0.1, z], main)
    pieces.append(moved(head, tilt, (-x / 2 + (x - flat) / 2 + 0.01, y + 0.04, 0)))
    pieces.append(box([0, y - 0.13, 0], [x * 0.94, 0.05, z * 0.86], second))
    pieces += _legs(np.array([x * 0.94, y, z * 0.86]), y - 0.13, 0.045, 0.02, material=STEEL)
    return join(pieces)


def shelf(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """An open shelf, partly filled with boxes and books."""
    x, y, z = size
    board = 0.022
    pieces = [box([s * (x - board) / 2, y / 2, 0], [board, y, z], main) for s in (-1, 1)]
    pieces.append(box([0, y / 2, -z / 2 + 0.006], [x, y, 0.01], main))
    levels = max(2, round(y / 0.36))
    for level in range(levels + 1):
        height = board / 2 + (y - board) * level / levels
        pieces.append(box([0, height, 0], [x - 2 * board, board, z], main))
        if level < levels:
            pieces += _books(x - 2 * board, height + board / 2, (y - board) / levels - board, z, rng=rng)
    return join(pieces)


def _books(width: float, base: float, room: float, depth: float, *, rng: Rng) -> list[Mesh]:
    out, at = [], -width / 2 + float(rng.uniform(0, width * 0.5))
    colours = ["#7c3b33", "#2f4c67", "#c8b48b", "#46594a", "#8d8f93", "#d7d2c6", "#33343a", "#b57a3c"]
    while at < width / 2 - 0.08 and len(out) < 14:
        thick = float(rng.uniform(0.02, 0.06))
        if rng.random() < 0.18:
            at += float(rng.uniform(0.05, 0.25))
            continue
        high, deep = room * float(rng.uniform(0.6, 0.95)), depth * float(rng.uniform(0.6, 0.85))
        material = paint(colours[int(rng.integers(len(colours)))], 0.7)
        out.append(box([at + thick / 2, base + high / 2, (depth - deep) * 0.2], [thick * 0.94, high, deep], material))
        at += thick
    return out


def cabinet(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A closed cabinet with doors and handles."""
    x, y, z = size
    doors = max(1, round(x / 0.5))
    wide = x / doors
    pieces = [box([0, y / 2 + 0.02, -0.01], [x, y - 0.04, z - 0.02], second)]
    pieces.append(box([0, 0.02, -0.03], [x - 0.06, 0.04, z - 0.08], DARK))
    for number in range(doors):
        at = -x / 2 + wide * (number + 0.5)
        pieces.append(box([at, y / 2 + 0.02, z / 2 - 0.012], [wide - 0.006, y - 0.06, 0.02], main))
        side = 0.4 if number % 2 == 0 else -0.4
        pieces.append(box([at + side * wide, y * 0.55, z / 2 + 0.005], [0.012, 0.14, 0.018], STEEL))
    return join(pieces)


def panel(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A folding screen: three leaves in a zigzag."""
    x, y, _ = size
    leaf = x / 3 / np.cos(0.4)
    pieces = []
    for number, turn in enumerate((0.4, -0.4, 0.4)):
        rotation = axis_angle_matrix(UP, turn)
        at = [(number - 1) * x / 3, y / 2 + 0.02, 0]
        pieces.append(box(at, [leaf - 0.04, y - 0.08, 0.012], main, rotation))
        for sign in (-1, 1):
            pieces.append(
                box(np.asarray(at) + rotation @ [sign * (leaf / 2 - 0.015), 0, 0], [0.028, y, 0.028], second, rotation)
            )
    return join(pieces)


def monitor(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A screen on a foot."""
    x, y, z = size
    glow = Material(None, (0.02, 0.02, 0.02), 0.25, emission=(0.06, 0.07, 0.09))
    return join(
        [
            box([0, 0.01, 0], [x * 0.4, 0.02, z], main),
            box([0, y * 0.25, -0.02], [0.05, y * 0.5, 0.03], main),
            box([0, y * 0.62, 0], [x, y * 0.72, 0.03], main),
            box([0, y * 0.62, 0.0155], [x * 0.96, y * 0.67, 0.002], glow),
        ]
    )
