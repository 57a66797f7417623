"""Linear blend skinning of a person's parts as one vertex array, with normals from the deformed shape."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ...geometry.types import Floats
from ...humans.mesh.mesh import MeshPart
from ...humans.mesh.mesh_ops import unique_rows
from ...humans.skin import blend, bone_rows
from ..content.mesh import Material, Mesh, Texture

_KINDS = {"skin": "skin", "eye": "eye", "hair": "hair", "garment": "cloth", "shoe": "plain"}


class Skin:
    """Rest shape, weights and topology (shared by copies) and one posed mesh of its own."""

    def __init__(self, bones: Sequence[str], rest_positions_ground_m: NDArray, parts: Sequence[MeshPart]) -> None:
        self._rest_positions = np.asarray(rest_positions_ground_m, dtype=np.float64)
        counts = np.cumsum([0, *(len(part.vertices_ground_m) for part in parts)])
        for part in parts:
            if part.weights.shape != (len(part.vertices_ground_m), len(bones)):
                raise ValueError(f"part {part.name}: weights must be (vertices, bones), found {part.weights.shape}")
        self._rest = np.concatenate([part.vertices_ground_m for part in parts]).astype(np.float64)
        self._weights = csr_matrix(vstack([part.weights for part in parts]), dtype=np.float64)
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
        empty = np.zeros(self._rest.shape, np.float32)
        self._mesh = Mesh(empty, empty.copy(), uv, all_faces, tuple(runs), moves=True)
        self._posed_for: bytes | None = None

    def copy(self) -> "Skin":
        """Another person of the same body: shares everything but the pose."""
        other = object.__new__(Skin)
        other.__dict__.update(self.__dict__)
        shape = self._mesh
        other._mesh = Mesh(shape.vertices_m, shape.normals, shape.uv, shape.faces, shape.runs, moves=True)
        other._posed_for = None
        return other

    def posed(self, transforms_ground_bone: NDArray[np.float64]) -> Mesh:
        """The mesh for bones at `(B, 4, 4)`; the same object every time, its `version` tells a change."""
        key = transforms_ground_bone.tobytes()
        if key != self._posed_for:
            mesh = self._mesh
            mesh.vertices_m = self.vertices(transforms_ground_bone).astype(np.float32)
            mesh.normals = self._normals(mesh.vertices_m)
            mesh.version += 1
            self._posed_for = key
        return self._mesh

    def vertices(self, transforms_ground_bone: NDArray[np.float64]) -> Floats:
        """Skinned vertices `(V, 3)`, ground metres."""
        rows = bone_rows(transforms_ground_bone, self._rest_positions)
        vertices = blend(self._weights, rows, self._rest)
        for own, shaping in self._shaped:
            vertices[own] = shaping.posed(rows, vertices[own])
        return vertices

    def _normals(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        a, b, c = (vertices[self._mesh.faces[:, corner]] for corner in range(3))
        u, v = b - a, c - a
        cross = np.empty_like(u)
        cross[:, 0] = u[:, 1] * v[:, 2] - u[:, 2] * v[:, 1]
        cross[:, 1] = u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2]
        cross[:, 2] = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        summed = self._incidence @ cross
        summed /= np.maximum(np.sqrt(np.einsum("ij,ij->i", summed, summed)), 1e-12)[:, None]
        return summed[self._weld]


def _material(part: MeshPart) -> Material:
    relief = {"skin": 0.0004, "garment": 0.0008}.get(part.kind, 0.0)
    return Material(
        texture=Texture(part.texture_rgb, height_is_luminance=relief > 0, kept=False),
        roughness=part.roughness,
        kind=_KINDS[part.kind],
        two_sided=part.two_sided,
        relief_m=relief,
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
