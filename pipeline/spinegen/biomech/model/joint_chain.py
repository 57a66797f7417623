"""Where the bodies of a tree of joints are: what happens at each joint is worked out for all at once, only the chain itself body by body."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from .functions import Function, Polynomial

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Axis:
    """An elementary motion of a joint: which entry of the value table it reads, and how that follows from a full coordinate."""

    row: int
    direction: Array
    coordinate: int
    """Index of the full coordinate; -1 for a constant."""
    function: Function
    columns: tuple[int, ...]
    """Reduced coordinates that move it."""

    @cached_property
    def straight(self) -> bool:
        """Whether its value is a constant or a linear function of its coordinate."""
        return self.coordinate < 0 or (isinstance(self.function, Polynomial) and self.function.degree <= 1)


@dataclass(frozen=True, eq=False)
class Node:
    """A joint with the body below it."""

    parent: int
    """-1: ground."""
    rotation_parent: Array
    location_parent: Array
    rotation_child: Array
    location_child: Array
    rotations: tuple[Axis, ...]
    translations: tuple[Axis, ...]


@dataclass(frozen=True, eq=False)
class Walk:
    """All bodies in some frames."""

    transforms: Array
    """`(B + 1, F, 3, 4)` ground from body; the last is the ground's own."""
    origins_m: Array
    """`(F, B, 3)`: where the joints are, in the parent's axes, after what they slide."""
    turned: tuple[Array, ...]
    """Parent from joint before the first, second ... turn of each joint: `(B, 3, 3)`, then `(F, B, 3, 3)`."""


class JointChain:
    """Joints, parents first, as one array of each kind; joints with fewer turns or slides than others have some of nothing."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.parents = [node.parent for node in nodes]
        self._parent_turn = np.stack([node.rotation_parent for node in nodes])
        self._parent_offset = np.stack([node.location_parent for node in nodes])
        child_turn = np.stack([node.rotation_child.T for node in nodes])
        child_offset = np.stack([node.location_child for node in nodes])
        self._child_turn = None if (child_turn == np.eye(3)).all() else child_turn
        self._child_offset = child_offset[:, None, :, None] if child_offset.any() else None
        turns = [axis for node in nodes for axis in node.rotations]
        place = {axis.row: number for number, axis in enumerate(turns)}
        # The last turn is none at all.
        self._rows = np.array([*(axis.row for axis in turns), 0], dtype=np.int64)
        crosses = np.array([*(_cross_matrix(axis.direction) for axis in turns), np.zeros((3, 3))])
        self._crosses, self._squares = crosses, crosses @ crosses
        self._turns = [
            np.array([place[node.rotations[k].row] if k < len(node.rotations) else len(turns) for node in nodes])
            for k in range(max(len(node.rotations) for node in nodes))
        ]
        self._slides = [_slides(nodes, k) for k in range(max(len(node.translations) for node in nodes))]

    def walk(self, values: Array) -> Walk:
        """Bodies at angles and lengths `(F, axes)`."""
        frames, count = len(values), len(self.parents)
        angles = values[:, self._rows, None, None]
        turns = np.sin(angles) * self._crosses
        turns += (1.0 - np.cos(angles)) * self._squares
        turns += np.eye(3)
        turned = [self._parent_turn]
        for places in self._turns:
            turned.append(turned[-1] @ turns[:, places])
        origins = np.broadcast_to(self._parent_offset, (frames, count, 3))
        for directions, rows in self._slides:
            origins = origins + directions * values[:, rows, None]
        steps = np.empty((count, frames, 3, 4))
        last = turned[-1] if self._child_turn is None else turned[-1] @ self._child_turn
        steps[..., :3] = np.swapaxes(np.broadcast_to(last, (frames, count, 3, 3)), 0, 1)
        steps[..., 3] = np.swapaxes(origins, 0, 1)
        if self._child_offset is not None:
            steps[..., 3] -= (steps[..., :3] @ self._child_offset)[..., 0]
        transforms = np.empty((count + 1, frames, 3, 4))
        transforms[-1] = np.eye(3, 4)
        for body, parent in enumerate(self.parents):
            above, own = transforms[parent], transforms[body]
            np.matmul(above[..., :3], steps[body], out=own)
            own[..., 3] += above[..., 3]
        return Walk(transforms, origins, tuple(turned[:-1]))


def _slides(nodes: Sequence[Node], k: int) -> tuple[Array, Indices]:
    """Directions `(B, 3)` in the parent's axes and rows `(B,)` of the k-th slide of each joint."""
    directions, rows = np.zeros((len(nodes), 3)), np.zeros(len(nodes), dtype=np.int64)
    for number, node in enumerate(nodes):
        if k < len(node.translations):
            axis = node.translations[k]
            directions[number], rows[number] = node.rotation_parent @ axis.direction, axis.row
    return directions, rows


def _cross_matrix(v: Array) -> Array:
    return np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
