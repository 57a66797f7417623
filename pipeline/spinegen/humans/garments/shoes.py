"""Shoes: the foot's shell with its toes smoothed away, a flat sole below, and a painted upper."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ...geometry.nearest import PointTree
from ...geometry.types import Floats, Ints
from ...streams import Stream, generator
from ..body import bones
from ..mesh import mesh_ops
from ..mesh.grain import grain_of
from ..mesh.mesh import MeshPart
from ..mesh.mesh_parts import finish_part
from ..spec.person_spec import Garment

SIZE = 512
HEIGHT_M = 0.16
"""The texture spans this height from the sole; across it spans half a turn around the foot, from the toes to the heel."""
SOLE_M = 0.022


SOLE_TOP_M = 0.015
"""Height at which the upper meets the sole."""
SOLE_STEPS = 64


def make_shoes(garment: Garment, rows: Floats, faces: Ints) -> MeshPart:
    """A pair of shoes from the rows (position, weights) of a foot shell."""
    uppers = shape_uppers(rows[:, :3], faces, 0.004 + 0.4 * garment.looseness_m)
    floor = float(rows[:, 1].min())
    weights = rows[:, 3 : 3 + len(bones.BONES)]
    table, upper_faces = mesh_ops.clip(
        np.concatenate([uppers, weights], axis=1), faces, uppers[:, 1] - floor - SOLE_TOP_M
    )
    pieces = [(table, upper_faces, shoe_uv(table[:, :3], floor))]
    rim = mesh_ops.boundary(upper_faces)
    rim = rim[table[rim, 1] < floor + SOLE_TOP_M + 0.004]
    for sign in (1.0, -1.0):
        own = table[rim[table[rim, 2] * sign > 0]]
        if len(own) > 8:
            pieces.append(_sole(own, floor))
    first = np.cumsum([0, *(len(piece[0]) for piece in pieces)])
    whole = np.concatenate([piece[0] for piece in pieces])
    return finish_part(
        "shoes",
        "shoe",
        whole[:, :3],
        np.concatenate([piece[1] + start for piece, start in zip(pieces, first[:-1], strict=True)]),
        uv=np.concatenate([piece[2] for piece in pieces]),
        weights=whole[:, 3:],
        texture_rgb=shoe_texture(garment),
        roughness=0.55,
        two_sided=True,
        grain=grain_of(generator(garment.fabric.seed, Stream.SHOES, 1), 0.03, 0.03),
    )


def _sole(rim: Floats, floor: float) -> tuple[Floats, Ints, Floats]:
    """Rows, faces and uv of the sole below the lower rim (rows) of one upper: an even wall and a flat bottom."""
    low, high = rim[:, [0, 2]].min(0), rim[:, [0, 2]].max(0)
    middle, half = 0.5 * (low + high), 0.5 * (high - low)
    flat = (rim[:, [0, 2]] - middle) / half
    angle = np.arctan2(flat[:, 1], flat[:, 0]) % (2 * np.pi)
    order = np.argsort(angle, kind="stable")
    grid = np.arange(SOLE_STEPS) * 2 * np.pi / SOLE_STEPS
    radius = np.interp(grid, angle[order], np.linalg.norm(flat, axis=1)[order], period=2 * np.pi)
    radius = gaussian_filter1d(radius, 1.2, mode="wrap")
    toward = np.stack([np.cos(grid), np.sin(grid)], axis=1)
    outline = middle + radius[:, None] * toward * half
    top, bottom = floor + SOLE_TOP_M, floor - 0.001
    rings = [(-0.003, top + 0.002), (0.003, top + 0.001), (0.004, bottom + 0.003), (0.001, bottom), (-1.0, bottom)]
    points = np.empty((len(rings), SOLE_STEPS, 3))
    for i, (out, height) in enumerate(rings):
        edge = outline + toward * out if out > -1.0 else np.broadcast_to(middle, outline.shape)
        points[i] = np.stack([edge[:, 0], np.full(SOLE_STEPS, height), edge[:, 1]], axis=1)
    index = np.arange(len(rings) * SOLE_STEPS).reshape(len(rings), SOLE_STEPS)
    a, b = index[:-1], np.roll(index[:-1], -1, axis=1)
    c, d = index[1:], np.roll(index[1:], -1, axis=1)
    faces = np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])
    nearest = PointTree(rim[:, [0, 2]]).query(points.reshape(-1, 3)[:, [0, 2]])[1]
    # Walls and bottom lie within the painted sole.
    uv = np.stack([4.0 * points[..., 0], 0.1 * SOLE_M / HEIGHT_M + 5.0 * (points[..., 1] - bottom)], axis=-1)
    uv[3:, :, 1] += 0.5 * np.abs(points[3:, :, 2] - middle[1])
    rows = np.concatenate([points.reshape(-1, 3), rim[nearest, 3:]], axis=1)
    return rows, faces.astype(np.int32), uv.reshape(-1, 2)


def shape_uppers(vertices: Floats, faces: Ints, lift_m: float) -> Floats:
    """A foot shell `(V, 3)` made rounder, longer at the toes, and wider towards the sole."""
    mean = mesh_ops.averaging(len(vertices), faces)
    edge = mesh_ops.boundary(faces)
    out = vertices.copy()
    for _ in range(10):
        held = out[edge]
        out = mean @ out
        out[edge] = held
    normal = mesh_ops.normals(out, faces)
    for _ in range(4):
        normal = mean @ normal
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    out = out + normal * lift_m
    floor = float(vertices[:, 1].min())
    low = np.clip((floor + 0.05 - out[:, 1]) / 0.05, 0.0, 1.0)
    for sign in (1.0, -1.0):
        own = out[:, 2] * sign > 0
        if own.any():
            # The sole stands out a little and is longer at the toe than the foot.
            middle = out[own].mean(0)
            reach = 1.0 + 0.07 * low[own]
            out[own, 2] = middle[2] + (out[own, 2] - middle[2]) * reach
            toe = np.clip((out[own, 0] - middle[0]) / 0.12, 0.0, 1.0)
            out[own, 0] += 0.012 * toe
    return out


def shoe_uv(vertices: Floats, floor: float) -> Floats:
    """u around each foot from the toes, v by height over the floor `(V, 2)`."""
    out = np.zeros((len(vertices), 2))
    for sign in (1.0, -1.0):
        own = vertices[:, 2] * sign > 0
        if own.any():
            flat = vertices[own][:, [0, 2]] - vertices[own][:, [0, 2]].mean(0)
            out[own, 0] = np.abs(np.arctan2(flat[:, 1], flat[:, 0])) / np.pi
    out[:, 1] = (vertices[:, 1] - floor) / HEIGHT_M
    return out


def _lace(image: Floats, height: Floats, around: Floats, ground: Floats, *, rng: np.random.Generator) -> None:
    """A tongue as wide all the way up, with laces across it, light, dark or of the shoe's own colour; or a shoe to slip on. In place."""
    style = rng.random()
    if style < 0.25:
        return
    # The upper draws in from toes to ankle: the same width is a wider angle further up.
    radius = np.clip(0.1 - 1.2 * (height - 0.045), 0.03, 0.1)
    aside = radius * np.sin(np.pi * np.minimum(around, 0.5))
    instep = (height > 0.045) & (height < 0.1)
    image[instep & (aside < 0.019)] = ground * 0.8
    light = style < 0.6 and float(ground.sum()) < 2.2
    tone = np.array((0.86, 0.85, 0.82), np.float32) if light else ground * (0.45 if style < 0.8 else 0.65)
    image[instep & (aside < 0.017) & ((height * 140.0) % 1.0 < 0.42)] = tone


