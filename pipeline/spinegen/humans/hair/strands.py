"""Locks of hair: paths grown over the head and shoulders, drawn as tapering ribbons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...geometry.nearest import PointTree
from ...geometry.types import Floats, Ints
from ..body import bones
from ..body.body_data import BodyData
from ..body.texel_map import masked_vertices
from ..mesh import mesh_ops
from ..mesh.coarsening import ribbon_faces
from ..mesh.mesh import MeshPart, Ribbons
from ..mesh.mesh_parts import finish_part


@dataclass(frozen=True)
class Scalp:
    """The skin that hair grows from and lies on."""

    points_m: Floats
    normals: Floats
    weights: Floats
    tree: PointTree

    def nearest(self, points: Floats) -> tuple[Ints, Floats]:
        """Nearest skin vertex and the height over its tangent plane of points `(N, 3)`."""
        _, index = self.tree.query(points)
        height = np.einsum("ij,ij->i", points - self.points_m[index], self.normals[index])
        return index, height


@dataclass(frozen=True)
class Growth:
    """How the locks of one style grow."""

    length_m: float
    steps: int
    lift_m: float
    """Height of the locks over the skin in the middle of their way."""
    gravity: float
    """Share of the downward pull in each step, 0..1."""
    cling: float = 0.6
    """How closely locks follow the head, 0..1."""
    curl_m: float = 0.0
    """Radius of the locks' curls."""
    curl_turns: float = 3.0
    swept: float = 0.0
    """Pull backwards in each step of what lies in front of `swept_to_x_m`, 0..1."""
    swept_to_x_m: float = 0.0


class Strips(NamedTuple):
    """Ribbons that are all alike in their number of knots."""

    vertices_m: Floats
    """`(locks * knots * 2, 3)`, by lock, knot and edge."""
    uv: Floats
    locks: int
    knots: int
    deep: bool


def make_scalp(data: BodyData, vertices_m: Floats, weights: Floats) -> Scalp:
    """Skin of head, neck, shoulders and upper back."""
    body = data.vertices_of("body")
    above = vertices_m[:, 1] > float(vertices_m[body, 1].max()) * 0.7
    arms = weights[:, [bones.INDEX[f"{n}_{s}"] for n in ("ulna", "radius", "hand") for s in "rl"]].sum(1)
    keep = np.zeros(len(vertices_m), bool)
    keep[body] = True
    keep &= above & (arms < 0.2)
    # Ears fold over themselves: locks slip over them instead of being thrown off.
    keep[masked_vertices("ears")] = False
    normals = mesh_ops.normals(vertices_m, data.faces["body"])
    index = np.flatnonzero(keep)
    points = vertices_m[index].astype(np.float64)
    return Scalp(points, normals[index].astype(np.float64), weights[index], PointTree(points))


def scatter(vertices: Floats, faces: Ints, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """`count` points spread evenly over a surface, and its normals there."""
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1)
    pick = np.searchsorted(np.cumsum(area) / area.sum(), (np.arange(count) + rng.random(count)) / count)
    pick = np.minimum(pick, len(faces) - 1)
    s, t = np.sqrt(rng.random(count)), rng.random(count)
    points = a[pick] * (1 - s)[:, None] + b[pick] * (s * (1 - t))[:, None] + c[pick] * (s * t)[:, None]
    return points, cross[pick] / np.maximum(area[pick], 1e-12)[:, None]


def grow(
    scalp: Scalp,
    roots: Floats,
    heading: Floats,
    growth: Growth,
    *,
    rng: np.random.Generator,
    length: Floats | None = None,
) -> Floats:
    """Paths `(N, steps + 1, 3)` that start at the roots in the headings, fall, and stay outside the skin."""
    count = len(roots)
    length = growth.length_m * rng.uniform(0.75, 1.15, count) if length is None else length
    step = length / growth.steps
    path = np.empty((count, growth.steps + 1, 3))
    at, direction = roots.copy(), heading.copy()
    lift = growth.lift_m * rng.uniform(0.6, 1.3, count)
    index, _ = scalp.nearest(at)
    at = at + scalp.normals[index] * 0.001
    path[:, 0] = at
    for k in range(1, growth.steps + 1):
        direction = direction * (1 - growth.gravity) + np.array([0.0, -growth.gravity, 0.0])
        direction[:, 0] -= growth.swept * np.clip((at[:, 0] - growth.swept_to_x_m) / 0.03, 0.0, 1.0)
        direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
        at = at + direction * step[:, None]
        index, height = scalp.nearest(at)
        normal = scalp.normals[index]
        wanted = lift * min(1.0, 0.4 + k / 2.0)
        # Far from its nearest point a tangent plane says nothing about inside and outside.
        inside = np.clip(wanted - height, 0.0, 0.015)
        beyond = np.clip(height - wanted, 0.0, 0.03) * growth.cling
        at = at + normal * (inside - beyond)[:, None]
        direction = at - path[:, k - 1]
        direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
        path[:, k] = at
    if growth.curl_m > 0:
        path += _curls(path, growth, rng)
    return path


