"""Small mesh operations: clipping at a level of a scalar field, subdivision, normals, smoothing, noise in space."""

import math
from typing import TypeVar

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.sparse import csr_matrix

from ...geometry.types import Flags, Floats, Ints
from ...geometry.vectors import lengths

AnyRows = TypeVar("AnyRows", Floats, Ints)
Faces = Ints
Rows = Floats


def compact(rows: AnyRows, faces: Faces) -> tuple[AnyRows, Faces]:
    """Drop the rows that no face uses."""
    used = np.zeros(len(rows), bool)
    used[faces] = True
    number = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return rows[used], number[faces]


def unique_rows(rows: Ints) -> tuple[Ints, Ints]:
    """The different rows of whole numbers `(N, K)`, ascending, and which of them every row is `(N,)`.

    As `np.unique(axis=0)`, but by one number a row: sorting those is many times faster than comparing rows.
    """
    if not len(rows):
        return rows, np.zeros(0, np.int64)
    columns = np.ascontiguousarray(rows.T)
    low = [int(column.min()) for column in columns]
    size = [int(column.max()) - first + 1 for column, first in zip(columns, low, strict=True)]
    if math.prod(size) >= 2**63:
        unique, inverse = np.unique(rows, axis=0, return_inverse=True)
        return unique, inverse.reshape(-1)
    key = np.zeros(len(rows), np.int64)
    for column, first, count in zip(columns, low, size, strict=True):
        key *= count
        key += column.astype(np.int64) - first
    order, ordered = _sorted(key, math.prod(size))
    first = np.ones(len(key), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    inverse = np.empty(len(key), np.int64)
    inverse[order] = np.cumsum(first) - 1
    return rows.take(order[first], axis=0), inverse


def _sorted(key: Ints, count: int) -> tuple[Ints, Ints]:
    """The order of numbers below a count, and the numbers in it; those that are the same stay as they were."""
    bits = len(key).bit_length()
    if count << bits >= 2**63:
        order = np.argsort(key, kind="stable")
        return order, key[order]
    # Numbers are sorted several times faster than places are.
    both = np.sort(key << bits | np.arange(len(key)))
    return both & ((1 << bits) - 1), both >> bits


def clip(rows: Rows, faces: Faces, level: Floats) -> tuple[Rows, Faces]:
    """Keep the part of the surface where `level (V,) > 0`; triangles are cut where it is 0, so that edges are clean.

    `rows (V, A)` are attributes (position, weights, ...), interpolated along the cut.
    """
    inside = level > 0
    count = inside[faces].sum(1)
    kept = [faces[count == 3]]
    cut_pairs: list[Ints] = []
    one, two = faces[count == 1], faces[count == 2]
    one = _turned(one, inside[one].argmax(1))
    two = _turned(two, inside[two].argmin(1))
    for table in (one, two):
        cut_pairs += [table[:, [0, 1]], table[:, [0, 2]]]
    pairs = np.sort(np.concatenate(cut_pairs), axis=1)
    if not len(pairs):
        return compact(rows, kept[0])
    unique, inverse = unique_rows(pairs)
    share = (level[unique[:, 0]] / (level[unique[:, 0]] - level[unique[:, 1]]))[:, None]
    added = rows[unique[:, 0]] * (1 - share) + rows[unique[:, 1]] * share
    new = inverse + len(rows)
    n, m = len(one), len(two)
    a, b, c, d = new[:n], new[n : 2 * n], new[2 * n : 2 * n + m], new[2 * n + m :]
    kept += [np.stack([one[:, 0], a, b], 1), np.stack([c, two[:, 1], two[:, 2]], 1), np.stack([c, two[:, 2], d], 1)]
    return compact(np.concatenate([rows, added.astype(rows.dtype)]), np.concatenate(kept).astype(np.int32))


def _turned(faces: Faces, first: Ints) -> Ints:
    """Faces with the corner `first (F,)` in front."""
    return np.take_along_axis(faces.astype(np.int64), (first[:, None] + np.arange(3)) % 3, axis=1)


def subdivide(rows: Rows, faces: Faces) -> tuple[Rows, Faces]:
    """Every triangle into four at its edges' middles."""
    pairs, quads = halved_edges(len(rows), faces)
    return np.concatenate([rows, 0.5 * (rows[pairs[:, 0]] + rows[pairs[:, 1]])]), quads


def halved_edges(count: int, faces: Faces) -> tuple[Ints, Faces]:
    """Edges `(E, 2)` whose middles come after the `count` vertices there are, and every triangle as four between those."""
    a, b = sides(faces).T
    pairs, which = unique_rows(np.stack([np.minimum(a, b), np.maximum(a, b)], axis=1))
    ab, bc, ca = (which + count).reshape(3, -1)
    a, b, c = faces.T
    quads = [np.stack(t, 1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))]
    return pairs, np.concatenate(quads).astype(np.int32)


