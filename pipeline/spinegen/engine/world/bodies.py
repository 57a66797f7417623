"""Bodies of drawn people, built from their specs: what actors wear is kept as long as they wear it, and the latest besides."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError, SpinegenError
from ...humans.mesh.mesh import MeshPart
from ...humans.person import build_person
from ...humans.spec.person_spec import PersonSpec
from .heap import trim_heap
from .skinning import Skin

SPARE = 1
"""Bodies that are kept though nobody wears them: some 30 MB each."""


class PersonLike(Protocol):
    """What a body needs of `humans.person.Person`."""

    @property
    def bones(self) -> tuple[str, ...]: ...
    @property
    def rest_positions_ground_m(self) -> NDArray[np.floating[Any]]: ...
    @property
    def parts(self) -> tuple[MeshPart, ...]: ...
    @property
    def landmarks(self) -> Any: ...


@dataclass(frozen=True, eq=False)
class Body:
    """A person as the engine keeps them: the parts live on in the skin alone."""

    bones: tuple[str, ...]
    rest_positions_ground_m: NDArray[np.float64]
    """`(B, 3)`."""
    landmarks: dict[str, NDArray[np.float64]]
    """Name to `(3,)`, ground metres."""
    skin: Skin

    @classmethod
    def of(cls, person: PersonLike) -> "Body":
        """From a person with parts."""
        rest = np.asarray(person.rest_positions_ground_m, dtype=np.float64)
        points = dict(person.landmarks.points)
        return cls(tuple(person.bones), rest, points, Skin(person.bones, rest, person.parts))


class Bodies:
    """The bodies of one world, by the text of their specs."""

    def __init__(self) -> None:
        self._worn: WeakValueDictionary[str, Body] = WeakValueDictionary()
        self._spare: deque[Body] = deque(maxlen=SPARE)

    def body(self, spec_json: str) -> Body:
        """The body of a PersonSpec; one that is still at hand is not built again.

        Raises:
            EngineError: not a PersonSpec, or a person that cannot be built.
        """
        found = self._worn.get(spec_json)
        if found is None:
            try:
                spec = PersonSpec.model_validate_json(spec_json)
            except ValueError as error:
                raise EngineError(f"SetBody: not a PersonSpec: {' '.join(str(error).split())[:300]}") from None
            try:
                found = Body.of(build_person(spec))
            except SpinegenError as error:
                raise EngineError(f"SetBody: {error}") from error
            self._worn[spec_json] = found
            trim_heap()
        self._spare.append(found)
        return found
