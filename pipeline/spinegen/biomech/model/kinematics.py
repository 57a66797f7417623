"""Forward kinematics and Jacobians of a tree of joints, vectorised over frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ...geometry.euler import euler_xyz_matrix
from ...geometry.types import Array, Vector
from .definition import GROUND, Definition, Joint, Station
from .expansion import Expansion
from .functions import Function, Polynomial

Indices = NDArray[np.int64]
Runs = list[tuple[slice, slice]]
"""Pieces of a list and where they go."""


@dataclass(frozen=True, eq=False)
class BodyPoses:
    """Where the bodies are, frame by frame."""

    rotation_ground_body: Array
    """`(F, B, 3, 3)`: takes body axes to ground axes."""
    position_ground_m: Array
    """`(F, B, 3)`: body origins."""


@dataclass(frozen=True, eq=False)
class _Axis:
    """A compiled elementary motion: which entries of the value table it reads, and how they follow from a full coordinate."""

    row: int
    direction: Array
    coordinate: int
    """Index of the full coordinate; -1 for a constant."""
    function: Function
    columns: tuple[int, ...]
    """Reduced coordinates that move it."""


@dataclass(frozen=True, eq=False)
class _Node:
    """A compiled joint with the body below it."""

    parent: int
    """-1: ground."""
    rotation_parent: Array | None
    location_parent: Array
    rotation_child: Array | None
    location_child: Array | None
    rotations: tuple[_Axis, ...]
    translations: tuple[_Axis, ...]
    columns: Indices
    """Reduced coordinates that move the body."""
    runs: Runs
    """`columns` as runs."""
    inherited: Runs
    """Places of the parent's columns among `columns`, as runs."""
    place: dict[int, int]
    """Of each column among `columns`."""


