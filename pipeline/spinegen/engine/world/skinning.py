"""Linear blend skinning of a person's parts as one vertex array, with normals from the deformed shape."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ...humans.skin import bone_rows
from ..content.mesh import Material, Mesh
from .skin_tables import SkinTables


class Skin:
    """Rest shape, weights and topology (shared by copies) and one posed mesh of its own."""

    def __init__(self, tables: SkinTables, materials: Sequence[Material]) -> None:
        self._tables = tables
        self._bound = _bound(tables.weights, len(tables.rest_positions_ground_m), tables.rest_m)
        self._corners = [np.ascontiguousarray(column) for column in tables.faces.T]
        empty = np.zeros(tables.rest_m.shape, np.float32)
        self._mesh = Mesh(
            empty,
            empty.copy(),
            tables.uv,
            tables.faces,
            tuple((*run, material) for run, material in zip(tables.runs, materials, strict=True) if run[1]),
            moves=True,
            coarse_faces=tables.coarse,
            blurred_faces=tables.blurred,
            spanning=np.unique(tables.coarse).astype(np.int32),
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
        rows = bone_rows(transforms_ground_bone, self._tables.rest_positions_ground_m)
        turned = np.swapaxes(rows[:, :9].reshape(-1, 3, 3), 1, 2)
        vertices = self._bound @ np.concatenate([turned, rows[:, None, 9:]], axis=1).reshape(-1, 3).astype(np.float32)
        for first, last, shaping in self._tables.shaped:
            vertices[first:last] = shaping.posed(rows, vertices[first:last])
        return vertices

    def _normals(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        x, y, z = (np.ascontiguousarray(column) for column in vertices.T)
        (ux, vx), (uy, vy), (uz, vz) = (self._sides(column) for column in (x, y, z))
        cross = np.empty((len(ux), 3), np.float32)
        cross[:, 0] = uy * vz - uz * vy
        cross[:, 1] = uz * vx - ux * vz
        cross[:, 2] = ux * vy - uy * vx
        summed = self._tables.incidence @ cross
        summed /= np.maximum(np.sqrt(np.einsum("ij,ij->i", summed, summed)), 1e-12)[:, None]
        return summed.take(self._tables.weld, axis=0)

    def _sides(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What one coordinate `(V,)` gains along two sides of every triangle, each `(F,)`."""
        a, b, c = (values.take(corner) for corner in self._corners)
        b -= a
        c -= a
        return b, c


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
