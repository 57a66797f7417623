"""Gives bodies other axes and origins without moving anything: joints, stations, inertias follow."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...geometry.euler import euler_xyz_matrix, xyz_angles
from ...geometry.types import Array, Vector
from ..model.definition import Body, Definition, Joint, Station


def reframed(definition: Definition, frames: Mapping[str, tuple[Array, Array]]) -> Definition:
    """The same model with new body frames.

    Args:
        frames: for each body to change, rotation `(3, 3)` and origin `(3,)` of its new frame in its old one.
    """
    same = (np.eye(3), np.zeros(3))

    def placed(body: str, location: Array, angles: Vector) -> tuple[Vector, Vector]:
        turn, origin = frames.get(body, same)
        return _vector(turn.T @ (location - origin)), xyz_angles(turn.T @ euler_xyz_matrix(angles))

    def joint(j: Joint) -> Joint:
        parent_at, parent_angles = placed(j.parent, np.asarray(j.location_parent_m), j.orientation_parent_rad)
        child_at, child_angles = placed(j.child, np.asarray(j.location_child_m), j.orientation_child_rad)
        return replace(
            j,
            location_parent_m=parent_at if j.parent in frames else j.location_parent_m,
            orientation_parent_rad=parent_angles if j.parent in frames else j.orientation_parent_rad,
            location_child_m=child_at if j.child in frames else j.location_child_m,
            orientation_child_rad=child_angles if j.child in frames else j.orientation_child_rad,
        )

    def station(s: Station) -> Station:
        turn, origin = frames.get(s.body, same)
        return Station(s.body, turn.T @ (np.asarray(s.location_body_m) - origin))

    return replace(
        definition,
        joints=tuple(joint(j) for j in definition.joints),
        bodies=tuple(_body(b, *frames[b.name]) if b.name in frames else b for b in definition.bodies),
        stations={name: station(s) for name, s in definition.stations.items()},
    )


def _body(body: Body, turn: Array, origin: Array) -> Body:
    xx, yy, zz, xy, xz, yz = body.inertia_kgm2
    inertia = turn.T @ np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]) @ turn
    return replace(
        body,
        centre_m=_vector(turn.T @ (np.asarray(body.centre_m) - origin)),
        inertia_kgm2=tuple(float(inertia[i, j]) for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))),
    )


def _vector(v: Array) -> Vector:
    return float(v[0]), float(v[1]), float(v[2])