def shoe_texture(garment: Garment) -> NDArray[np.uint8]:
    """Sole, toe cap, upper and laces `(SIZE, SIZE, 3)` sRGB."""
    rng = generator(garment.fabric.seed, Stream.SHOES)
    ground, second, accent = (np.array(c, np.float32) for c in garment.fabric.colours)
    height = (1.0 - (np.arange(SIZE, dtype=np.float32)[:, None] + 0.5) / SIZE) * HEIGHT_M
    around = (np.arange(SIZE, dtype=np.float32)[None, :] + 0.5) / SIZE
    image = np.broadcast_to(ground, (SIZE, SIZE, 3)).copy()
    sporty = rng.random() < 0.6
    if sporty:
        stripe = (np.abs(around - 0.45 - (height - 0.05) * 2.0) < 0.03) & (height < 0.085)
        image[stripe] = accent if rng.random() < 0.5 else second
        heel = around > 0.86
        image[heel & (height < 0.07)] = second
    _lace(image, height, around, ground, rng=rng)
    sole = np.array((0.9, 0.89, 0.86), np.float32) if sporty or rng.random() < 0.4 else ground * 0.35
    row = height[:, 0]
    image[row < SOLE_M] = sole
    image[np.abs(row - SOLE_M) < 0.0012] *= np.float32(0.6)
    return np.clip(image * np.float32(255.0), 0, 255).astype(np.uint8)
