"""Triangles and materials as the renderer draws them; ground axes, metres."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError

Float32 = NDArray[np.float32]


@dataclass(eq=False)
class Texture:
    """A picture in sRGB, `(H, W, 3)` or `(H, W, 4)`, first row at v = 1; compared by identity, so share it to share its memory."""

    pixels: NDArray[np.uint8] | None
    """`None` once they have been handed over."""
    height_is_luminance: bool = False
    """Fine relief may be guessed from brightness."""
    kept: bool = True
    """Whether the pixels stay here when a renderer has taken them."""
    again: Callable[[], NDArray[np.uint8]] | None = None
    """Makes pixels anew that were not kept; without it such a picture can be drawn by one renderer only."""

    def hand_over(self) -> NDArray[np.uint8]:
        """The pixels, for a renderer to copy.

        Raises:
            EngineError: another renderer has them.
        """
        pixels = self.pixels
        if pixels is None and self.again is not None:
            return self.again()
        if pixels is None:
            raise EngineError("a texture that was not kept was asked for by a second renderer")
        if not self.kept:
            self.pixels = None
        return pixels


@dataclass(frozen=True)
class Material:
    """What light does to a surface."""

    texture: Texture | None = None
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Linear factor on the texture."""
    roughness: float = 0.8
    metallic: float = 0.0
    kind: str = "plain"
    """`plain`, `skin`, `eye`, `hair`, `cloth`, `ground`, `floor`, or `shadow` (draws
    nothing but the shadows that fall on it)."""
    two_sided: bool = False
    tile_m: float = 1.0
    """Texture coordinates are divided by it; they count metres on props and walls."""
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Linear radiance, cd/m2."""
    relief_m: float = 0.0
    """Height of the bumps that a texture with `height_is_luminance` stands for."""
    varied: int = 0
    """0: the texture as it is; 1: its tone drifts over metres; 2: also, two turns of it are mixed so that nobody sees it repeat."""
    grain: tuple[float, float, float, float, float, float] | None = None
    """Fine variation over the texture: its shift u, v, the strengths of threads or pores, mottle and blush, and metres of folds
    (`humans.mesh.mesh.Grain`)."""


@dataclass(eq=False)
class Mesh:
    """One vertex array, cut into runs of triangles that share a material; `version` counts changes of shape."""

    vertices_m: Float32
    """`(V, 3)`."""
    normals: Float32
    """`(V, 3)`, unit length."""
    uv: Float32
    """`(V, 2)`."""
    faces: NDArray[np.int32]
    """`(F, 3)`, counter-clockwise seen from outside."""
    runs: tuple[tuple[int, int, Material], ...]
    """(first face, number of faces, material)."""
    version: int = 0
    moves: bool = False
    coarse_faces: NDArray[np.int32] | None = None
    """`(F', 3)`: far fewer triangles over the same vertices, nowhere more than a finger's breadth off; for shadows. `None`: `faces`."""
    blurred_faces: NDArray[np.int32] | None = None
    """`(F'', 3)`: fewer still, for soft shadows. `None`: `faces`."""
    spanning: NDArray[np.int32] | None = None
    """Vertices that the coarse triangles use."""

    @cached_property
    def corners(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """First, second and third vertices of all triangles, `(F,)` each."""
        a, b, c = np.ascontiguousarray(self.faces.T)
        return a, b, c

    @cached_property
    def two_sided(self) -> NDArray[np.bool_]:
        """Which triangles `(F,)` are drawn from either side."""
        flags = np.zeros(len(self.faces), bool)
        for first, count, material in self.runs:
            flags[first : first + count] = material.two_sided
        return flags


@dataclass(frozen=True)
class Drawable:
    """A mesh at a place."""

    mesh: Mesh
    transform_world_mesh: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))
    """`(4, 4)`, ground metres."""
    mask_id: int = 0
    casts_shadow: bool = True


def join(pieces: list[Mesh]) -> Mesh:
    """Several meshes as one."""
    faces, runs, first_vertex, first_face = [], [], 0, 0
    for piece in pieces:
        faces.append(piece.faces + first_vertex)
        runs += [(first + first_face, count, material) for first, count, material in piece.runs]
        first_vertex += len(piece.vertices_m)
        first_face += len(piece.faces)
    return Mesh(
        np.concatenate([piece.vertices_m for piece in pieces]),
        np.concatenate([piece.normals for piece in pieces]),
        np.concatenate([piece.uv for piece in pieces]),
        np.concatenate(faces).astype(np.int32),
        _merge_runs(runs),
    )


def _merge_runs(runs: list[tuple[int, int, Material]]) -> tuple[tuple[int, int, Material], ...]:
    merged: list[tuple[int, int, Material]] = []
    for first, count, material in runs:
        if merged and merged[-1][2] == material and sum(merged[-1][:2]) == first:
            merged[-1] = (merged[-1][0], merged[-1][1] + count, material)
        else:
            merged.append((first, count, material))
    return tuple(merged)