class Tree:
    """A definition compiled for one set of reduced coordinates."""

    def __init__(self, definition: Definition, expansion: Expansion) -> None:
        self.expansion = expansion
        self.bodies = tuple(joint.child for joint in definition.joints)
        self.index = {name: i for i, name in enumerate(self.bodies)}
        self._row = {name: i for i, name in enumerate(expansion.full)}
        self._axes: list[_Axis] = []
        self._turns: list[_Axis] = []
        self._reach = self._reaching()
        self._nodes: list[_Node] = []
        for joint in definition.joints:
            self._nodes.append(self._compile(definition.name, joint))
        self._straight = self._straight_axes()
        self._curved = [a for a in self._axes if not _straight(a)]
        self._constant_slopes = {} if expansion.bent else self._slopes_of_straight()
        self._crosses = np.array([_cross_matrix(a.direction) for a in self._turns]).reshape(-1, 3, 3)
        self._squares = self._crosses @ self._crosses

    def forward(self, reduced: Array) -> BodyPoses:
        """Poses of all bodies at reduced coordinates `(F, Q)`."""
        poses, _ = self._walk(reduced, want_axes=False)
        return poses

    def jacobian(self, reduced: Array, stations: Sequence[Station]) -> tuple[Array, Array]:
        """Ground positions `(F, S, 3)` of stations and their derivatives `(F, S, 3, Q)` by the reduced coordinates."""
        poses, world = self._walk(reduced, want_axes=True)
        frames, width = len(reduced), len(self.expansion.reduced)
        members: dict[int, list[int]] = {}
        for place, station in enumerate(stations):
            members.setdefault(self.index[station.body], []).append(place)
        needed = self._chains(members)
        slopes = self._slopes(reduced)
        points = np.empty((frames, len(stations), 3))
        out = np.zeros((frames, len(stations), 3, width))
        twists: dict[int, tuple[Array, Array]] = {}
        for body in needed:
            twists[body] = self._twist(body, twists, world, slopes, frames=frames)
            if body not in members:
                continue
            places = members[body]
            local = np.stack([stations[p].location_body_m for p in places])
            at = poses.position_ground_m[:, None, body] + local @ np.swapaxes(
                poses.rotation_ground_body[:, body], -1, -2
            )
            points[:, places] = at
            angular, linear = twists[body]
            columns = self._nodes[body].columns
            x, y, z = (at[:, :, i, None] for i in range(3))
            wx, wy, wz = (angular[:, None, i] for i in range(3))
            moved = np.empty((frames, len(places), 3, len(columns)))
            np.multiply(wy, z, out=moved[:, :, 0])
            moved[:, :, 0] -= wz * y
            np.multiply(wz, x, out=moved[:, :, 1])
            moved[:, :, 1] -= wx * z
            np.multiply(wx, y, out=moved[:, :, 2])
            moved[:, :, 2] -= wy * x
            moved += linear[:, None]
            target = slice(places[0], places[-1] + 1) if places[-1] - places[0] + 1 == len(places) else places
            for source, goal in self._nodes[body].runs:
                out[:, target, :, goal] = moved[..., source]
        return points, out

    def _walk(self, reduced: Array, want_axes: bool) -> tuple[BodyPoses, dict[int, tuple[Array, Array]]]:
        full = self.expansion.expand(reduced)
        frames = len(full)
        values = self._values(full)
        angles = values[:, [a.row for a in self._turns]]
        turns = np.sin(angles)[..., None, None] * self._crosses
        turns += (1.0 - np.cos(angles))[..., None, None] * self._squares
        turns += np.eye(3)
        turn_of = {axis.row: turns[:, i] for i, axis in enumerate(self._turns)}
        rotation = np.empty((len(self._nodes), frames, 3, 3))
        position = np.empty((len(self._nodes), frames, 3))
        world: dict[int, tuple[Array, Array]] = {}
        identity = np.broadcast_to(np.eye(3), (frames, 3, 3))
        for i, node in enumerate(self._nodes):
            turned = identity if node.parent < 0 else rotation[node.parent]
            offset = node.location_parent
            origin = (
                np.broadcast_to(offset, (frames, 3)) if node.parent < 0 else position[node.parent] + turned @ offset
            )
            if node.rotation_parent is not None:
                turned = turned @ node.rotation_parent
            for axis in node.translations:
                along = turned @ axis.direction
                origin = origin + along * values[:, axis.row, None]
                if want_axes:
                    world[axis.row] = (along, origin)
            for axis in node.rotations:
                if want_axes:
                    world[axis.row] = (turned @ axis.direction, origin)
                turned = turned @ turn_of[axis.row]
            if node.rotation_child is not None:
                turned = turned @ node.rotation_child.T
            rotation[i] = turned
            position[i] = origin if node.location_child is None else origin - turned @ node.location_child
        return BodyPoses(np.swapaxes(rotation, 0, 1), np.swapaxes(position, 0, 1)), world

    def _twist(
        self,
        body: int,
        twists: dict[int, tuple[Array, Array]],
        world: dict[int, tuple[Array, Array]],
        slopes: dict[int, Array],
        *,
        frames: int,
    ) -> tuple[Array, Array]:
        """Angular velocity and velocity of the point at the ground's origin, each `(F, 3, columns)`, a unit of each coordinate."""
        node = self._nodes[body]
        angular = np.zeros((frames, 3, len(node.columns)))
        linear = np.zeros((frames, 3, len(node.columns)))
        if node.parent >= 0:
            above_angular, above_linear = twists[node.parent]
            for source, goal in node.inherited:
                angular[..., goal] = above_angular[..., source]
                linear[..., goal] = above_linear[..., source]
        for axis, turning in [(a, False) for a in node.translations] + [(a, True) for a in node.rotations]:
            direction, origin = world[axis.row]
            for k, column in enumerate(axis.columns):
                scaled = direction * slopes[axis.row][..., k, None]
                at = node.place[column]
                if turning:
                    angular[..., at] += scaled
                    linear[..., at] += _cross(origin, scaled)
                else:
                    linear[..., at] += scaled
        return angular, linear

    def _slopes(self, reduced: Array) -> dict[int, Array]:
        """For each moving axis its derivatives `(columns,)` or `(F, columns)` by the reduced coordinates in `columns`."""
        full = self.expansion.expand(reduced)
        chain = self.expansion.slopes(full)
        slopes = dict(self._constant_slopes)
        for axis in self._axes:
            if axis.row in slopes or axis.coordinate < 0:
                continue
            own = chain[..., axis.coordinate, list(axis.columns)]
            if _straight(axis):
                slopes[axis.row] = float(axis.function.slope(0.0)) * own
            else:
                slopes[axis.row] = axis.function.slope(full[:, axis.coordinate])[:, None] * own
        return slopes

    def _slopes_of_straight(self) -> dict[int, Array]:
        """Those of `_slopes` that are the same in every pose."""
        matrix = self.expansion.matrix
        return {
            axis.row: float(axis.function.slope(0.0)) * matrix[axis.coordinate, list(axis.columns)]
            for axis in self._axes
            if axis.coordinate >= 0 and _straight(axis)
        }

    def _straight_axes(self) -> tuple[Indices, Indices, Array, Array]:
        """Of the axes whose value is constant or linear: rows, full coordinates (0 for none), factors and offsets."""
        axes = [a for a in self._axes if _straight(a)]
        moving = np.array([a.coordinate >= 0 for a in axes], dtype=np.float64)
        return (
            np.array([a.row for a in axes], dtype=np.int64),
            np.array([max(a.coordinate, 0) for a in axes], dtype=np.int64),
            moving * np.array([float(a.function.slope(0.0)) for a in axes]),
            np.array([float(a.function.value(0.0)) for a in axes]),
        )

    def _values(self, full: Array) -> Array:
        """Angle or length `(F, axes)` of every axis at full coordinates `(F, E)`."""
        values = np.empty((len(full), len(self._axes)))
        rows, coordinates, factors, offsets = self._straight
        values[:, rows] = factors * full[:, coordinates] + offsets
        for axis in self._curved:
            values[:, axis.row] = axis.function.value(full[:, axis.coordinate])
        return values

    def _chains(self, bodies: dict[int, list[int]]) -> list[int]:
        """The bodies and all above them, parents first."""
        wanted = set[int]()
        for body in bodies:
            current = body
            while current >= 0 and current not in wanted:
                wanted.add(current)
                current = self._nodes[current].parent
        return sorted(wanted)

    def _reaching(self) -> dict[int, tuple[int, ...]]:
        """For each full coordinate the reduced ones that move it."""
        return {i: tuple(np.flatnonzero(row).tolist()) for i, row in enumerate(self.expansion.matrix)}

    def _compile(self, model: str, joint: Joint) -> _Node:
        if joint.parent != GROUND and joint.parent not in self.index:
            raise ModelError(
                f"{model}: joint {joint.name!r} hangs on the body {joint.parent!r}, which is not in the model"
            )
        parent = -1 if joint.parent == GROUND else self.index[joint.parent]
        if parent >= len(self._nodes):
            raise ModelError(f"{model}: joint {joint.name!r} comes before the joint of its parent {joint.parent!r}")
        rotations: list[_Axis] = []
        translations: list[_Axis] = []
        for i, axis in enumerate(joint.axes):
            if axis.coordinate is None and float(axis.function.value(0.0)) == 0.0:
                continue
            coordinate = -1 if axis.coordinate is None else self._row[axis.coordinate]
            direction = _direction(axis.direction)
            columns = () if coordinate < 0 else self._reach[coordinate]
            compiled = _Axis(len(self._axes), direction, coordinate, axis.function, columns)
            self._axes.append(compiled)
            (rotations if i < 3 else translations).append(compiled)
        self._turns.extend(rotations)
        above = self._nodes[parent].columns if parent >= 0 else np.zeros(0, dtype=np.int64)
        own = {c for axis in (*rotations, *translations) for c in axis.columns}
        columns = np.array(sorted(own | set(above.tolist())), dtype=np.int64)
        return _Node(
            parent,
            _turn_or_none(joint.orientation_parent_rad),
            np.asarray(joint.location_parent_m, dtype=np.float64),
            _turn_or_none(joint.orientation_child_rad),
            np.asarray(joint.location_child_m, dtype=np.float64) if any(joint.location_child_m) else None,
            tuple(rotations),
            tuple(translations),
            columns,
            _runs(columns),
            _runs(np.searchsorted(columns, above)),
            {int(c): i for i, c in enumerate(columns)},
        )