def _curls(path: Floats, growth: Growth, rng: np.random.Generator) -> Floats:
    count, knots = path.shape[:2]
    phase = rng.uniform(0, 2 * np.pi, (count, 1)) + np.linspace(0, 2 * np.pi * growth.curl_turns, knots)[None]
    tangent = np.gradient(path, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-9)
    side = np.cross(tangent, np.array([0.31, 0.42, 0.85]))
    up = np.cross(tangent, side)
    radius = growth.curl_m * np.linspace(0.2, 1.0, knots)[None, :, None] * rng.uniform(0.6, 1.3, (count, 1, 1))
    return radius * (np.cos(phase)[..., None] * side + np.sin(phase)[..., None] * up)


def ribbons(
    scalp: Scalp, path: Floats, width_m: float, rng: np.random.Generator, *, blunt: float = 0.3, deep: bool = True
) -> Strips:
    """Tapering ribbons along paths `(N, K, 3)`. They lie flat on the skin below them, and many times over each other where they are `deep`."""
    count, knots = path.shape[:2]
    tangent = np.gradient(path, axis=1)
    index, _ = scalp.nearest(path.reshape(-1, 3))
    normal = scalp.normals[index].reshape(count, knots, 3)
    side = np.cross(tangent, normal)
    side /= np.maximum(np.linalg.norm(side, axis=2, keepdims=True), 1e-9)
    along = np.linspace(0.0, 1.0, knots)
    taper = (1.0 - (1.0 - blunt) * along**2) * np.clip(along * 4 + 0.6, 0, 1)
    half = 0.5 * width_m * rng.uniform(0.7, 1.3, (count, 1)) * taper[None]
    out = np.stack([path - side * half[..., None], path + side * half[..., None]], axis=2)
    return Strips(out.reshape(-1, 3), ribbon_uv(count, knots, rng), count, knots, deep)


def ribbon_uv(count: int, knots: int, rng: np.random.Generator) -> Floats:
    """Texture coordinates `(count * knots * 2, 2)` of ribbons whose vertices go by lock, knot and edge; each lock shows a strip of its own."""
    u = rng.random((count, 1, 1)) + np.array([0.0, 0.045])
    v = 0.5 * np.linspace(0.0, 1.0, knots)[:, None] + rng.random((count, 1, 1))
    return np.stack(np.broadcast_arrays(u, v), axis=-1).reshape(-1, 2)


def head_part(name: str, pieces: Sequence[Strips], texture_rgb: NDArray[np.uint8], *, roughness: float) -> MeshPart:
    """One part, moved by the skull, of several ribbons."""
    vertices = np.concatenate([piece.vertices_m for piece in pieces])
    first = np.cumsum([0, *(len(piece.vertices_m) for piece in pieces)]).tolist()
    ribbons = tuple(
        Ribbons(start, piece.locks, piece.knots, piece.deep) for piece, start in zip(pieces, first[:-1], strict=True)
    )
    return finish_part(
        name,
        "hair",
        vertices,
        np.concatenate([ribbon_faces(own) for own in ribbons]),
        uv=np.concatenate([piece.uv for piece in pieces]),
        weights=on_skull(len(vertices)),
        texture_rgb=texture_rgb,
        roughness=roughness,
        two_sided=True,
        ribbons=ribbons,
    )


def on_skull(count: int) -> Floats:
    """Weights `(count, bones)` of what moves with the head."""
    weights = np.zeros((count, len(bones.BONES)), np.float32)
    weights[:, bones.INDEX["skull"]] = 1.0
    return weights
