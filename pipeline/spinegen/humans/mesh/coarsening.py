"""Fewer triangles: edges too short to be seen are drawn together, and of many locks of hair a few broader ones are kept.

Edges are collapsed shortest first, as in progressive meshes (Hoppe 1996), always onto one of their ends, so that every vertex that is left
is one of the surface's own. Thinning of locks keeps the area they cover, as in stochastic simplification of aggregate detail (Cook et al. 2007).
"""

from dataclasses import dataclass

import numpy as np

from ...geometry.types import Flags, Floats, Ints
from ...geometry.vectors import lengths
from .mesh import Ribbons
from .mesh_ops import edges, sides

ROUNDS = 6
MATCHINGS = 3
"""So many times a round edges are chosen of those that no chosen one touches."""
LEAST_SHARE = 0.02
"""No further round once fewer of the edges that are left to go than this are the shortest around."""
LENGTH_SHARE, BEND_SHARE = 0.4, 3.0
"""What counts against a limit: of an edge's length, and of how far it leaves the tangent planes of its ends."""
LEAST_FACING = 0.3
"""Cosine between a triangle's normal and the surface's at its corners, at least, where it was no less before."""


@dataclass(frozen=True)
class Surface:
    """Triangles over points, of which several vertices may share one along a texture's seam."""

    points_m: Floats
    """`(P, 3)`."""
    normals: Floats
    """`(P, 3)`, unit length."""
    faces: Ints
    """`(F, 3)` points."""
    finer: Floats
    """`(P,)`: how many times shorter edges stay here."""


def drawn_together(surface: Surface, limit_m: float) -> Ints:
    """For every point `(P,)` the one that it is drawn to, where edges shorter than about `limit_m` are to go; those that stay keep their number.

    Open edges keep their course: they are shortened along themselves alone. No triangle turns over.
    """
    to = np.arange(len(surface.points_m))
    faces = surface.faces
    pairs, which, open_edge = edges(faces)
    border = sides(faces)[open_edge[which]]
    on_border = np.zeros(len(to), bool)
    on_border[border] = True
    along = _border_tangents(surface, border)
    # Edges get longer as others go: what is too long at first stays.
    short = LENGTH_SHARE * _length_m(surface, pairs) < limit_m
    pairs, open_edge = pairs[short], open_edge[short]
    for _ in range(ROUNDS):
        # What lies between two stretches of border stays, or the surface would be pinched there.
        free = open_edge | ~(on_border[pairs[:, 0]] & on_border[pairs[:, 1]])
        cost = np.where(free, _cost_m(surface, along, pairs, open_edge), np.inf)
        short = cost < limit_m
        pairs, open_edge = pairs[short], open_edge[short]
        if not len(pairs):
            break
        first, kept, dropped = _chosen(pairs, cost[short], on_border)
        if len(first) < LEAST_SHARE * len(pairs):
            break
        step = np.arange(len(to))
        step[dropped] = kept
        faces = _stepped(surface, faces, step)
        tried = np.zeros(len(pairs), bool)
        tried[first] = True
        to, pairs = step[to], step[pairs[~tried]]
        apart = pairs[:, 0] != pairs[:, 1]
        pairs, open_edge = pairs[apart], open_edge[~tried][apart]
    return to


def whole(faces: Ints) -> Flags:
    """Which triangles `(F, 3)` have three different corners."""
    a, b, c = faces.T
    return (a != b) & (b != c) & (c != a)


def _border_tangents(surface: Surface, border: Ints) -> Floats:
    """Unit vectors `(P, 3)` along the border; where there is none, or it turns back, nearly nothing."""
    a, b = border.T
    step = _unit(surface.points_m[b] - surface.points_m[a])
    out = np.zeros_like(surface.points_m)
    np.add.at(out, a, step)
    np.add.at(out, b, step)
    return out / np.maximum(lengths(out), 1e-3)[:, None]


def _length_m(surface: Surface, pairs: Ints) -> Floats:
    a, b = pairs.T
    edge = surface.points_m.take(b, axis=0) - surface.points_m.take(a, axis=0)
    return lengths(edge) * np.maximum(surface.finer[a], surface.finer[b])


def _cost_m(surface: Surface, along: Floats, pairs: Ints, open_edge: Flags) -> Floats:
    a, b = pairs.T
    edge = surface.points_m[b] - surface.points_m[a]
    length = lengths(edge)
    bend = np.maximum(*(np.abs(np.einsum("ij,ij->i", edge, surface.normals[end])) for end in (a, b)))
    own = np.flatnonzero(open_edge)
    straight = np.minimum(*(np.abs(np.einsum("ij,ij->i", edge[own], along[end[own]])) for end in (a, b)))
    bend[own] += np.sqrt(np.maximum(length[own] ** 2 - straight**2, 0.0))
    return (LENGTH_SHARE * length + BEND_SHARE * bend) * np.maximum(surface.finer[a], surface.finer[b])


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(lengths(vectors), 1e-12)[:, None]


