"""Poses a person: blends its bones' transforms at every vertex."""

import numpy as np

from .arrays import Floats
from .person import Person


def skin(person: Person, transforms_ground_bone: Floats) -> list[Floats]:
    """Vertices `(V, 3)` of every part, ground axes, metres, for bones at `transforms_ground_bone (B, 4, 4)`.

    A bone's transform at rest is the translation to its rest position.
    """
    transforms = np.asarray(transforms_ground_bone, dtype=np.float64)
    rotation = transforms[:, :3, :3]
    offset = transforms[:, :3, 3] - np.einsum("bij,bj->bi", rotation, person.rest_positions_ground_m)
    rows = np.concatenate([rotation.reshape(-1, 9), offset], axis=1).astype(np.float32)
    out = []
    for part in person.parts:
        blended = part.weights @ rows
        turned = np.einsum("vij,vj->vi", blended[:, :9].reshape(-1, 3, 3), part.vertices_ground_m)
        out.append(turned + blended[:, 9:])
    return out
