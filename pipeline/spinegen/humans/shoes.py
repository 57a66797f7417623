"""Shoes: the foot's shell with its toes smoothed away, a sole, and a painted upper."""

import numpy as np
from numpy.typing import NDArray

from . import mesh_ops
from .arrays import Floats, Ints
from .person_spec import Garment
from .texture_noise import noise

SIZE = 512
HEIGHT_M = 0.16
"""The texture spans this height from the sole; across it spans one turn around the foot from the heel."""
SOLE_M = 0.022


def shape_shoes(vertices: Floats, faces: Ints, lift_m: float) -> Floats:
    """A foot shell `(V, 3)` turned into a pair of shoes: rounder toes, flat sole of even height."""
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
    out[:, 1] = np.where(out[:, 1] < floor + 0.016, floor - 0.001, out[:, 1])
    return out


def shoe_uv(vertices: Floats) -> Floats:
    """u around each foot from the heel, v by height `(V, 2)`."""
    out = np.zeros((len(vertices), 2))
    floor = vertices[:, 1].min()
    for sign in (1.0, -1.0):
        own = vertices[:, 2] * sign > 0
        if own.any():
            flat = vertices[own][:, [0, 2]] - vertices[own][:, [0, 2]].mean(0)
            out[own, 0] = np.abs(np.arctan2(flat[:, 1], flat[:, 0])) / np.pi
    out[:, 1] = (vertices[:, 1] - floor) / HEIGHT_M
    return out


def shoe_texture(garment: Garment) -> NDArray[np.uint8]:
    """Sole, toe cap, upper and laces `(SIZE, SIZE, 3)` sRGB."""
    rng = np.random.default_rng([garment.fabric.seed, 21])
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
    laces = (around < 0.16) & (height > 0.045) & (height < 0.1)
    image[laces & ((height * 130.0) % 1.0 < 0.55)] = np.array((0.9, 0.9, 0.88)) if sum(ground) < 2.2 else 0.25
    sole = np.array((0.9, 0.89, 0.86), np.float32) if sporty or rng.random() < 0.4 else ground * 0.35
    image = np.where((height < SOLE_M)[..., None], sole, image)
    image = np.where((np.abs(height - SOLE_M) < 0.0012)[..., None], image * 0.6, image)
    image = image * (1.0 + 0.03 * noise(SIZE, 1.0, rng) + 0.03 * noise(SIZE, 30.0, rng))[..., None]
    return np.clip(image * 255.0, 0, 255).astype(np.uint8)
