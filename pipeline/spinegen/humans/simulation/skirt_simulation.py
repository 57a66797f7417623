"""Skirts: in every pose the cloth follows hips and legs, falls under gravity and stays outside the body and above the floor."""

from dataclasses import dataclass

import numpy as np

from ...geometry.nearest import PointTree
from ...geometry.types import Floats, Ints
from ...geometry.vectors import unit
from ..body import bones
from .strand_simulation import Obstacle, push_out, pushed

FLOOR_M = 0.004
"""People stand on the plane y = 0."""
ASTRAY_M = 0.012
"""Cloth this deep in the body has lost its way ..."""
BEHIND_M = 0.06
"""... and so has cloth on a side of the leg that faces away from where the leg has taken it, this far off."""
STRETCH = 1.05
"""How far cloth gives way around the body."""


@dataclass(frozen=True)
class SkirtSimulation:
    """A tube of cloth, laid row by row from the waist down."""

    rest_m: Floats
    """`(R, C, 3)`: rows from the waist down, columns around the body, not closed; rest pose."""
    held: int
    """Rows that only the weights move, at least 1."""
    gravity: float
    """Share of the fall in each step, against following the legs, 0..1."""
    over_m: float
    """Height over the skin that cloth keeps."""
    obstacle: Obstacle

    def posed(self, rows: Floats, skinned: Floats) -> Floats:
        """Vertices `((R * (C + 1)), 3)`: the first column stands again at the end, for the texture's seam."""
        count, around = self.rest_m.shape[:2]
        guess = np.asarray(skinned, dtype=np.float64).reshape(count, around + 1, 3)[:, :-1]
        points, normals = self.obstacle.posed(rows)
        tree = PointTree(points, balanced=False)
        fall = np.diff(self.rest_m, axis=0)
        lengths = np.linalg.norm(fall, axis=2, keepdims=True)
        fall = (fall / lengths) @ _heading(rows).T
        widths = STRETCH * np.linalg.norm(np.roll(self.rest_m, -1, 1) - self.rest_m, axis=2, keepdims=True)
        out = guess.copy()
        for row in range(1, self.held):
            out[row] = push_out(guess[row], tree, points, normals, over_m=self.over_m)
        for row in range(self.held, count):
            above, length = out[row - 1], lengths[row - 1]
            follow = unit(guess[row] - guess[row - 1])
            at = above + length * unit((1.0 - self.gravity) * follow + self.gravity * fall[row - 1])
            # In the fold of a deep squat the way from the waist leads through the thigh, out of which there are two ways: what
            # moved with the leg knows the right one.
            nearest = tree.query(at)[1]
            point, normal = points[nearest], normals[nearest]
            inside = np.einsum("ni,ni->n", point - at, normal)
            behind = np.einsum("ni,ni->n", at - guess[row], normal)
            astray = ((inside > ASTRAY_M) | (behind > BEHIND_M))[:, None]
            at = np.where(astray, guess[row], at)
            if astray.any():
                nearest = tree.query(at)[1]
                point, normal = points[nearest], normals[nearest]
            for _ in range(2):
                at = pushed(at, point, normal, over_m=self.over_m)
                at = _drawn_together(at, widths[row])
                at = np.where(astray, at, above + length * unit(at - above))
            at = push_out(at, tree, points, normals, over_m=self.over_m)
            at[:, 1] = np.maximum(at[:, 1], FLOOR_M)
            out[row] = at
        return np.concatenate([out, out[:, :1]], axis=1).reshape(-1, 3)

    def of(self, kept: Ints) -> None:
        """A tube needs all its vertices."""


def _drawn_together(ring: Floats, widths: Floats) -> Floats:
    """A closed row of cloth `(C, 3)` whose neighbours are no further apart than `widths (C, 1)`, nearly."""
    after = np.append(np.arange(1, len(ring)), 0)
    before = np.append(len(ring) - 1, np.arange(len(ring) - 1))
    for _ in range(4):
        apart = ring.take(after, axis=0) - ring
        size = np.sqrt(np.einsum("ni,ni->n", apart, apart))[:, None]
        pull = 0.5 * np.maximum(1.0 - widths / np.maximum(size, 1e-9), 0.0) * apart
        ring = ring + pull - pull.take(before, axis=0)
    return ring


def _heading(rows: Floats) -> Floats:
    """Rotation `(3, 3)` about the vertical that the pelvis has made, from its transverse axis."""
    right = rows[bones.INDEX["pelvis"], :9].reshape(3, 3)[:, 2]
    flat = np.array([right[0], 0.0, right[2]])
    size = float(np.linalg.norm(flat))
    if size < 1e-3:
        return np.eye(3)
    flat /= size
    up = np.array([0.0, 1.0, 0.0])
    return np.stack([np.cross(up, flat), up, flat], axis=1)
