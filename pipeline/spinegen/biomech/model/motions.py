"""Derivatives of points on bodies: how each axis moves what hangs on it, summed over the axes above a body."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...geometry.types import Array
from .expansion import Expansion
from .functions import at_zero
from .joint_chain import Axis, Indices, Node, Walk


@dataclass(frozen=True, eq=False)
class _Sums:
    """Which motions carry some points, and where the derivatives of these go."""

    motions: Indices
    """Those of one body and column side by side."""
    starts: Indices
    """Where each body and column begins among them."""
    of_point: Indices
    """`(P,)`: for every point and column that moves it, the place among `starts` ..."""
    points: Indices
    """`(P,)`: ... the point ..."""
    places: Indices
    """`(3, P)`: ... and where x, y and z go among points, axes and columns."""


class Motions:
    """A motion is an axis with one of the columns (reduced coordinates) that move it."""

    def __init__(self, nodes: Sequence[Node], expansion: Expansion) -> None:
        self._expansion = expansion
        self._parents = [node.parent for node in nodes]
        turns = [(axis, body, k) for body, node in enumerate(nodes) for k, axis in enumerate(node.rotations)]
        slides = [(axis, body) for body, node in enumerate(nodes) for axis in node.translations]
        self._turns = [
            _Turns.of([(place, axis, body) for place, (axis, body, slot) in enumerate(turns) if slot == k])
            for k in range(max((k for _, _, k in turns), default=-1) + 1)
        ]
        self._turning = np.array([body for _, body, _ in turns], dtype=np.int64)
        self._sliding = np.array([body for _, body in slides], dtype=np.int64)
        self._slides = np.array([nodes[body].rotation_parent @ axis.direction for axis, body in slides])
        self._slides = self._slides.reshape(-1, 3, 1)
        moving = [
            (place, axis, body, column)
            for place, (axis, body) in enumerate([*((axis, body) for axis, body, _ in turns), *slides])
            if axis.coordinate >= 0
            for column in axis.columns
        ]
        self._axes = np.array([place for place, *_ in moving], dtype=np.int64)
        self._bodies = np.array([body for _, _, body, _ in moving], dtype=np.int64)
        self._columns = np.array([column for *_, column in moving], dtype=np.int64)
        self._coordinates = np.array([axis.coordinate for _, axis, _, _ in moving], dtype=np.int64)
        self._factors = np.array([at_zero(axis.function)[1] for _, axis, _, _ in moving])
        self._curved = [(number, axis) for number, (_, axis, _, _) in enumerate(moving) if not axis.straight]
        self._moving = tuple((body, column) for _, _, body, column in moving)

    def derivatives(self, walk: Walk, reduced: Array, bodies: Sequence[int], points_ground_m: Array) -> Array:
        """Of points `(F, S, 3)` on bodies by the reduced coordinates `(F, Q)`: `(F, S, 3, Q)`."""
        frames, width = len(reduced), len(self._expansion.reduced)
        sums = _sums(tuple(bodies), tuple(self._parents), self._moving, width=width)
        moved = self._moved(walk).take(self._axes, axis=2)
        moved *= self._slopes(reduced)
        twists = np.add.reduceat(moved.take(sums.motions, axis=2), sums.starts, axis=2)
        wx, wy, wz, vx, vy, vz = np.moveaxis(twists.take(sums.of_point, axis=2), 1, 0)
        x, y, z = np.moveaxis(points_ground_m.take(sums.points, axis=1), 2, 0)
        out = np.zeros((frames, len(bodies) * 3 * width))
        velocities = (wy * z - wz * y + vx, wz * x - wx * z + vy, wx * y - wy * x + vz)
        for places, velocity in zip(sums.places, velocities, strict=True):
            out[:, places] = velocity
        return out.reshape(frames, len(bodies), 3, width)

    def _moved(self, walk: Walk) -> Array:
        """`(F, 6, axes)`: angular velocity and velocity of the point at the ground's origin, a unit of each axis."""
        above = walk.transforms[self._parents]
        turn = np.swapaxes(above[..., :3], 0, 1)
        frames, turning = len(turn), len(self._turning)
        out = np.zeros((frames, 6, turning + len(self._sliding)))
        directions = np.empty((frames, turning, 3))
        for turns, before in zip(self._turns, walk.turned, strict=True):
            local = before[..., turns.bodies, :, :] @ turns.directions
            directions[:, turns.places] = (turn[:, turns.bodies] @ local)[..., 0]
        origins = np.swapaxes(above[..., 3], 0, 1) + (turn @ walk.origins_m[..., None])[..., 0]
        x, y, z = np.moveaxis(origins[:, self._turning], 2, 0)
        dx, dy, dz = np.moveaxis(directions, 2, 0)
        out[:, :3, :turning] = np.swapaxes(directions, 1, 2)
        out[:, 3, :turning] = y * dz - z * dy
        out[:, 4, :turning] = z * dx - x * dz
        out[:, 5, :turning] = x * dy - y * dx
        out[:, 3:, turning:] = np.swapaxes((turn[:, self._sliding] @ self._slides)[..., 0], 1, 2)
        return out

    def _slopes(self, reduced: Array) -> Array:
        """Of axes by columns: `(motions,)`, or `(F, 1, motions)` where they depend on the pose."""
        if not (self._curved or self._expansion.bent):
            return self._expansion.matrix[self._coordinates, self._columns] * self._factors
        full = self._expansion.expand(reduced)
        factors = np.repeat(self._factors[None], len(full), axis=0)
        for number, axis in self._curved:
            factors[:, number] = axis.function.slope(full[:, axis.coordinate])
        return (self._expansion.slopes(full)[..., self._coordinates, self._columns] * factors)[:, None]


