"""Fewer triangles: edges too short to be seen are drawn together, and of many locks of hair a few broader ones are kept.

Edges are collapsed shortest first, as in progressive meshes (Hoppe 1996), always onto one of their ends, so that every vertex that is left
is one of the surface's own. Thinning of locks keeps the area they cover, as in stochastic simplification of aggregate detail (Cook et al. 2007).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...geometry.types import Flags, Floats, Ints
from ...geometry.vectors import lengths
from .mesh import Ribbons
from .mesh_ops import edges

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
    ends, open_edge, border = edges(faces)
    on_border = np.zeros(len(to), bool)
    on_border[border] = True
    points = _Points.of(surface, border)
    # Edges get longer as others go: what is too long at first stays.
    ends, open_edge = _picked(LENGTH_SHARE * points.length_m(ends) < limit_m, ends, open_edge)
    for _ in range(ROUNDS):
        # What lies between two stretches of border stays, or the surface would be pinched there.
        free = open_edge | ~(on_border[ends[0]] & on_border[ends[1]])
        cost = np.where(free, points.cost_m(ends, open_edge), np.float32(np.inf))
        short = cost < limit_m
        ends, open_edge = _picked(short, ends, open_edge)
        if not len(open_edge):
            break
        first, kept, dropped = _chosen(ends, cost[short], on_border)
        if len(first) < LEAST_SHARE * len(open_edge):
            break
        step = np.arange(len(to))
        step[dropped] = kept
        faces = _stepped(points, faces, step)
        left = np.ones(len(open_edge), bool)
        left[first] = False
        to, ends = step.take(to), step.take(ends)
        ends, open_edge = _picked(left & (ends[0] != ends[1]), ends, open_edge)
    return to


def _picked(which: Flags, ends: Ints, open_edge: Flags) -> tuple[Ints, Flags]:
    own = np.flatnonzero(which)
    return ends.take(own, axis=1), open_edge.take(own)


def _any(marked: Flags, faces: Ints) -> Flags:
    """Which triangles `(F, 3)` have a marked corner."""
    a, b, c = faces.T
    return marked.take(a) | marked.take(b) | marked.take(c)


def whole(faces: Ints) -> Flags:
    """Which triangles `(F, 3)` have three different corners."""
    a, b, c = faces.T
    return (a != b) & (b != c) & (c != a)


Column = Floats
Columns = tuple[Column, Column, Column]


@dataclass(frozen=True)
class _Points:
    """Points of a surface by coordinate, each `(P,)`, in single precision: half the time of rows of doubles."""

    place_m: Columns
    normal: Columns
    along: Columns
    """Unit vector along the border; where there is none, or it turns back, nearly nothing."""
    finer: Column

    @classmethod
    def of(cls, surface: Surface, border: Ints) -> "_Points":
        """Of a surface whose open edges are `border (E, 2)`."""
        place = _columns(surface.points_m)
        return cls(place, _columns(surface.normals), _along(place, border), surface.finer.astype(np.float32))

    def length_m(self, ends: Ints) -> Column:
        """Of edges `(2, E)`, as many times longer as they are to stay finer."""
        return _length(self._edge(ends)) * self._finer(ends)

    def cost_m(self, ends: Ints, open_edge: Flags) -> Column:
        """What counts against the limit, of edges `(2, E)`."""
        edge = self._edge(ends)
        length = _length(edge)
        bend = np.maximum(*(np.abs(_dot(edge, _at(self.normal, end))) for end in ends))
        own = np.flatnonzero(open_edge)
        of_border = _at(edge, own)
        straight = np.minimum(*(np.abs(_dot(of_border, _at(self.along, end[own]))) for end in ends))
        bend[own] += np.sqrt(np.maximum(length[own] ** 2 - straight**2, 0.0))
        return (np.float32(LENGTH_SHARE) * length + np.float32(BEND_SHARE) * bend) * self._finer(ends)

    def facing(self, faces: Ints) -> Column:
        """Cosines `(F,)` between the normals of triangles `(F, 3)` and the surface's at their corners."""
        a, b, c = np.ascontiguousarray(faces.T)
        u, v = self._edge((a, b)), self._edge((a, c))
        cross = (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
        x, y, z = (n.take(a) + n.take(b) + n.take(c) for n in self.normal)
        sizes = np.sqrt(_dot(cross, cross) * _dot((x, y, z), (x, y, z)))
        return _dot(cross, (x, y, z)) / np.maximum(sizes, np.float32(1e-30))

    def _edge(self, ends: Sequence[Ints] | Ints) -> Columns:
        a, b = ends
        x, y, z = (axis.take(b) - axis.take(a) for axis in self.place_m)
        return x, y, z

    def _finer(self, ends: Ints) -> Column:
        return np.maximum(self.finer.take(ends[0]), self.finer.take(ends[1]))


def _columns(rows: Floats) -> Columns:
    x, y, z = (np.ascontiguousarray(column, np.float32) for column in rows.T)
    return x, y, z


def _at(columns: Columns, where: Ints) -> Columns:
    x, y, z = columns
    return x.take(where), y.take(where), z.take(where)


def _dot(one: Columns, other: Columns) -> Column:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _length(vectors: Columns) -> Column:
    return np.sqrt(_dot(vectors, vectors))


def _along(place_m: Columns, border: Ints) -> Columns:
    """Unit vectors along the border at every point; where there is none, or it turns back, nearly nothing."""
    a, b = border.T
    x, y, z = (axis.take(b) - axis.take(a) for axis in place_m)
    step = x, y, z
    size = np.maximum(_length(step), np.float32(1e-12))
    count = len(place_m[0])
    x, y, z = (np.bincount(a, axis / size, count) + np.bincount(b, axis / size, count) for axis in step)
    sums: Floats = np.stack([x, y, z], axis=1).astype(np.float64)
    return _columns(sums / np.maximum(lengths(sums), 1e-3)[:, None])


def _chosen(ends: Ints, cost: Column, on_border: Flags) -> tuple[Ints, Ints, Ints]:
    """Of edges `(2, E)` those that share no end and are cheap for where they are, which end of them stays and which goes.

    The cheapest at both their ends come first, then those of what is left, and so on.
    """
    # Costs are not negative, so that their bits go by size; the number of an edge makes them differ.
    rank = cost.view(np.int32).astype(np.int64) << 32 | np.arange(len(cost))
    left = np.arange(len(cost))
    best = np.empty(len(on_border), np.int64)
    found: list[Ints] = []
    for _ in range(MATCHINGS):
        (a, b), own = ends.take(left, axis=1), rank.take(left)
        best[:] = np.iinfo(np.int64).max
        np.minimum.at(best, a, own)
        np.minimum.at(best, b, own)
        first = (best.take(a) == own) & (best.take(b) == own)
        found.append(left[first])
        taken = np.zeros(len(on_border), bool)
        taken[a[first]] = taken[b[first]] = True
        left = left[~(taken.take(a) | taken.take(b))]
        if not len(left):
            break
    first = np.concatenate(found)
    a, b = ends.take(first, axis=1)
    turned = on_border[b] & ~on_border[a]
    return first, np.where(turned, b, a), np.where(turned, a, b)


def _stepped(points: _Points, faces: Ints, step: Ints) -> Ints:
    """Triangles after a step, of which whatever would turn one of them over is taken back."""
    moved = step != np.arange(len(step))
    touched = np.flatnonzero(_any(moved, faces))
    before = faces.take(touched, axis=0)
    least = np.minimum(points.facing(before), np.float32(LEAST_FACING))
    asked = np.arange(len(before))
    # What is taken back may turn over a neighbour of its own.
    for _ in range(4):
        after = step.take(before.take(asked, axis=0))
        left = whole(after)
        asked, after = asked[left], after[left]
        bad = before[asked[points.facing(after) < least[asked]]]
        if not len(bad):
            break
        back = np.zeros(len(step), bool)
        back[bad] = True
        step[bad] = bad
        asked = np.flatnonzero(_any(back, before))
    faces = faces.copy()
    faces[touched] = step.take(before)
    return faces[whole(faces)]


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