def _straight(axis: _Axis) -> bool:
    """Whether its value is a constant or a linear function of its coordinate."""
    return axis.coordinate < 0 or (isinstance(axis.function, Polynomial) and axis.function.degree <= 1)


@lru_cache(maxsize=1024)
def _direction(along: Vector) -> Array:
    direction = np.asarray(along, dtype=np.float64)
    direction = direction / np.linalg.norm(direction)
    direction.flags.writeable = False
    return direction


@lru_cache(maxsize=1024)
def _turn_or_none(angles_rad: Vector) -> Array | None:
    if not any(angles_rad):
        return None
    turn = euler_xyz_matrix(angles_rad)
    turn.flags.writeable = False
    return turn


def _cross_matrix(v: Array) -> Array:
    return np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])


def _cross(a: Array, b: Array) -> Array:
    """`a x b` over the last axis, shaped as `b`; faster than numpy's for small arrays."""
    out = np.empty_like(b)
    out[..., 0] = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    out[..., 1] = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    out[..., 2] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return out


def _runs(columns: Indices) -> Runs:
    """Ascending indices as runs: (slice into the list, slice of the values)."""
    runs: Runs = []
    start = 0
    for i in range(1, len(columns) + 1):
        if i == len(columns) or columns[i] != columns[i - 1] + 1:
            runs.append((slice(start, i), slice(int(columns[start]), int(columns[start]) + i - start)))
            start = i
    return runs
