"""Forward kinematics and Jacobians of a tree of joints, vectorised over frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...errors import ModelError
from ...geometry.euler import euler_xyz_matrix
from ...geometry.types import Array, Vector
from .definition import GROUND, Definition, Joint, Station
from .expansion import Expansion
from .functions import at_zero
from .joint_chain import Axis, Indices, JointChain, Node, Walk
from .motions import Motions


@dataclass(frozen=True, eq=False)
class BodyPoses:
    """Where the bodies are, frame by frame."""

    rotation_ground_body: Array
    """`(F, B, 3, 3)`: takes body axes to ground axes."""
    position_ground_m: Array
    """`(F, B, 3)`: body origins."""


class Tree:
    """A definition compiled for one set of reduced coordinates."""

    def __init__(self, definition: Definition, expansion: Expansion) -> None:
        self.expansion = expansion
        self.bodies = tuple(joint.child for joint in definition.joints)
        self.index = {name: i for i, name in enumerate(self.bodies)}
        self._row = {name: i for i, name in enumerate(expansion.full)}
        self._reach = {i: tuple(np.flatnonzero(row).tolist()) for i, row in enumerate(expansion.matrix)}
        self._axes: list[Axis] = []
        nodes: list[Node] = []
        for joint in definition.joints:
            nodes.append(self._compile(definition.name, joint, len(nodes)))
        self._straight = self._straight_axes()
        self._curved = [axis for axis in self._axes if not axis.straight]
        self._chain, self._motions = JointChain(nodes), Motions(nodes, expansion)

    def forward(self, reduced: Array) -> BodyPoses:
        """Poses of all bodies at reduced coordinates `(F, Q)`."""
        transforms = np.swapaxes(self._walk(reduced).transforms[:-1], 0, 1)
        return BodyPoses(np.ascontiguousarray(transforms[..., :3]), np.ascontiguousarray(transforms[..., 3]))

    def jacobian(self, reduced: Array, stations: Sequence[Station]) -> tuple[Array, Array]:
        """Ground positions `(F, S, 3)` of stations and their derivatives `(F, S, 3, Q)` by the reduced coordinates."""
        walk = self._walk(reduced)
        bodies = [self.index[station.body] for station in stations]
        local = np.array([station.location_body_m for station in stations]).reshape(-1, 1, 3, 1)
        at = walk.transforms[bodies]
        points = np.swapaxes((at[..., :3] @ local)[..., 0] + at[..., 3], 0, 1)
        return points, self._motions.derivatives(walk, reduced, bodies, points)

    def _walk(self, reduced: Array) -> Walk:
        return self._chain.walk(self._values(self.expansion.expand(reduced)))

    def _straight_axes(self) -> tuple[Indices, Indices, Array, Array]:
        """Of the axes whose value is constant or linear: rows, full coordinates (0 for none), factors and offsets."""
        axes = [a for a in self._axes if a.straight]
        at = [at_zero(a.function) for a in axes]
        return (
            np.array([a.row for a in axes], dtype=np.int64),
            np.array([max(a.coordinate, 0) for a in axes], dtype=np.int64),
            np.array([slope if a.coordinate >= 0 else 0.0 for a, (_, slope) in zip(axes, at, strict=True)]),
            np.array([value for value, _ in at]),
        )

    def _values(self, full: Array) -> Array:
        """Angle or length `(F, axes)` of every axis at full coordinates `(F, E)`."""
        values = np.empty((len(full), len(self._axes)))
        rows, coordinates, factors, offsets = self._straight
        values[:, rows] = factors * full[:, coordinates] + offsets
        for axis in self._curved:
            values[:, axis.row] = axis.function.value(full[:, axis.coordinate])
        return values

    def _compile(self, model: str, joint: Joint, number: int) -> Node:
        if joint.parent != GROUND and joint.parent not in self.index:
            raise ModelError(
                f"{model}: joint {joint.name!r} hangs on the body {joint.parent!r}, which is not in the model"
            )
        parent = -1 if joint.parent == GROUND else self.index[joint.parent]
        if parent >= number:
            raise ModelError(f"{model}: joint {joint.name!r} comes before the joint of its parent {joint.parent!r}")
        rotations: list[Axis] = []
        translations: list[Axis] = []
        for i, axis in enumerate(joint.axes):
            if axis.coordinate is None and at_zero(axis.function)[0] == 0.0:
                continue
            coordinate = -1 if axis.coordinate is None else self._row[axis.coordinate]
            columns = () if coordinate < 0 else self._reach[coordinate]
            compiled = Axis(len(self._axes), _direction(axis.direction), coordinate, axis.function, columns)
            self._axes.append(compiled)
            (rotations if i < 3 else translations).append(compiled)
        return Node(
            parent,
            _turn(joint.orientation_parent_rad),
            np.asarray(joint.location_parent_m, dtype=np.float64),
            _turn(joint.orientation_child_rad),
            np.asarray(joint.location_child_m, dtype=np.float64),
            tuple(rotations),
            tuple(translations),
        )


@lru_cache(maxsize=1024)
def _direction(along: Vector) -> Array:
    direction = np.asarray(along, dtype=np.float64)
    direction = direction / np.linalg.norm(direction)
    direction.flags.writeable = False
    return direction


@lru_cache(maxsize=1024)
def _turn(angles_rad: Vector) -> Array:
    turn = euler_xyz_matrix(angles_rad)
    turn.flags.writeable = False
    return turn
