"""A person as the engine keeps them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...humans.mesh.mesh import MeshPart
from .skin_tables import SkinTables, skin_tables
from .skinning import Skin


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
    """The parts of a person live on in the skin alone."""

    bones: tuple[str, ...]
    rest_positions_ground_m: NDArray[np.float64]
    """`(B, 3)`."""
    landmarks: dict[str, NDArray[np.float64]]
    """Name to `(3,)`, ground metres."""
    tables: SkinTables

    @classmethod
    def of(cls, person: PersonLike) -> "Body":
        """From a person with parts."""
        rest = np.asarray(person.rest_positions_ground_m, dtype=np.float64)
        points = dict(person.landmarks.points)
        return cls(tuple(person.bones), rest, points, skin_tables(person.bones, rest, person.parts))

    @cached_property
    def skin(self) -> Skin:
        """What is posed; a person takes a copy."""
        return Skin(self.tables)
