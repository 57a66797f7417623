"""Points and closed triangle meshes: which points are inside, and how far the surface is."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .nearest import PointTree
from .types import Array

_CANDIDATES = 30
"""Triangles of the nearest centres among which the nearest surface is sought."""


def winding_number(points: ArrayLike, vertices: ArrayLike, faces: NDArray[np.integer[Any]]) -> Array:
    """How often a closed surface goes round each point `(P,)`: 1 inside, 0 outside, 2 where two parts of it overlap.

    The solid angle of every triangle (van Oosterom and Strackee 1983, IEEE Trans Biomed Eng 30:125), summed.

    Args:
        points: `(P, 3)`.
        vertices: `(V, 3)`, in the points' frame and unit.
        faces: `(F, 3)` indices of vertices, counter-clockwise seen from outside.
    """
    at, corners = np.asarray(points, dtype=np.float64), np.asarray(vertices, dtype=np.float64)[faces]
    out = np.empty(len(at))
    for i, point in enumerate(at):
        a, b, c = (corners[:, k] - point for k in range(3))
        la, lb, lc = (np.sqrt(np.einsum("fi,fi->f", x, x)) for x in (a, b, c))
        volume = np.einsum("fi,fi->f", a, np.cross(b, c))
        ab, bc, ca = (np.einsum("fi,fi->f", x, y) for x, y in ((a, b), (b, c), (c, a)))
        out[i] = np.arctan2(volume, la * lb * lc + ab * lc + bc * la + ca * lb).sum() / (2.0 * np.pi)
    return out


def surface_distance(points: ArrayLike, vertices: ArrayLike, faces: NDArray[np.integer[Any]]) -> Array:
    """Distance `(P,)` of points to a mesh of small triangles, unsigned; arguments as for `winding_number`."""
    at, corners = np.asarray(points, dtype=np.float64), np.asarray(vertices, dtype=np.float64)[faces]
    _, near = PointTree(corners.mean(1)).query(at, min(_CANDIDATES, len(corners)))
    return _triangle_distance(at[:, None], corners[near.reshape(len(at), -1)]).min(1)


def _triangle_distance(points: Array, corners: Array) -> Array:
    """Distance `(...)` of points `(..., 3)` to triangles `(..., 3, 3)`: to the plane above the triangle, else to an edge."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    normal = np.cross(b - a, c - a)
    size = np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-300)
    unit = normal / size
    height = ((points - a) * unit).sum(-1)
    above = np.ones(height.shape, dtype=bool)
    edges = np.full(height.shape, np.inf)
    for start, end in ((a, b), (b, c), (c, a)):
        along = end - start
        way = points - start
        above &= (np.cross(along, way) * unit).sum(-1) >= 0.0
        share = np.clip((way * along).sum(-1) / np.maximum((along * along).sum(-1), 1e-300), 0.0, 1.0)
        edges = np.minimum(edges, np.linalg.norm(way - share[..., None] * along, axis=-1))
    return np.where(above, np.abs(height), edges)
