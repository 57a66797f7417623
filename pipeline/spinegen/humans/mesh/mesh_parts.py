"""Finishes a mesh part: types, sparse weights."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ...geometry.types import Floats, Ints
from .mesh import Grain, MeshPart, PartKind, Ribbons, Shaping


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
    """A part from dense weights `(V, B)`: the smallest entries are dropped, rows sum to 1."""
    kept = np.where(weights < 0.004, 0.0, weights)
    kept /= np.maximum(kept.sum(1, keepdims=True), 1e-9)
    return MeshPart(
        name=name,
        kind=kind,
        vertices_ground_m=np.ascontiguousarray(vertices_m, dtype=np.float32),
        faces=np.ascontiguousarray(faces, dtype=np.int32),
        uv=np.ascontiguousarray(uv, dtype=np.float32),
        weights=csr_matrix(kept.astype(np.float32)),
        texture_rgb=np.ascontiguousarray(texture_rgb),
        roughness=roughness,
        two_sided=two_sided,
        shaping=shaping,
        grain=grain,
        ribbons=ribbons,
    )
