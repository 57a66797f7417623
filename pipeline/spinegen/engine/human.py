"""The person actor: built from a PersonSpec, posed bone by bone, skinned on the CPU."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import EngineError, SpinegenError
from ..geometry import rigid
from ..geometry.axes import SWAP_YZ, ground_to_unreal, unreal_rotator_matrix, unreal_to_ground
from ..humans.mesh import MeshPart
from .actors import Actor, NotSupported, Vector
from .mesh import Drawable
from .skinning import Skin

CACHED_PEOPLE = 12


class PersonLike(Protocol):
    """What the engine needs of `humans.person.Person`."""

    @property
    def bones(self) -> tuple[str, ...]: ...
    @property
    def rest_positions_ground_m(self) -> NDArray[np.float64]: ...
    @property
    def parts(self) -> Sequence[MeshPart]: ...
    @property
    def landmarks(self) -> Any: ...


_people: OrderedDict[str, tuple[PersonLike, Skin]] = OrderedDict()


def _person(spec_json: str) -> tuple[PersonLike, Skin]:
    """Person and skin of a spec, the last few kept."""
    if spec_json in _people:
        _people.move_to_end(spec_json)
        return _people[spec_json]
    from ..humans.person import build_person
    from ..humans.person_spec import PersonSpec

    try:
        spec = PersonSpec.model_validate_json(spec_json)
    except ValueError as error:
        raise EngineError(f"not a PersonSpec: {' '.join(str(error).split())[:300]}") from None
    person = cast("PersonLike", build_person(spec))
    _people[spec_json] = (person, Skin(person.bones, person.rest_positions_ground_m, person.parts))
    while len(_people) > CACHED_PEOPLE:
        _people.popitem(last=False)
    return _people[spec_json]


@dataclass(eq=False)
class Human(Actor):
    """`SpinegenHuman`. Without a body it draws nothing; a spawned body stands in its rest pose at the actor's location."""

    person: PersonLike | None = None
    skin: Skin | None = None
    transforms_ground_bone: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4, 4)))

    def set_body(self, spec_json: str) -> None:
        """Build (or take from the cache) the person of a spec, in its rest pose."""
        try:
            person, skin = _person(spec_json)
        except SpinegenError as error:
            raise EngineError(f"SetBody: {error}") from error
        self.dress(person, skin)

    def dress(self, person: PersonLike, skin: Skin | None = None) -> None:
        """Wear a body that is already built."""
        self.person = person
        self.skin = (skin or Skin(person.bones, person.rest_positions_ground_m, person.parts)).copy()
        self.transforms_ground_bone = self._root() @ self._rest()

    def _rest(self) -> NDArray[np.float64]:
        positions = np.asarray(self._worn().rest_positions_ground_m, dtype=np.float64)
        return rigid.transform(np.broadcast_to(np.eye(3), (len(positions), 3, 3)), positions)

    def _root(self) -> NDArray[np.float64]:
        rotation = SWAP_YZ @ unreal_rotator_matrix(*self.rotator_deg) @ SWAP_YZ
        return rigid.transform(rotation, unreal_to_ground(self.location_cm))

    def _worn(self) -> PersonLike:
        if self.person is None:
            raise EngineError(f"{self.name} has no body yet: call SetBody first")
        return self.person

    def set_pose(self, bones: tuple[str, ...], transforms_ground_bone: NDArray[np.float64]) -> None:
        """Put the named bones at world transforms `(B, 4, 4)`; all or nothing."""
        index = {bone: i for i, bone in enumerate(self._worn().bones)}
        unknown = [bone for bone in bones if bone not in index]
        if unknown:
            raise EngineError(f"unknown bone {unknown[0][:60]!r}; {self.name} has: {', '.join(index)}")
        posed = self.transforms_ground_bone.copy()
        posed[[index[bone] for bone in bones]] = transforms_ground_bone
        self.transforms_ground_bone = posed

    def rig(self) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Bones and their world transforms."""
        return self._worn().bones, self.transforms_ground_bone

    def rest_rig(self) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Bones at rest, then landmarks as pseudo-bones without a turn."""
        person = self._worn()
        points: dict[str, NDArray[np.float64]] = dict(person.landmarks.points)
        positions = np.asarray([*points.values()], dtype=np.float64).reshape(-1, 3)
        landmarks = rigid.transform(np.broadcast_to(np.eye(3), (len(positions), 3, 3)), positions)
        return (*person.bones, *points), np.concatenate([self._rest(), landmarks])

    def drawables(self, mask_id: int) -> list[Drawable]:
        """The skinned body in its present pose."""
        if self.skin is None:
            return []
        return [Drawable(self.skin.posed(self.transforms_ground_bone), np.eye(4), mask_id)]

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
        return super().vertices_unreal_cm() if self.skin is not None else ground_to_unreal(np.zeros((0, 3)))
