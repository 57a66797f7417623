"""Poses a person: blends its bones' transforms at every vertex."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ..geometry.types import Floats
from .person import Person


def bone_rows(transforms_ground_bone: Floats, rest_positions_ground_m: Floats) -> NDArray[np.float64]:
    """Rotation and offset `(B, 12)` that each bone gives to rest vertices.

    A bone's transform at rest is the translation to its rest position.
    """
    transforms = np.asarray(transforms_ground_bone, dtype=np.float64)
    rotation = transforms[:, :3, :3]
    offset = transforms[:, :3, 3] - np.einsum("bij,bj->bi", rotation, rest_positions_ground_m)
    return np.concatenate([rotation.reshape(-1, 9), offset], axis=1)


def blend(weights: csr_matrix, rows: Floats, rest_vertices_ground_m: Floats) -> Floats:
    """Linear blend skinning: vertices `(V, 3)` of weights `(V, B)`, `bone_rows (B, 12)` and rest vertices `(V, 3)`."""
    blended = weights @ rows
    return np.einsum("vij,vj->vi", blended[:, :9].reshape(-1, 3, 3), rest_vertices_ground_m) + blended[:, 9:]


def skin(person: Person, transforms_ground_bone: Floats) -> list[Floats]:
    """Vertices `(V, 3)` of every part, ground axes, metres, for bones at `transforms_ground_bone (B, 4, 4)`."""
    rows = bone_rows(transforms_ground_bone, person.rest_positions_ground_m)
    single = rows.astype(np.float32)
    skinned = [blend(part.weights, single, part.vertices_ground_m) for part in person.parts]
    return [
        vertices if part.shaping is None else part.shaping.posed(rows, vertices)
        for part, vertices in zip(person.parts, skinned, strict=True)
    ]
