"""Levels of detail of a person: the same surface in fewer triangles, for pictures in which the many would be smaller than a pixel."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ...geometry.types import Floats, Ints
from ...geometry.vectors import lengths
from ...humans.mesh.coarsening import Surface, broadened, drawn_together, ribbon_faces, thinned, whole
from ...humans.mesh.mesh import Ribbons, Shaping
from ...humans.mesh.mesh_ops import normals, sides, unique_rows
from ...humans.simulation.strand_simulation import StrandSimulation
from .skin_tables import Piece, SkinTables

HEAD_FINER = 2.0
"""How many times shorter edges stay on the head, where people look first."""
FEW = 500
"""Triangles of a part that is not worth the time."""
STRETCHED = 5.0
"""By how much more than it was a texture may be stretched between a vertex and what it is drawn to."""


def coarser(tables: SkinTables, detail_m: float) -> SkinTables:
    """A person with hardly any edge shorter than `detail_m`."""
    ribbons: dict[int, list[Ribbons]] = {}
    for number, own in tables.ribbons:
        ribbons.setdefault(number, []).append(own)
    shapings = {first: shaping for first, _, shaping in tables.shaped}
    pieces = []
    for number, (first_face, count) in enumerate(tables.runs):
        rows = slice(tables.firsts[number], tables.firsts[number + 1])
        faces = tables.faces[first_face : first_face + count] - rows.start
        weld = tables.weld[rows] - (tables.weld[rows].min() if count else 0)
        piece = Piece(
            tables.rest_m[rows],
            tables.weights[rows],
            tables.uv[rows],
            faces,
            weld,
            tables.head[rows],
            shapings.get(rows.start),
            tuple(ribbons.get(number, ())),
        )
        pieces.append(_fewer_locks(piece, detail_m) if piece.ribbons else _fewer_triangles(piece, detail_m))
    return SkinTables.joined(tables.rest_positions_ground_m, pieces)


def _fewer_triangles(piece: Piece, detail_m: float) -> Piece:
    if len(piece.faces) < FEW or (piece.shaping is not None and piece.shaping.of(np.zeros(0, int)) is None):
        return piece
    points, finer = np.zeros((piece.points, 3)), np.ones(piece.points)
    points[piece.weld], finer[piece.weld] = piece.rest_m, 1.0 + (HEAD_FINER - 1.0) * piece.head
    over_points = piece.weld[piece.faces]
    to = drawn_together(Surface(points, normals(points, over_points), over_points, finer), detail_m)
    left = whole(to[over_points])
    corners = piece.faces[left]
    seen = np.unique(corners)
    twin = _twins(piece, seen, to[piece.weld[seen]])
    # Where the texture's chart does not reach the point that a vertex was drawn to, the vertex takes its own texture coordinates along.
    alone = twin < 0
    at_point = np.zeros(len(points), np.int64)
    at_point[piece.weld] = np.arange(len(piece.weld))
    place = np.where(alone, at_point[to[piece.weld[seen]]], twin)
    vertices, which = unique_rows(np.stack([place, np.where(alone, seen, place)], axis=1))
    source, texel = vertices.T
    number = np.zeros(len(piece.rest_m), np.int64)
    number[seen] = which
    return Piece(
        piece.rest_m[source],
        piece.weights[source],
        piece.uv[texel],
        number[corners],
        unique_rows(piece.weld[source][:, None])[1],
        piece.head[source],
        None if piece.shaping is None else piece.shaping.of(source),
        (),
    )


def _twins(piece: Piece, seen: Ints, points: Ints) -> Ints:
    """Of the vertices at `points (N,)` those in the same chart of the texture as the vertices `seen (N,)`, the nearest in it; -1: none."""
    best = np.where(piece.weld[seen] == points, seen, -1)
    away = np.flatnonzero(best < 0)
    chart = _charts(piece.faces, len(piece.rest_m)).astype(np.int64)
    charts = int(chart.max()) + 1
    keys = piece.weld * charts + chart
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    wanted = points[away] * charts + chart[seen[away]]
    first, last = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
    scale = _texture_scale(piece)
    nearest = np.full(len(seen), np.inf)
    while len(away := away[first < last]):
        left = first < last
        first, last = first[left], last[left]
        candidate, own = order[first], seen[away]
        apart = lengths(piece.uv[candidate] - piece.uv[own])
        way_m = lengths(piece.rest_m[candidate] - piece.rest_m[own])
        # Where a chart meets itself its other edge is as far off as the texture is wide.
        near = apart <= STRETCHED * np.maximum(scale[candidate], scale[own]) * way_m
        better = near & (apart < nearest[away])
        best[away[better]], nearest[away[better]] = candidate[better], apart[better]
        first = first + 1
    return best


def _texture_scale(piece: Piece) -> Floats:
    """Texture coordinates a metre around each vertex `(V,)`, on average."""
    a, b = sides(piece.faces).T
    in_texture, in_space_m = (
        np.sqrt(sum((axis.take(b) - axis.take(a)) ** 2 for axis in map(np.ascontiguousarray, rows.T)))
        for rows in (piece.uv, piece.rest_m)
    )
    count = np.bincount(a, minlength=len(piece.rest_m))
    return np.bincount(a, in_texture / np.maximum(in_space_m, 1e-6), len(piece.rest_m)) / np.maximum(count, 1)


def _charts(faces: Ints, vertices: int) -> NDArray[np.int32]:
    """Which connected piece of the texture each vertex belongs to."""
    a, b, c = faces.T
    pairs = (np.concatenate([a, b]), np.concatenate([b, c]))
    graph = csr_matrix((np.ones(2 * len(faces), np.int8), pairs), shape=(vertices, vertices))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)


def _fewer_locks(piece: Piece, detail_m: float) -> Piece:
    kept, rest, ribbons, factors, first = [], [], [], [], 0
    for own in piece.ribbons:
        edges = piece.rest_m[own.first : own.last].reshape(own.locks, own.knots, 2, 3)
        few = thinned(edges, own, detail_m)
        kept.append(few.kept + own.first)
        rest.append(broadened(piece.rest_m[kept[-1]], few.broader))
        ribbons.append(replace(few.ribbons, first=first))
        factors.append(few.broader)
        first = ribbons[-1].last
    source = np.concatenate(kept)
    return Piece(
        np.concatenate(rest).astype(np.float32),
        piece.weights[source],
        piece.uv[source],
        np.concatenate([ribbon_faces(own) for own in ribbons]),
        np.arange(len(source)),
        piece.head[source],
        _shaping_of(piece.shaping, source, factors),
        tuple(ribbons),
    )


def _shaping_of(shaping: Shaping | None, source: Ints, factors: list[float]) -> Shaping | None:
    if not isinstance(shaping, StrandSimulation):
        return shaping
    hanging = shaping.of(source)
    offset: Floats = broadened(hanging.offset, factors[0])
    return replace(hanging, offset=offset.astype(np.float32))
