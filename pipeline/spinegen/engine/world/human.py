"""The person actor: built from a PersonSpec, posed bone by bone, skinned on the CPU."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...geometry import rigid
from ...geometry.axes import SWAP_YZ, ground_to_unreal, unreal_rotator_matrix, unreal_to_ground
from ...geometry.camera import PlacedCamera
from ...geometry.types import Vector
from ..content.mesh import Drawable
from .actors import Actor, NotSupported
from .levels import level_of

if TYPE_CHECKING:
    from .body import Body
    from .skinning import Skin

BEYOND_BONES_M = 0.25
"""How far a person reaches beyond the origins of the bones, at most: fingers from the wrist."""


@dataclass(eq=False)
class Human(Actor):
    """`SpinegenHuman`. Without a body it draws nothing; a spawned body stands in its rest pose at the actor's location."""

    body: "Body | None" = None
    skins: "dict[int, Skin]" = field(default_factory=dict)
    """By level of detail, as far as the present body was drawn in them."""
    transforms_ground_bone: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4, 4)))

    def wear(self, body: "Body") -> None:
        """Take on a body, in its rest pose."""
        self.body, self.skins = body, {}
        self.transforms_ground_bone = self._root() @ self._rest()

    def _rest(self) -> NDArray[np.float64]:
        positions = self._worn().rig.rest_positions_ground_m
        return rigid.transform(np.broadcast_to(np.eye(3), (len(positions), 3, 3)), positions)

    def _root(self) -> NDArray[np.float64]:
        rotation = SWAP_YZ @ unreal_rotator_matrix(*self.rotator_deg) @ SWAP_YZ
        return rigid.transform(rotation, unreal_to_ground(self.location_cm))

    def _worn(self) -> "Body":
        if self.body is None:
            raise EngineError(f"{self.name} has no body yet: call SetBody first")
        return self.body

    def set_pose(self, bones: tuple[str, ...], transforms_ground_bone: NDArray[np.float64]) -> None:
        """Put the named bones at world transforms `(B, 4, 4)`; all or nothing."""
        index = {bone: i for i, bone in enumerate(self._worn().rig.bones)}
        unknown = [bone for bone in bones if bone not in index]
        if unknown:
            raise EngineError(f"unknown bone {unknown[0][:60]!r}; {self.name} has: {', '.join(index)}")
        posed = self.transforms_ground_bone.copy()
        posed[[index[bone] for bone in bones]] = transforms_ground_bone
        self.transforms_ground_bone = posed

    def rig(self) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Bones and their world transforms."""
        return self._worn().rig.bones, self.transforms_ground_bone

    def rest_rig(self) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Bones at rest, then landmarks as pseudo-bones without a turn."""
        rig = self._worn().rig
        positions = np.asarray([*rig.landmarks.values()], dtype=np.float64).reshape(-1, 3)
        landmarks = rigid.transform(np.broadcast_to(np.eye(3), (len(positions), 3, 3)), positions)
        return (*rig.bones, *rig.landmarks), np.concatenate([self._rest(), landmarks])

    def drawables(self, mask_id: int, view: PlacedCamera | None = None) -> list[Drawable]:
        """The skinned body in its present pose, in no more detail than a view shows."""
        if self.body is None:
            return []
        level = 0 if view is None else level_of(view.pixel_m(self._nearest_m(view)))
        if level not in self.skins:
            self.skins[level] = self.body.skin(level).copy()
        return [Drawable(self.skins[level].posed(self.transforms_ground_bone), np.eye(4), mask_id)]

    def _nearest_m(self, view: PlacedCamera) -> float:
        """How far before the camera the nearest of the person is, at least."""
        return float(view.to_camera(self.transforms_ground_bone[:, :3, 3])[:, 2].min()) - BEYOND_BONES_M

    def move_to(self, location_cm: Vector) -> None:
        """Shift the whole person."""
        shift = unreal_to_ground(np.subtract(location_cm, self.location_cm))
        self.transforms_ground_bone = self.transforms_ground_bone.copy()
        self.transforms_ground_bone[:, :3, 3] += shift
        self.location_cm = location_cm

    def turn_to(self, rotator_deg: Vector) -> None:
        """Turn the whole person about the actor's location."""
        before = self._root()
        self.rotator_deg = rotator_deg
        change = self._root() @ np.linalg.inv(before)
        self.transforms_ground_bone = change @ self.transforms_ground_bone

    def scale_to(self, scale: Vector) -> None:
        """People keep the size of their body."""
        raise NotSupported

    def vertices_unreal_cm(self) -> NDArray[np.float64]:
        """Skinned vertices."""
        return super().vertices_unreal_cm() if self.body is not None else ground_to_unreal(np.zeros((0, 3)))
