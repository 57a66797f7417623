"""Finishes a mesh part: types, sparse weights."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ...geometry.types import Floats, Ints
from .mesh import Grain, MeshPart, PartKind, Ribbons, Shaping

LEAST_WEIGHT = 0.004
"""What a bone holds less of it does not move."""


def finish_part(
    name: str,
    kind: PartKind,
    vertices_m: Floats,
    faces: Ints,
    *,
    uv: Floats,
    weights: Floats,
    texture_rgb: NDArray[np.uint8],
    roughness: float,
    two_sided: bool = False,
    shaping: Shaping | None = None,
    grain: Grain | None = None,
    ribbons: tuple[Ribbons, ...] = (),
) -> MeshPart:
    """A part from dense weights `(V, B)`: those below `LEAST_WEIGHT` are dropped, rows sum to 1."""
    return MeshPart(
        name=name,
        kind=kind,
        vertices_ground_m=np.ascontiguousarray(vertices_m, dtype=np.float32),
        faces=np.ascontiguousarray(faces, dtype=np.int32),
        uv=np.ascontiguousarray(uv, dtype=np.float32),
        weights=_sparse(weights),
        texture_rgb=np.ascontiguousarray(texture_rgb),
        roughness=roughness,
        two_sided=two_sided,
        shaping=shaping,
        grain=grain,
        ribbons=ribbons,
    )


def _sparse(weights: Floats) -> csr_matrix:
    """The weights `(V, B)` that count, float32, with rows that sum to 1."""
    vertices, bones = weights.shape
    kept = np.flatnonzero(weights >= LEAST_WEIGHT)
    vertex, bone = np.divmod(kept.astype(np.int32), np.int32(bones))
    shares = weights.ravel()[kept].astype(np.float64)
    shares /= np.bincount(vertex, shares, vertices)[vertex]
    first = np.append(0, np.cumsum(np.bincount(vertex, minlength=vertices))).astype(np.int32)
    return csr_matrix((shares.astype(np.float32), bone, first), shape=(vertices, bones))
