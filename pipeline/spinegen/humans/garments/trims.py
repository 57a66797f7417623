"""Collars of shirts and hoods of hoodies, raised from the garment's own neckline."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...geometry.nearest import PointTree
from ...geometry.types import Floats, Ints
from ...geometry.vectors import unit
from ...streams import Stream, generator
from ..mesh import mesh_ops
from ..mesh.mesh import MeshPart
from ..mesh.mesh_parts import finish_part
from ..spec.person_spec import Garment
from .fabric import TILE_M, fabric_grain, fabric_texture

UP = np.array([0.29, 0.957, 0.0])
"""Direction of the neck: it leans forwards."""
FOLD_M = 0.03
"""A collar folds down this far from the neckline."""
STEPS = 72


@dataclass(frozen=True)
class Neck:
    """The neckline, and a line beside it on the cloth, by angle from the front `(STEPS, 3)`."""

    edge_m: Floats
    beside_m: Floats
    facing: Floats
    """Unit normals of the cloth along the second."""
    out: Floats
    """Horizontal unit directions away from the neck."""


def make_trim(
    garment: Garment, vertices: Floats, faces: Ints, opening_m: Floats, *, weights: Floats
) -> MeshPart | None:
    """The collar or hood of a garment with these vertices `(V, 3)`, if it has one; it moves as the cloth below it does.

    `opening_m (V,)` is the way from the neckline, `weights (V, B)` are the garment's.
    """
    if garment.kind not in ("shirt", "hoodie"):
        return None
    neck = _neck(vertices, faces, opening_m)
    points = _collar(neck) if garment.kind == "shirt" else _hood(garment, neck)
    rows, columns = points.shape[:2]
    flat = points.reshape(-1, 3)
    near = np.flatnonzero(opening_m < 2.0 * FOLD_M)
    _, index = PointTree(vertices[near]).query(flat, 4)
    index_grid = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index_grid[:-1, :-1], index_grid[:-1, 1:], index_grid[1:, :-1], index_grid[1:, 1:]
    return finish_part(
        f"{garment.kind}_trim",
        "garment",
        flat,
        np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)]),
        uv=np.stack([flat[:, 2] + 0.6, flat[:, 1] + 0.7 * flat[:, 0]], axis=1) / TILE_M,
        weights=weights[near[index]].mean(1),
        texture_rgb=fabric_texture(garment.fabric, "trim")[::2, ::2],
        roughness=0.88,
        two_sided=True,
        grain=fabric_grain(garment.fabric),
    )


def _neck(vertices: Floats, faces: Ints, opening_m: Floats) -> Neck:
    rim = mesh_ops.boundary(faces)
    rim = rim[np.abs(opening_m[rim]) < 0.006]
    middle = vertices[rim].mean(0)
    beside = np.flatnonzero((opening_m > 0.8 * FOLD_M) & (opening_m < 1.3 * FOLD_M))
    edge = _around(vertices[rim], middle)
    facing = _around(mesh_ops.normals(vertices, faces)[beside], middle, vertices[beside])
    flat = (edge - middle) * np.array([1.0, 0.0, 1.0])
    return Neck(edge, _around(vertices[beside], middle), unit(facing), unit(flat))


def _around(values: Floats, middle: Floats, places: Floats | None = None) -> Floats:
    """Values `(N, 3)` at scattered places as a smooth function of the angle from the front `(STEPS, 3)`."""
    flat = (values if places is None else places) - middle
    angle = np.arctan2(-flat[:, 2], flat[:, 0]) % (2 * np.pi)
    order = np.argsort(angle, kind="stable")
    grid = (np.arange(STEPS) + 0.5) * 2 * np.pi / STEPS
    found = np.stack([np.interp(grid, angle[order], values[order, k], period=2 * np.pi) for k in range(3)], axis=1)
    return gaussian_filter1d(found, 1.5, axis=0, mode="wrap")


def _collar(neck: Neck) -> Floats:
    """A stand of two centimetres and a half, folded over to the outside, open in front."""
    angle = (np.arange(STEPS) + 0.5) * 2 * np.pi / STEPS
    ahead = np.minimum(angle, 2 * np.pi - angle)[:, None]
    height = 0.026 - 0.006 * np.exp(-((ahead / 0.6) ** 2))
    tip = np.exp(-((ahead / 0.4) ** 2)) * np.array([0.004, -0.014, 0.0])
    top = neck.edge_m + UP * height - neck.out * 0.002
    down = neck.beside_m + neck.facing * 0.008 + tip
    rows = [
        neck.edge_m - UP * 0.008,
        neck.edge_m + UP * 0.5 * height - neck.out * 0.001,
        top,
        top + UP * 0.002 + neck.out * 0.004,
        0.55 * top + 0.45 * down + neck.out * 0.007,
        down,
    ]
    return np.stack(rows)[:, 3 : STEPS - 3]


def _hood(garment: Garment, neck: Neck) -> Floats:
    """A hood lying on the back of the neck: a soft roll, thick behind and running out at the sides."""
    rng = generator(garment.seed, Stream.HOOD)
    angle = (np.arange(STEPS) + 0.5) * 2 * np.pi / STEPS
    behind = np.clip(-np.cos(angle) * 0.6 + 0.4, 0.0, 1.0)
    thick = 0.004 + 0.024 * behind * (1.0 + 0.1 * np.sin(angle * 5 + rng.uniform(0, 6)))
    own = slice(8, STEPS - 8)
    thick = (thick * np.clip((np.minimum(angle, 2 * np.pi - angle) - 0.6) / 0.5, 0.05, 1.0))[own, None]
    base = (0.6 * neck.edge_m + 0.4 * neck.beside_m)[own]
    rows = [
        base + neck.facing[own] * thick * (1.0 + np.cos(turn)) + UP * thick * 1.3 * np.sin(turn)
        for turn in np.linspace(0.0, 2 * np.pi, 13)
    ]
    return np.stack(rows)
