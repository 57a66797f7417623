"""Things in the world: their place, mask colour and what they draw."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry import rigid
from ...geometry.axes import SWAP_YZ, ground_to_unreal, unreal_rotator_matrix, unreal_to_ground
from ...geometry.camera import PlacedCamera
from ...geometry.types import Vector
from ..content.mesh import Drawable, Mesh


class NotSupported(Exception):
    """UnrealCV knows the command, this actor or engine does not do it."""


@dataclass(eq=False)
class Actor:
    """Base of everything that `vget /objects` lists."""

    name: str
    uclass: str
    colour: tuple[int, int, int]
    """In the object mask."""
    location_cm: Vector = (0.0, 0.0, 0.0)
    rotator_deg: Vector = (0.0, 0.0, 0.0)
    """Pitch, yaw, roll."""
    scale: Vector = (1.0, 1.0, 1.0)
    visible: bool = True
    label: str = ""
    """As people read it; empty is the name."""
    mobility: str = "Movable"

    def drawables(self, mask_id: int, view: PlacedCamera | None = None) -> list[Drawable]:
        """Meshes at their places, in no more detail than a view shows; without one, all there is."""
        return []

    def vertices_unreal_cm(self) -> NDArray[np.float64]:
        """All vertices `(V, 3)` in the world."""
        parts = [
            rigid.apply(drawable.transform_world_mesh, drawable.mesh.vertices_m.astype(np.float64))
            for drawable in self.drawables(0)
        ]
        return ground_to_unreal(np.concatenate(parts)) if parts else np.zeros((0, 3))

    def move_to(self, location_cm: Vector) -> None:
        """Put the actor's origin somewhere."""
        self.location_cm = location_cm

    def turn_to(self, rotator_deg: Vector) -> None:
        """Give it a rotation (pitch, yaw, roll)."""
        self.rotator_deg = rotator_deg

    def scale_to(self, scale: Vector) -> None:
        """Give it a scale."""
        self.scale = scale


def actor_transform(location_cm: Vector, rotator_deg: Vector, scale: Vector) -> NDArray[np.float64]:
    """`(4, 4)` from the actor's own ground axes to world ground axes, metres."""
    rotation = SWAP_YZ @ unreal_rotator_matrix(*rotator_deg) @ SWAP_YZ
    factors = SWAP_YZ @ np.asarray(scale, dtype=np.float64)
    return rigid.transform(rotation * factors, unreal_to_ground(location_cm))


@dataclass(eq=False)
class MeshActor(Actor):
    """A rigid thing."""

    mesh: Mesh | None = None
    casts_shadow: bool = True

    def drawables(self, mask_id: int, view: PlacedCamera | None = None) -> list[Drawable]:
        """The mesh at the actor's place."""
        if self.mesh is None:
            return []
        place = actor_transform(self.location_cm, self.rotator_deg, self.scale)
        return [Drawable(self.mesh, place, mask_id, self.casts_shadow)]


def free_colour(taken: set[tuple[int, int, int]]) -> tuple[int, int, int]:
    """The first mask colour, in a fixed order well apart from each other and from black, that is not taken."""
    return next((colour for colour in _COLOURS if colour not in taken), (255, 255, 255))


def _ordered_colours() -> list[tuple[int, int, int]]:
    levels = (0, 85, 170, 255)
    coarse = [(r, g, b) for r in levels for g in levels for b in levels if (r, g, b) != (0, 0, 0)]
    fine_levels = (20, 50, 80, 110, 140, 170, 200, 230)
    fine = [(r, g, b) for r in fine_levels for g in fine_levels for b in fine_levels]
    coarse.sort(key=lambda c: ((c[0] * 7 + c[1] * 13 + c[2] * 29) % 64, c))
    return coarse + [colour for colour in fine if colour not in coarse]


_COLOURS = _ordered_colours()
