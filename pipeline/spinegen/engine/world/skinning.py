"""Linear blend skinning of a person's parts as one vertex array, with normals from the deformed shape."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ...humans.mesh.mesh import MeshPart
from ...humans.mesh.mesh_ops import unique_rows
from ...humans.skin import bone_rows
from ..content.mesh import Material, Mesh, Texture

COARSE_M = 0.02
"""Cells into which a person is cut where a blurred shadow is all that is wanted."""
_KINDS = {"skin": "skin", "eye": "eye", "hair": "hair", "garment": "cloth", "shoe": "plain"}


class Skin:
    """Rest shape, weights and topology (shared by copies) and one posed mesh of its own."""

    def __init__(self, bones: Sequence[str], rest_positions_ground_m: NDArray, parts: Sequence[MeshPart]) -> None:
        self._rest_positions = np.asarray(rest_positions_ground_m, dtype=np.float64)
        counts = np.cumsum([0, *(len(part.vertices_ground_m) for part in parts)])
        for part in parts:
            if part.weights.shape != (len(part.vertices_ground_m), len(bones)):
                raise ValueError(f"part {part.name}: weights must be (vertices, bones), found {part.weights.shape}")
        rest = np.concatenate([part.vertices_ground_m for part in parts])
        self._bound = _bound(csr_matrix(vstack([part.weights for part in parts])), len(bones), rest)
        faces = [part.faces + first for part, first in zip(parts, counts[:-1], strict=True)]
        uv = np.concatenate([part.uv for part in parts]).astype(np.float32)
        runs, first_face = [], 0
        for part in parts:
            runs.append((first_face, len(part.faces), _material(part)))
            first_face += len(part.faces)
        all_faces = np.concatenate(faces).astype(np.int32)
        self._shaped = [
            (slice(first, last), part.shaping)
            for part, first, last in zip(parts, counts[:-1], counts[1:], strict=True)
            if part.shaping is not None
        ]
        self._weld = _welded(parts)
        self._incidence = _incidence(all_faces, self._weld)
        self._corners = [np.ascontiguousarray(column) for column in all_faces.T]
        coarse = _coarse(rest, all_faces)
        empty = np.zeros(rest.shape, np.float32)
        self._mesh = Mesh(
            empty,
            empty.copy(),
            uv,
            all_faces,
            tuple(runs),
            moves=True,
            coarse_faces=coarse,
            spanning=np.unique(coarse).astype(np.int32),
        )
        self._posed_for: bytes | None = None

    def copy(self) -> "Skin":
        """Another person of the same body: shares everything but the pose."""
        other = object.__new__(Skin)
        other.__dict__.update(self.__dict__)
        other._mesh = replace(self._mesh)
        other._posed_for = None
        return other

    def posed(self, transforms_ground_bone: NDArray[np.float64]) -> Mesh:
        """The mesh for bones at `(B, 4, 4)`; the same object every time, its `version` tells a change."""
        key = transforms_ground_bone.tobytes()
        if key != self._posed_for:
            mesh = self._mesh
            mesh.vertices_m = self.vertices(transforms_ground_bone)
            mesh.normals = self._normals(mesh.vertices_m)
            mesh.version += 1
            self._posed_for = key
        return self._mesh

    def vertices(self, transforms_ground_bone: NDArray[np.float64]) -> NDArray[np.float32]:
        """Skinned vertices `(V, 3)`, ground metres."""
        rows = bone_rows(transforms_ground_bone, self._rest_positions)
        turned = np.swapaxes(rows[:, :9].reshape(-1, 3, 3), 1, 2)
        vertices = self._bound @ np.concatenate([turned, rows[:, None, 9:]], axis=1).reshape(-1, 3).astype(np.float32)
        for own, shaping in self._shaped:
            vertices[own] = shaping.posed(rows, vertices[own])
        return vertices

    def _normals(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        x, y, z = (np.ascontiguousarray(column) for column in vertices.T)
        (ux, vx), (uy, vy), (uz, vz) = (self._sides(column) for column in (x, y, z))
        cross = np.empty((len(ux), 3), np.float32)
        cross[:, 0] = uy * vz - uz * vy
        cross[:, 1] = uz * vx - ux * vz
        cross[:, 2] = ux * vy - uy * vx
        summed = self._incidence @ cross
        summed /= np.maximum(np.sqrt(np.einsum("ij,ij->i", summed, summed)), 1e-12)[:, None]
        return summed.take(self._weld, axis=0)

    def _sides(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What one coordinate `(V,)` gains along two sides of every triangle, each `(F,)`."""
        a, b, c = (values.take(corner) for corner in self._corners)
        b -= a
        c -= a
        return b, c


def _coarse(rest_m: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Triangles `(F', 3)` between one vertex a cell of `COARSE_M` in the rest pose."""
    cells = np.floor(rest_m.astype(np.float64) / COARSE_M).astype(np.int64)
    _, cell = unique_rows(cells)
    first = np.full(int(cell.max()) + 1, len(rest_m), np.int64)
    np.minimum.at(first, cell, np.arange(len(rest_m)))
    corners = np.sort(first[cell][faces], axis=1)
    corners = corners[(corners[:, 0] != corners[:, 1]) & (corners[:, 1] != corners[:, 2])]
    return unique_rows(corners)[0].astype(np.int32)


def _bound(weights: csr_matrix, bones: int, rest_m: NDArray[np.float32]) -> csr_matrix:
    """Weights times rest vertices and weights as such, `(V, 4 B)`: one product with the bones' rotations and offsets `(4 B, 3)` then
    is linear blend skinning."""
    first = np.asarray(weights.indptr, np.int64)
    counts = np.diff(first)
    shares = np.asarray(weights.data, np.float32)
    moved = np.repeat(np.column_stack([rest_m, np.ones(len(rest_m), np.float32)]), counts, axis=0) * shares[:, None]
    columns = (4 * weights.indices[:, None] + np.arange(4, dtype=np.int32)).ravel()
    shape = (len(rest_m), 4 * bones)
    return csr_matrix((moved.ravel(), columns, 4 * first), shape=shape, dtype=np.float32)


def _material(part: MeshPart) -> Material:
    grain = part.grain
    relief = {"skin": 0.0004, "garment": 0.0008}.get(part.kind, 0.0)
    return Material(
        texture=Texture(part.texture_rgb, height_is_luminance=relief > 0, kept=False),
        roughness=part.roughness,
        kind=_KINDS[part.kind],
        two_sided=part.two_sided,
        relief_m=relief,
        grain=None if grain is None else (*grain.offset_uv, grain.fine, grain.mottle, grain.blush),
    )


def _welded(parts: Sequence[MeshPart]) -> NDArray[np.int64]:
    """For every vertex the point that it shares with its twins across texture seams (parts are never welded to each other)."""
    out, first = [], 0
    for part in parts:
        _, index = unique_rows(np.rint(part.vertices_ground_m.astype(np.float64) * 1e6).astype(np.int64))
        out.append(index + first)
        first += int(index.max()) + 1
    return np.concatenate(out)


def _incidence(faces: NDArray[np.int32], weld: NDArray[np.int64]) -> csr_matrix:
    points = weld[faces].ravel()
    columns = np.repeat(np.arange(len(faces)), 3)
    data = np.ones(len(points), np.float32)
    return csr_matrix((data, (points, columns)), shape=(int(weld.max()) + 1, len(faces)), dtype=np.float32)
