"""What is worked out once of a person's parts, so that every pose takes little: plain arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ...geometry.types import Ints
from ...humans.mesh.mesh import MeshPart, Ribbons, Shaping
from ...humans.mesh.mesh_ops import unique_rows
from ..content.mesh import Material, Texture

COARSE_M = 0.02
"""Cells into which a person is cut where a shadow is all that is wanted."""
BLURRED_M = 0.03
"""The same where it is blurred by more than that."""
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
    runs: tuple[tuple[int, int], ...]
    """(first face, number of faces) of each part."""
    firsts: tuple[int, ...]
    """First vertex of each part, and how many there are."""
    ribbons: tuple[tuple[int, Ribbons], ...]
    """Locks of hair: the number of their part, and where they lie in it."""
    shaped: tuple[tuple[int, int, Shaping], ...]
    """(first vertex, vertex after the last, what shapes them)."""
    weld: NDArray[np.int32]
    """`(V,)`: for every vertex the point that it shares with its twins across texture seams."""
    head: NDArray[np.float32]
    """`(V,)`: how far the head moves each vertex, 0..1."""
    incidence: csr_matrix
    """`(points, F)`: 1 where a triangle meets a point, float32."""
    coarse: NDArray[np.int32]
    """`(F', 3)`: triangles between one vertex a cell of `COARSE_M`."""
    blurred: NDArray[np.int32]
    """`(F'', 3)`: the same of `BLURRED_M`."""

    @classmethod
    def joined(
        cls,
        rest_positions_ground_m: NDArray[np.float64],
        pieces: Sequence["Piece"],
    ) -> "SkinTables":
        """From the pieces of a person, part by part."""
        first_vertex = [0, *np.cumsum([len(piece.rest_m) for piece in pieces]).tolist()]
        first_face = [0, *np.cumsum([len(piece.faces) for piece in pieces]).tolist()]
        first_point = [0, *np.cumsum([piece.points for piece in pieces]).tolist()]
        rest = np.concatenate([piece.rest_m for piece in pieces])
        faces = np.concatenate(
            [piece.faces + first for piece, first in zip(pieces, first_vertex[:-1], strict=True)]
        ).astype(np.int32)
        weld = np.concatenate(
            [piece.weld + first for piece, first in zip(pieces, first_point[:-1], strict=True)]
        ).astype(np.int32)
        return cls(
            rest_positions_ground_m,
            rest,
            csr_matrix(vstack([piece.weights for piece in pieces]), dtype=np.float32),
            np.concatenate([piece.uv for piece in pieces]).astype(np.float32),
            faces,
            tuple((first, len(piece.faces)) for first, piece in zip(first_face[:-1], pieces, strict=True)),
            tuple(first_vertex),
            tuple((number, own) for number, piece in enumerate(pieces) for own in piece.ribbons),
            tuple(
                (first, last, piece.shaping)
                for piece, first, last in zip(pieces, first_vertex[:-1], first_vertex[1:], strict=True)
                if piece.shaping is not None
            ),
            weld,
            np.concatenate([piece.head for piece in pieces]).astype(np.float32),
            incidence(faces, weld),
            _coarse(rest, faces, COARSE_M),
            _coarse(rest, faces, BLURRED_M),
        )


@dataclass(frozen=True, eq=False)
class Piece:
    """One part of a person, as `SkinTables` takes it."""

    rest_m: NDArray[np.float32]
    """`(V, 3)`."""
    weights: csr_matrix
    uv: NDArray[np.float32]
    faces: Ints
    weld: Ints
    """`(V,)`: the point that each vertex lies at, twins across texture seams at the same one."""
    head: NDArray[np.float32]
    """`(V,)`: how far the head moves each vertex, 0..1."""
    shaping: Shaping | None
    ribbons: tuple[Ribbons, ...]

    @property
    def points(self) -> int:
        """How many points there are."""
        return int(self.weld.max()) + 1 if len(self.weld) else 0


def skin_tables(bones: Sequence[str], rest_positions_ground_m: NDArray[Any], parts: Sequence[MeshPart]) -> SkinTables:
    """Of the parts of a person with these bones at rest positions `(B, 3)`."""
    for part in parts:
        if part.weights.shape != (len(part.vertices_ground_m), len(bones)):
            raise ValueError(f"part {part.name}: weights must be (vertices, bones), found {part.weights.shape}")
    pieces = [
        Piece(
            part.vertices_ground_m,
            part.weights,
            part.uv,
            part.faces,
            _welded(part),
            _of_head(part, bones),
            part.shaping,
            part.ribbons,
        )
        for part in parts
    ]
    return SkinTables.joined(np.asarray(rest_positions_ground_m, dtype=np.float64), pieces)


def _coarse(rest_m: NDArray[np.float32], faces: NDArray[np.int32], cell_m: float) -> NDArray[np.int32]:
    cells = np.floor(rest_m.astype(np.float64) / cell_m).astype(np.int64)
    _, cell = unique_rows(cells)
    first = np.full(int(cell.max()) + 1, len(rest_m), np.int64)
    np.minimum.at(first, cell, np.arange(len(rest_m)))
    corners = np.sort(first[cell][faces], axis=1)
    corners = corners[(corners[:, 0] != corners[:, 1]) & (corners[:, 1] != corners[:, 2])]
    return unique_rows(corners)[0].astype(np.int32)


def material_of(part: MeshPart) -> Material:
    """What light does to a part of a person."""
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


def _of_head(part: MeshPart, bones: Sequence[str]) -> NDArray[np.float32]:
    if "skull" not in bones:
        return np.zeros(len(part.vertices_ground_m), np.float32)
    skull = np.zeros(len(bones), np.float32)
    skull[bones.index("skull")] = 1.0
    return part.weights @ skull


def _welded(part: MeshPart) -> Ints:
    """Parts are never welded to each other."""
    return unique_rows(np.rint(part.vertices_ground_m.astype(np.float64) * 1e6).astype(np.int64))[1]


def incidence(faces: NDArray[np.int32], weld: NDArray[np.int32]) -> csr_matrix:
    """1 where a triangle `(F, 3)` meets a point, `(points, F)`, float32."""
    points = weld[faces].ravel()
    columns = np.repeat(np.arange(len(faces), dtype=np.int32), 3)
    data = np.ones(len(points), np.float32)
    return csr_matrix((data, (points, columns)), shape=(int(weld.max()) + 1, len(faces)), dtype=np.float32)
