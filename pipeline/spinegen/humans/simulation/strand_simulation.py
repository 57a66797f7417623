"""Locks that hang: in every pose they fall from the head under gravity, keep their length, and slide over the body."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from ...geometry.nearest import PointTree
from ...geometry.types import Floats, Ints
from ..body import bones

REACH_M = 0.09
"""Further from the skin than this a tangent plane says nothing about inside and outside."""


@dataclass(frozen=True)
class Obstacle:
    """The skin that hair and skirts lie on, as points with normals that the bones move."""

    points_m: Floats
    """`(P, 3)`, rest pose."""
    normals: Floats
    weights: csr_matrix
    """`(P, B)`."""

    def posed(self, rows: Floats) -> tuple[Floats, Floats]:
        """Points and unit normals `(P, 3)` for `skin.bone_rows (B, 12)`."""
        blended = self.weights @ rows
        turn = blended[:, :9].reshape(-1, 3, 3)
        points = np.einsum("pij,pj->pi", turn, self.points_m) + blended[:, 9:]
        normals = np.einsum("pij,pj->pi", turn, self.normals)
        return points, _unit(normals)


@dataclass(frozen=True)
class StrandSimulation:
    """A few guides are laid in each pose; the many locks follow the nearest one."""

    guides_m: Floats
    """`(G, K, 3)`: knots of the guides in the rest pose, as they grow from the head."""
    free_from: Ints
    """`(G,)`: the first knot that hangs; those before it are fixed to the skull. At least 2."""
    gravity: float
    """Share of the downward pull in each step, 0..1."""
    over_m: float
    """Height of the guides over the skin."""
    knot: Ints
    """`(V,)`: knot of every vertex, counted through all guides."""
    offset: Floats
    """`(V, 3)`: place of every vertex seen from its knot, along the lock, beside it and away from the skin; metres."""
    obstacle: Obstacle

    def posed(self, rows: Floats, skinned: Floats) -> Floats:
        """Vertices `(V, 3)`; what linear skinning gave is not needed."""
        skull = rows[bones.INDEX["skull"]]
        turn = skull[:9].reshape(3, 3)
        path = self.guides_m @ turn.T + skull[9:]
        points, normals = self.obstacle.posed(rows)
        facing = self._fall(path, points, normals)
        frames = knot_frames(path, facing)
        place = path.reshape(-1, 3).astype(np.float32).take(self.knot, axis=0)
        for k, axis in enumerate(frames):
            place += self.offset[:, k, None] * axis.reshape(-1, 3).astype(np.float32).take(self.knot, axis=0)
        return place

    def of(self, kept: Ints) -> "StrandSimulation":
        """The same for a part of which only the vertices `kept (K,)` are left."""
        return replace(self, knot=self.knot[kept], offset=self.offset[kept])

    def _fall(self, path: Floats, points: Floats, normals: Floats) -> Floats:
        """Lay the free knots of `path (G, K, 3)` in place; the skin's normal under every knot."""
        tree = PointTree(points, balanced=False)
        lengths = np.linalg.norm(np.diff(self.guides_m, axis=1), axis=2)
        facing = np.empty_like(path)
        # What is fixed to the head lies over the same skin in every pose.
        under = normals[self._below]
        facing[:, 0] = under[:, 0]
        for k in range(1, path.shape[1]):
            free = np.flatnonzero(self.free_from <= k)
            if len(free):
                before, length = path[free, k - 1], lengths[free, k - 1, None]
                heading = _unit(before - path[free, k - 2]) * (1.0 - self.gravity)
                heading[:, 1] -= self.gravity
                at = before + length * _unit(heading)
                nearest = tree.query(at)[1]
                point, normal = points[nearest], normals[nearest]
                for _ in range(2):
                    at = before + length * _unit(pushed(at, point, normal, over_m=self.over_m) - before)
                path[free, k], under[free, k] = at, normal
            facing[:, k] = _unit(facing[:, k - 1] + under[:, k])
        return facing

    @cached_property
    def _below(self) -> Ints:
        """Points of the skin nearest to the knots at rest `(G, K)`."""
        nearest = PointTree(self.obstacle.points_m).query(self.guides_m.reshape(-1, 3))[1]
        return nearest.reshape(self.guides_m.shape[:2])


def push_out(at: Floats, tree: PointTree, points: Floats, normals: Floats, *, over_m: float) -> Floats:
    """Points `(N, 3)` moved away from the skin below them where they are nearer than `over_m`, or inside."""
    nearest = tree.query(at)[1]
    return pushed(at, points[nearest], normals[nearest], over_m=over_m)


def pushed(at: Floats, points: Floats, normals: Floats, *, over_m: float) -> Floats:
    """The same with the skin's point and normal for each of them, `(N, 3)`."""
    apart = at - points
    height = np.einsum("ni,ni->n", apart, normals)
    near = np.einsum("ni,ni->n", apart, apart) < REACH_M**2
    push = np.where(near, np.clip(over_m - height, 0.0, REACH_M), 0.0)
    return at + push[:, None] * normals


def knot_frames(path: Floats, facing: Floats) -> tuple[Floats, Floats, Floats]:
    """Unit directions `(G, K, 3)` along a lock, beside it, and away from the skin."""
    along = np.empty_like(path)
    along[:, 1:-1] = path[:, 2:] - path[:, :-2]
    along[:, 0], along[:, -1] = path[:, 1] - path[:, 0], path[:, -1] - path[:, -2]
    along = _unit(along)
    aside = _unit(_cross(along, facing))
    return along, aside, _cross(aside, along)


def _cross(a: Floats, b: Floats) -> Floats:
    out = np.empty_like(a)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        out[..., i] = a[..., j] * b[..., k] - a[..., k] * b[..., j]
    return out


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.sqrt(np.einsum("...i,...i->...", vectors, vectors)), 1e-9)[..., None]
