"""The level's own actors: what stands there before a client has spawned anything, and is changed through the stage's calls alone."""

from collections.abc import Callable
from dataclasses import dataclass

from ...geometry.camera import PlacedCamera
from ...geometry.types import Vector
from ..content.mesh import Drawable
from .actors import Actor, NotSupported
from .scenery import GROUND_MASK_ID, SURROUNDINGS_MASK_ID, Scenery

BLACK = (0, 0, 0)
"""Mask colour of what nobody has given one."""


@dataclass(eq=False)
class LevelActor(Actor):
    """A part of the scenery as `vget /objects` lists it; one without a mask id (the sky's light) draws nothing."""

    mask_id: int = 0
    scenery: Callable[[], Scenery] | None = None
    """The stage as it is now."""

    def drawables(self, mask_id: int, view: PlacedCamera | None = None) -> list[Drawable]:
        """Its share of the scenery, under its own mask id."""
        if self.scenery is None or not self.mask_id:
            return []
        return [one for one in self.scenery().drawables if one.mask_id == self.mask_id]

    def move_to(self, location_cm: Vector) -> None:
        """It stays."""
        raise NotSupported

    def turn_to(self, rotator_deg: Vector) -> None:
        """It stays."""
        raise NotSupported

    def scale_to(self, scale: Vector) -> None:
        """It stays."""
        raise NotSupported


def level_actors(scenery: Callable[[], Scenery]) -> dict[str, LevelActor]:
    """Ground, what stands around it (walls, houses, distant hills) and the light of the sky, by name."""
    parts = (
        ("Ground_0", "StaticMeshActor", GROUND_MASK_ID),
        ("Surroundings_0", "StaticMeshActor", SURROUNDINGS_MASK_ID),
        ("SkyLight_0", "SkyLight", 0),
    )
    return {
        name: LevelActor(name, uclass, BLACK, mobility="Static", mask_id=mask_id, scenery=scenery)
        for name, uclass, mask_id in parts
    }
