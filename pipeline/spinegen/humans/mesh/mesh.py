"""One drawable piece of a person, in the rest pose."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

PartKind = Literal["skin", "eye", "hair", "garment", "shoe"]


class Shaping(Protocol):
    """What gives a part its shape in each pose, beyond the skinning by weights."""

    def posed(self, rows: Floats, skinned: Floats) -> Floats:
        """Vertices `(V, 3)` for `skin.bone_rows (B, 12)`, given those of linear skinning `(V, 3)`."""
        ...

    def of(self, kept: Ints) -> "Shaping | None":
        """The same for a part of which only the vertices `kept (K,)` are left; None where it needs them all."""
        ...


@dataclass(frozen=True)
class Ribbons:
    """Locks of hair as ribbons in a part: their vertices go by lock, knot and edge."""

    first: int
    """Their first vertex."""
    locks: int
    knots: int
    deep: bool
    """They lie over each other many times."""
    stands_for: int = 1
    """How many locks of the person each of them stands for."""

    @property
    def last(self) -> int:
        """The vertex after the last."""
        return self.first + 2 * self.locks * self.knots


@dataclass(frozen=True)
class Grain:
    """Fine variation of a surface, read from one picture that everybody shares (`grain.py`), laid over the texture as it is drawn."""

    offset_uv: tuple[float, float]
    """Where in that picture the surface begins."""
    fine: float
    """Share by which threads and pores change the colour, standard deviation."""
    mottle: float
    """The same of spots of a hand's breadth and less."""
    blush: float = 0.0
    """The same of redder and paler regions."""
    folds_m: float = 0.0
    """Height of folds that light and shade show though the mesh has none, standard deviation."""


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
    weights: "csr_matrix"
    """`(V, B)` over the person's bones; rows sum to 1."""
    texture_rgb: NDArray[np.uint8]
    """`(H, W, 3)` sRGB, first row at v = 1; of one row or column where nothing changes along it."""
    roughness: float
    """Perceptual roughness, 0..1."""
    two_sided: bool = False
    """Lit from both sides (single-layer cloth, hair)."""
    shaping: Shaping | None = None
    """Hair that hangs, skirts that fall over the legs; None where the weights say it all."""
    grain: Grain | None = None
    ribbons: tuple[Ribbons, ...] = ()
    """Where the part is locks of hair: all its vertices, in their order."""
