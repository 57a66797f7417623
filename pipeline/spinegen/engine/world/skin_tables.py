"""What is worked out once of a person's parts, so that every pose takes little: plain arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ...humans.mesh.mesh import MeshPart, Shaping
from ...humans.mesh.mesh_ops import unique_rows
from ..content.mesh import Material, Texture

COARSE_M = 0.02
"""Cells into which a person is cut where a blurred shadow is all that is wanted."""
_KINDS = {"skin": "skin", "eye": "eye", "hair": "hair", "garment": "cloth", "shoe": "plain"}


@dataclass(frozen=True, eq=False)
class SkinTables:
    """A person's parts as one vertex array."""

    rest_positions_ground_m: NDArray[np.float64]
    """`(B, 3)` of the bones."""
    rest_m: NDArray[np.float32]
    """`(V, 3)` vertices in the rest pose."""
    weights: csr_matrix
    """`(V, B)`, float32."""
    uv: NDArray[np.float32]
    """`(V, 2)`."""
    faces: NDArray[np.int32]
    """`(F, 3)`."""
    runs: tuple[tuple[int, int, Material], ...]
    """(first face, number of faces, material)."""
    shaped: tuple[tuple[int, int, Shaping], ...]
    """(first vertex, vertex after the last, what shapes them)."""
    weld: NDArray[np.int32]
    """`(V,)`: for every vertex the point that it shares with its twins across texture seams."""
    incidence: csr_matrix
    """`(points, F)`: 1 where a triangle meets a point, float32."""
    coarse: NDArray[np.int32]
    """`(F', 3)`: triangles between one vertex a cell of `COARSE_M`."""


def skin_tables(bones: Sequence[str], rest_positions_ground_m: NDArray[Any], parts: Sequence[MeshPart]) -> SkinTables:
    """Of the parts of a person with these bones at rest positions `(B, 3)`."""
    for part in parts:
        if part.weights.shape != (len(part.vertices_ground_m), len(bones)):
            raise ValueError(f"part {part.name}: weights must be (vertices, bones), found {part.weights.shape}")
    counts = [0, *np.cumsum([len(part.vertices_ground_m) for part in parts]).tolist()]
    rest = np.concatenate([part.vertices_ground_m for part in parts])
    faces = np.concatenate([part.faces + first for part, first in zip(parts, counts[:-1], strict=True)]).astype(
        np.int32
    )
    firsts = [0, *np.cumsum([len(part.faces) for part in parts]).tolist()]
    weld = _welded(parts)
    return SkinTables(
        np.asarray(rest_positions_ground_m, dtype=np.float64),
        rest,
        csr_matrix(vstack([part.weights for part in parts]), dtype=np.float32),
        np.concatenate([part.uv for part in parts]).astype(np.float32),
        faces,
        tuple((first, len(part.faces), _material(part)) for first, part in zip(firsts[:-1], parts, strict=True)),
        tuple(
            (first, last, part.shaping)
            for part, first, last in zip(parts, counts[:-1], counts[1:], strict=True)
            if part.shaping is not None
        ),
        weld,
        _incidence(faces, weld),
        _coarse(rest, faces),
    )


def _coarse(rest_m: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.int32]:
    cells = np.floor(rest_m.astype(np.float64) / COARSE_M).astype(np.int64)
    _, cell = unique_rows(cells)
    first = np.full(int(cell.max()) + 1, len(rest_m), np.int64)
    np.minimum.at(first, cell, np.arange(len(rest_m)))
    corners = np.sort(first[cell][faces], axis=1)
    corners = corners[(corners[:, 0] != corners[:, 1]) & (corners[:, 1] != corners[:, 2])]
    return unique_rows(corners)[0].astype(np.int32)


def _material(part: MeshPart) -> Material:
    grain = part.grain
    relief = {"skin": 0.0004, "garment": 0.0008}.get(part.kind, 0.0)
    return Material(
        texture=Texture(part.texture_rgb, height_is_luminance=relief > 0, kept=False),
        roughness=part.roughness,
        kind=_KINDS[part.kind],
        two_sided=part.two_sided,
        relief_m=relief,
        grain=None if grain is None else (*grain.offset_uv, grain.fine, grain.mottle, grain.blush, grain.folds_m),
    )


def _welded(parts: Sequence[MeshPart]) -> NDArray[np.int32]:
    """Parts are never welded to each other."""
    out, first = [], 0
    for part in parts:
        _, index = unique_rows(np.rint(part.vertices_ground_m.astype(np.float64) * 1e6).astype(np.int64))
        out.append(index + first)
        first += int(index.max()) + 1
    return np.concatenate(out).astype(np.int32)


def _incidence(faces: NDArray[np.int32], weld: NDArray[np.int32]) -> csr_matrix:
    points = weld[faces].ravel()
    columns = np.repeat(np.arange(len(faces), dtype=np.int32), 3)
    data = np.ones(len(points), np.float32)
    return csr_matrix((data, (points, columns)), shape=(int(weld.max()) + 1, len(faces)), dtype=np.float32)
