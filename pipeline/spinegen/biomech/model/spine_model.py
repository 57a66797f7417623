"""The spine model that is fitted and drawn: reduced coordinates, forward kinematics, stations, scaling."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ModelError
from ...geometry.types import Array
from ...skeleton import VERTEBRAE
from .definition import Coordinate, Definition, Rhythm, Station
from .expansion import Expansion, expansion
from .kinematics import BodyPoses, Tree
from .scaling import SEGMENTS, scale

__all__ = ["SEGMENTS", "BodyPoses", "Coordinate", "Rhythm", "SpineModel", "Station"]


class SpineModel:
    """An immutable kinematic tree in reduced coordinates: what a coupler would drive is expanded exactly."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def __reduce__(self) -> tuple[type["SpineModel"], tuple[Definition]]:
        return SpineModel, (self.definition,)

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.definition.name

    @cached_property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """The Q reduced coordinates."""
        return tuple(self.definition.coordinate_of[name] for name in self._expansion.reduced)

    @cached_property
    def coordinate_names(self) -> tuple[str, ...]:
        """Names of the reduced coordinates."""
        return self._expansion.reduced

    @cached_property
    def coordinate_index(self) -> dict[str, int]:
        """Place of each reduced coordinate in `q`."""
        return {name: i for i, name in enumerate(self.coordinate_names)}

    @cached_property
    def limits(self) -> tuple[Array, Array]:
        """Lowest and highest values `(Q,)`, rad or m."""
        lo, hi = np.array([c.range for c in self.coordinates]).T
        return lo, hi

    @cached_property
    def default_q(self) -> Array:
        """Default posture `(Q,)`: upright, arms hanging, pelvis at standing height."""
        return np.array([c.default for c in self.coordinates])

    @property
    def bodies(self) -> tuple[str, ...]:
        """Names of the B bodies, parents first."""
        return self._tree.bodies

    @property
    def body_index(self) -> dict[str, int]:
        """Place of each body in `BodyPoses`."""
        return self._tree.index

    @cached_property
    def parents(self) -> dict[str, str]:
        """The body above each body (`ground` above the first)."""
        return {joint.child: joint.parent for joint in self.definition.joints}

    @property
    def stations(self) -> Mapping[str, Station]:
        """Named points on bodies."""
        return self.definition.stations

    @property
    def rhythms(self) -> tuple[Rhythm, ...]:
        """How each regional motion is shared among levels; kept as information when the levels are released."""
        return self.definition.rhythms

    @property
    def expanded_names(self) -> tuple[str, ...]:
        """All E coordinates of the .osim file, dependent ones included."""
        return self._expansion.full

    @property
    def expansion(self) -> Array:
        """The linear map `(E, Q)` from reduced to all coordinates.

        Raises:
            ModelError: the model has couplers that are not linear.
        """
        if self._expansion.bent:
            raise ModelError(f"{self.name}: couplers that are not linear have no constant map; use expand()")
        return self._expansion.matrix

    @cached_property
    def mass_kg(self) -> float:
        """Mass of the whole body."""
        return sum(body.mass_kg for body in self.definition.bodies)

    @cached_property
    def stature_m(self) -> float:
        """Height of the top of the head above the soles in the default posture."""
        points = self.station_positions(self.forward(self.default_q[None]), ("keypoint/head", *self._soles))[0]
        return float(points[0, 1] - points[1:, 1].mean())

    @cached_property
    def _soles(self) -> tuple[str, ...]:
        return tuple(name for name in self.stations if name.startswith("sole/"))

    @cached_property
    def _expansion(self) -> Expansion:
        return expansion(self.definition)

    @cached_property
    def _tree(self) -> Tree:
        return Tree(self.definition, self._expansion)

    def expand(self, q: ArrayLike) -> Array:
        """All coordinates `(..., E)` of reduced ones `(..., Q)`, in the order of `expanded_names`."""
        return self._expansion.expand(self._checked(q))

    def forward(self, q: ArrayLike) -> BodyPoses:
        """Poses of all bodies at `q (F, Q)`."""
        return self._tree.forward(self._checked(q))

    def station_positions(self, poses: BodyPoses, names: Sequence[str]) -> Array:
        """Ground positions `(F, S, 3)` of stations."""
        stations = self._named(names)
        bodies = [self.body_index[s.body] for s in stations]
        local = np.array([s.location_body_m for s in stations]).reshape(-1, 3, 1)
        return poses.position_ground_m[:, bodies] + (poses.rotation_ground_body[:, bodies] @ local)[..., 0]

    def station_jacobian(self, q: ArrayLike, names: Sequence[str]) -> tuple[Array, Array]:
        """Ground positions `(F, S, 3)` and their derivatives `(F, S, 3, Q)` at `q (F, Q)`, analytic."""
        return self._tree.jacobian(self._checked(q), self._named(names))

    def vertebra_frames(self, poses: BodyPoses) -> tuple[Array, Array]:
        """Rotations `(F, 25, 3, 3)` and body centroids `(F, 25, 3)` of S1 .. C1, in ground."""
        tilt = self.definition.endplate_s1_rad
        sacrum = np.array([[np.cos(tilt), -np.sin(tilt), 0.0], [np.sin(tilt), np.cos(tilt), 0.0], [0.0, 0.0, 1.0]])
        rotation = poses.rotation_ground_body[
            :, [self.body_index["pelvis" if v == "S1" else v] for v in VERTEBRAE]
        ].copy()
        rotation[:, 0] = rotation[:, 0] @ sacrum
        return rotation, self.station_positions(poses, [f"centroid/{v}" for v in VERTEBRAE])

    def scaled(
        self,
        scales: Mapping[str, ArrayLike] | None = None,
        station_overrides: Mapping[str, ArrayLike] | None = None,
        mass_kg: float | None = None,
    ) -> "SpineModel":
        """Stretch bodies along their own axes: joint offsets and translations, stations, mass centres, inertias, shapes.

        Args:
            scales: factor, or factors `(3,)`, of a body or of a segment of `SEGMENTS`; later entries win.
            station_overrides: new locations `(3,)` m in the scaled body, taken as they are.
            mass_kg: new mass of the whole body, shared as before.

        Raises:
            ModelError: an unknown body, segment or station, or a factor that is not positive.
        """
        if not scales and not station_overrides and mass_kg is None:
            return self._standing()
        return SpineModel(scale(self.definition, scales or {}, station_overrides or {}, mass_kg))._standing()

    def renamed(self, name: str, stations: Mapping[str, Station]) -> "SpineModel":
        """The same tree under another name, with these stations."""
        return self._of_same_tree(replace(self.definition, name=name, stations=dict(stations)))

    def _of_same_tree(self, definition: Definition) -> "SpineModel":
        """A model whose joints, couplers and coordinates are this one's: what was compiled is shared."""
        other = SpineModel(definition)
        other.__dict__["_expansion"], other.__dict__["_tree"] = self._expansion, self._tree
        return other

    def _standing(self) -> "SpineModel":
        """The same model whose default posture has its lowest sole on the floor (models without soles stay)."""
        if not self._soles or "pelvis_ty" not in self.coordinate_index:
            return self
        soles = self.station_positions(self.forward(self.default_q[None]), self._soles)[0]
        raised = self.definition.coordinate_of["pelvis_ty"].default - float(soles[:, 1].min())
        coordinates = tuple(
            replace(c, default=raised) if c.name == "pelvis_ty" else c for c in self.definition.coordinates
        )
        return self._of_same_tree(replace(self.definition, coordinates=coordinates))

    def released(self) -> "SpineModel":
        """The model with every spine level free: level coordinates in place of the regional ones."""
        freed = {name for rhythm in self.rhythms for name in rhythm.levels}
        regional = {rhythm.coordinate for rhythm in self.rhythms}
        return SpineModel(
            replace(
                self.definition,
                coordinates=tuple(c for c in self.definition.coordinates if c.name not in regional),
                couplers=tuple(c for c in self.definition.couplers if c.dependent not in freed),
            )
        )

    def _named(self, names: Sequence[str]) -> list[Station]:
        missing = [name for name in names if name not in self.stations]
        if missing:
            raise ModelError(f"{self.name}: no station {', '.join(map(repr, missing))} in the model")
        return [self.stations[name] for name in names]

    def _checked(self, q: ArrayLike) -> Array:
        values = np.asarray(q, dtype=np.float64)
        if values.ndim == 0 or values.shape[-1] != len(self.coordinate_names):
            raise ModelError(
                f"{self.name}: expected {len(self.coordinate_names)} coordinates a frame, found shape {values.shape}"
            )
        return values
