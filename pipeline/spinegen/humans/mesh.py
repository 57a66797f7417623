"""One drawable piece of a person, in the rest pose."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

PartKind = Literal["skin", "eye", "hair", "garment", "shoe"]


@dataclass(frozen=True)
class MeshPart:
    """Triangles with texture coordinates, skinning weights and a surface."""

    name: str
    kind: PartKind
    vertices_ground_m: NDArray[np.float32]
    """`(V, 3)`, rest pose, ground axes."""
    faces: NDArray[np.int32]
    """`(F, 3)`, counter-clockwise seen from outside."""
    uv: NDArray[np.float32]
    """`(V, 2)`; u to the right, v upwards, wraps."""
    weights: csr_matrix
    """`(V, B)` over the person's bones; rows sum to 1."""
    texture_rgb: NDArray[np.uint8]
    """`(H, W, 3)` sRGB, first row at v = 1."""
    roughness: float
    """Perceptual roughness, 0..1."""
    two_sided: bool = False
    """Lit from both sides (single-layer cloth, hair)."""
