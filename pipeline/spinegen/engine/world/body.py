"""A person as the engine keeps them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...humans.mesh.mesh import MeshPart
from ...lazy import loaded
from ..content.mesh import Material
from .levels import DETAILS_M
from .skin_tables import SkinTables, material_of, skin_tables
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


def coarser(whole: SkinTables, level: int) -> SkinTables:
    """The surface of a level of detail, from all there is; who never asks for one loads nothing that makes it."""
    return loaded("engine.world.detail:coarser")(whole, DETAILS_M[level])


@dataclass(frozen=True, eq=False)
class Rig:
    """What there is of a person besides surfaces."""

    bones: tuple[str, ...]
    rest_positions_ground_m: NDArray[np.float64]
    """`(B, 3)`."""
    landmarks: dict[str, NDArray[np.float64]]
    """Name to `(3,)`, ground metres."""
    materials: tuple[Material, ...]
    """Of every part."""


@dataclass(frozen=True, eq=False)
class Body:
    """A person whose surfaces are made, or read, as they are asked for; the parts of a person live on in them alone."""

    rig: Rig
    tables: Callable[[int], SkinTables]
    """The surface of a level of detail."""
    _skins: dict[int, Skin] = field(default_factory=dict)

    @classmethod
    def of(cls, person: PersonLike) -> "Body":
        """From a person with parts."""
        rest = np.asarray(person.rest_positions_ground_m, dtype=np.float64)
        rig = Rig(
            tuple(person.bones), rest, dict(person.landmarks.points), tuple(material_of(part) for part in person.parts)
        )
        made = {0: skin_tables(person.bones, rest, person.parts)}

        def tables(level: int) -> SkinTables:
            if level not in made:
                made[level] = coarser(made[0], level)
            return made[level]

        return cls(rig, tables)

    def skin(self, level: int = 0) -> Skin:
        """What is posed, at a level of detail; a person takes a copy."""
        if level not in self._skins:
            self._skins[level] = Skin(self.tables(level), self.rig.materials)
        return self._skins[level]