def _chosen(pairs: Ints, cost: Floats, on_border: Flags) -> tuple[Ints, Ints, Ints]:
    """Edges that share no end and are cheap for where they are, which end of them stays and which goes.

    The cheapest at both their ends come first, then those of what is left, and so on.
    """
    order = np.empty(len(pairs), np.int32)
    order[np.argsort(cost, kind="stable")] = np.arange(len(pairs), dtype=np.int32)
    left = np.arange(len(pairs))
    best = np.empty(len(on_border), np.int32)
    found: list[Ints] = []
    for _ in range(MATCHINGS):
        a, b = pairs[left].T
        best[:] = len(pairs)
        np.minimum.at(best, a, order[left])
        np.minimum.at(best, b, order[left])
        first = (best[a] == order[left]) & (best[b] == order[left])
        found.append(left[first])
        taken = np.zeros(len(on_border), bool)
        taken[pairs[found[-1]]] = True
        left = left[~(taken[a] | taken[b])]
        if not len(left):
            break
    first = np.concatenate(found)
    a, b = pairs[first].T
    turned = on_border[b] & ~on_border[a]
    return first, np.where(turned, b, a), np.where(turned, a, b)


def _stepped(surface: Surface, faces: Ints, step: Ints) -> Ints:
    """Triangles after a step, of which whatever would turn one of them over is taken back."""
    moved = step != np.arange(len(step))
    touched = np.flatnonzero(moved[faces[:, 0]] | moved[faces[:, 1]] | moved[faces[:, 2]])
    before = faces[touched]
    least = np.minimum(_facing(surface, before), LEAST_FACING)
    asked = np.arange(len(before))
    # What is taken back may turn over a neighbour of its own.
    for _ in range(4):
        after = step[before[asked]]
        asked = asked[whole(after)]
        bad = before[asked[_facing(surface, step[before[asked]]) < least[asked]]]
        if not len(bad):
            break
        back = np.zeros(len(step), bool)
        back[bad] = True
        step[bad] = bad
        asked = np.flatnonzero(back[before[:, 0]] | back[before[:, 1]] | back[before[:, 2]])
    faces = faces.copy()
    faces[touched] = step[before]
    return faces[whole(faces)]


def _facing(surface: Surface, faces: Ints) -> Floats:
    """Cosines `(F,)` between triangles' normals and the surface's at their corners."""
    a, b, c = (surface.points_m.take(faces[:, k], axis=0) for k in range(3))
    u, v = (b - a).T, (c - a).T
    cross = np.stack([u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]], axis=1)
    towards = surface.normals[faces[:, 0]] + surface.normals[faces[:, 1]] + surface.normals[faces[:, 2]]
    sizes = np.sqrt(np.einsum("ij,ij->i", cross, cross) * np.einsum("ij,ij->i", towards, towards))
    return np.einsum("ij,ij->i", cross, towards) / np.maximum(sizes, 1e-30)


LOCK_WIDTHS = {True: 3.6, False: 0.6}
"""So many times the wanted length takes the place of locks' mean width, where they lie over each other many times, and where they do not."""
WIDENED = {True: 0.6, False: 1.0}
"""Power of the number of locks for which one stands, by which it is broadened: those on top of others hide less."""


@dataclass(frozen=True)
class Thinned:
    """Which locks and knots of ribbons are left."""

    kept: Ints
    """`(K',)` vertices, in their order, counted from the first of the ribbons."""
    ribbons: Ribbons
    """What is left of them, from the same first vertex on."""
    broader: float


def thinned(edges_m: Floats, ribbons: Ribbons, limit_m: float) -> Thinned:
    """Fewer, broader and straighter locks for ribbons at `(locks, knots, 2, 3)`, of which nothing shorter than about `limit_m` is to be seen."""
    count, knots = edges_m.shape[:2]
    width = float(np.linalg.norm(edges_m[:, :, 1] - edges_m[:, :, 0], axis=-1).max(1).mean())
    middle = edges_m.mean(2)
    step = float(np.linalg.norm(np.diff(middle, axis=1), axis=-1).mean())
    power = WIDENED[ribbons.deep]
    first_width = max(width, 1e-6) / ribbons.stands_for**power
    every = max(1, round(LOCK_WIDTHS[ribbons.deep] * limit_m / first_width / ribbons.stands_for))
    left = np.arange(every // 2, count, every) if count > every else np.arange(1)
    stride = int(np.clip(limit_m / max(step, 1e-6), 1, knots - 1))
    own = np.unique(np.append(np.arange(0, knots - 1, stride), knots - 1))
    if len(own) > 2 and own[-1] - own[-2] < 0.6 * stride:
        own = np.delete(own, -2)
    kept = ((left[:, None] * knots + own)[:, :, None] * 2 + np.arange(2)).reshape(-1)
    few = Ribbons(ribbons.first, len(left), len(own), ribbons.deep, ribbons.stands_for * every)
    return Thinned(kept, few, every**power)


def broadened(edges: Floats, factor: float) -> Floats:
    """Ribbons' vertices `(2 N, D)`, edge beside edge, moved apart from the middle between them."""
    both = edges.reshape(-1, 2, edges.shape[-1])
    middle = both.mean(1, keepdims=True)
    return (middle + factor * (both - middle)).reshape(edges.shape)


def ribbon_faces(ribbons: Ribbons) -> Ints:
    """Triangles `(2 * locks * (knots - 1), 3)` over the vertices of the part."""
    grid = ribbons.first + np.arange(ribbons.last - ribbons.first).reshape(ribbons.locks, ribbons.knots, 2)
    a, b, c, d = grid[:, :-1, 0], grid[:, :-1, 1], grid[:, 1:, 0], grid[:, 1:, 1]
    return np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