@dataclass(frozen=True, eq=False)
class _Turns:
    """The first, or second, or third turns of all joints that have one."""

    places: Indices
    """Among all turns."""
    bodies: Indices
    directions: Array
    """`(N, 3, 1)`, in the joint's axes before that turn."""

    @classmethod
    def of(cls, turns: list[tuple[int, Axis, int]]) -> "_Turns":
        """From places, axes and bodies."""
        return cls(
            np.array([place for place, _, _ in turns], dtype=np.int64),
            np.array([body for _, _, body in turns], dtype=np.int64),
            np.array([axis.direction for _, axis, _ in turns]).reshape(-1, 3, 1),
        )


@lru_cache(maxsize=64)
def _sums(
    bodies: tuple[int, ...], parents: tuple[int, ...], moving: tuple[tuple[int, int], ...], *, width: int
) -> _Sums:
    """The same for all people, whose joints differ only in where they lie.

    Args:
        bodies: of each point.
        parents: of each body.
        moving: body and column of each motion.
        width: number of columns.
    """
    carried, by = np.array(moving, dtype=np.int64).reshape(-1, 2).T
    motions: list[int] = []
    starts: list[int] = []
    first_of: dict[int, tuple[int, list[int]]] = {}
    for body in dict.fromkeys(bodies):
        own = np.flatnonzero(np.isin(carried, _chain(body, parents)))
        own = own[np.argsort(by[own], kind="stable")]
        columns, firsts = np.unique(by[own], return_index=True)
        first_of[body] = (len(starts), columns.tolist())
        starts += (firsts + len(motions)).tolist()
        motions += own.tolist()
    pairs = [
        (first + number, point, column)
        for point, (first, columns) in enumerate(first_of[body] for body in bodies)
        for number, column in enumerate(columns)
    ]
    of_point, points, columns = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    places = np.stack([(3 * points + axis) * width + columns for axis in range(3)])
    return _Sums(np.array(motions, dtype=np.int64), np.array(starts, dtype=np.int64), of_point, points, places)


def _chain(body: int, parents: tuple[int, ...]) -> list[int]:
    """The body and all above it."""
    out: list[int] = []
    while body >= 0:
        out.append(body)
        body = parents[body]
    return out