def averaging(count: int, faces: Faces) -> csr_matrix:
    """Row-stochastic mean over each vertex's neighbours and itself."""
    i = np.concatenate([faces[:, k] for k in (0, 1, 2, 1, 2, 0)] + [np.arange(count)])
    j = np.concatenate([faces[:, k] for k in (1, 2, 0, 0, 1, 2)] + [np.arange(count)])
    matrix = csr_matrix((np.ones(len(i), np.float32), (i, j)), shape=(count, count))
    matrix.data = np.repeat(1.0 / np.diff(matrix.indptr), np.diff(matrix.indptr)).astype(np.float32)
    return matrix


def sides(faces: Faces) -> Ints:
    """Vertices `(3 F, 2)` of all first sides of the triangles, as they go round, then of all second and third ones."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])


def edges(faces: Faces) -> tuple[Ints, Flags, Ints]:
    """The different edges `(2, E)`, lower vertex first, which of them are open `(E,)`, and those as their triangle goes round `(B, 2)`."""
    a, b = sides(faces).T
    backwards, count = a > b, int(faces.max(initial=0)) + 1
    key = np.sort((np.where(backwards, b, a).astype(np.int64) * count + np.where(backwards, a, b)) << 1 | backwards)
    edge = key >> 1
    first = np.flatnonzero(np.diff(edge, prepend=-1))
    open_edge = np.diff(first, append=len(key)) == 1
    ends = np.stack(np.divmod(edge[first], count))
    border = ends[:, open_edge]
    return ends, open_edge, np.where(key[first[open_edge]] & 1, border[::-1], border).T


def boundary_edges(faces: Faces) -> Ints:
    """Open edges `(E, 2)`."""
    ends, is_open, _ = edges(faces)
    return ends[:, is_open].T


def boundary(faces: Faces) -> Ints:
    """Vertices on open edges."""
    return np.unique(boundary_edges(faces))


def smooth_edges(vertices: Rows, faces: Faces, rounds: int) -> Rows:
    """Smooth the open edges along themselves, so that hems run clean over a coarse mesh; they keep their length (Taubin 1995)."""
    rim = boundary_edges(faces)
    both = np.concatenate([rim, rim[:, ::-1]])
    count = np.bincount(both[:, 0], minlength=len(vertices))
    on = np.flatnonzero(count == 2)
    out = vertices.copy()
    neighbour = both[np.argsort(both[:, 0], kind="stable")]
    neighbour = neighbour[np.isin(neighbour[:, 0], on)][:, 1].reshape(-1, 2)
    for step in (0.5, -0.52) * rounds:
        out[on] += step * (0.5 * (out[neighbour[:, 0]] + out[neighbour[:, 1]]) - out[on])
    return out


def normals(vertices: Rows, faces: Faces) -> Rows:
    """Area-weighted unit vertex normals `(V, 3)`."""
    corners = faces.T
    (ux, vx), (uy, vy), (uz, vz) = (_from_first(column, *corners) for column in vertices.T)
    out = np.zeros_like(vertices)
    for axis, area in enumerate((uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)):
        for corner in corners:
            out[:, axis] += np.bincount(corner, area, len(vertices)).astype(out.dtype)
    return out / np.maximum(lengths(out), 1e-12)[:, None]


def _from_first(values: Floats, first: Ints, second: Ints, third: Ints) -> tuple[Floats, Floats]:
    """What values `(V,)` gain from the first corner of every triangle to the others."""
    values = np.ascontiguousarray(values)
    start = values.take(first)
    return values.take(second) - start, values.take(third) - start


def space_noise(points_m: Rows, size_m: float, rng: np.random.Generator) -> Floats:
    """Smooth noise `(N,)` of unit variance over space with features of about `size_m`."""
    grid = gaussian_filter(rng.standard_normal((24, 24, 24), dtype=np.float32), 1.1, mode="wrap")
    grid /= grid.std()
    at = (points_m / np.float32(size_m / 2.4)) % 24.0
    return map_coordinates(grid, at.T, order=1, mode="grid-wrap")
