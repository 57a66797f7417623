"""Scaling a model body by body, as OpenSim's Scale tool does it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ModelError
from ...geometry.euler import euler_xyz_matrix
from ...geometry.types import Array, Vector
from ...skeleton import VERTEBRAE
from .definition import Body, Definition, Joint, Shape, Station, TransformAxis

_SIDED = {
    "shoulder": ("clavicle", "scapula"),
    "upper_arm": ("humerus",),
    "forearm": ("ulna", "radius"),
    "hand": ("hand",),
    "thigh": ("femur",),
    "shank": ("tibia",),
    "foot": ("talus", "calcn", "toes"),
}

SEGMENTS: dict[str, tuple[str, ...]] = {
    "pelvis": ("pelvis",),
    "lumbar": tuple(v for v in VERTEBRAE if v.startswith("L")),
    "thoracic": (*(v for v in VERTEBRAE if v.startswith("T")), "thorax"),
    "cervical": tuple(v for v in VERTEBRAE if v.startswith("C")),
    "head": ("skull",),
    **{
        f"{name}_{side}": tuple(f"{body}_{side}" for body in bodies) for name, bodies in _SIDED.items() for side in "rl"
    },
}
"""Bodies that are scaled together."""


def scale(
    definition: Definition,
    factors: Mapping[str, ArrayLike],
    station_overrides: Mapping[str, ArrayLike],
    mass_kg: float | None,
) -> Definition:
    """The model with every body stretched along its own axes; see `SpineModel.scaled`."""
    by_body = _by_body(definition, factors)

    def of(body: str) -> Array:
        return by_body.get(body, np.ones(3))

    unknown = [name for name in station_overrides if name not in definition.stations]
    if unknown:
        raise ModelError(f"{definition.name}: no station {', '.join(map(repr, unknown))} to move")
    stations = {
        name: Station(
            s.body,
            np.asarray(station_overrides[name], dtype=np.float64).copy()
            if name in station_overrides
            else s.location_body_m * of(s.body),
        )
        for name, s in definition.stations.items()
    }
    bodies = tuple(_scaled_body(b, of(b.name)) for b in definition.bodies)
    if mass_kg is not None:
        if mass_kg <= 0.0:
            raise ModelError(f"{definition.name}: body mass must be positive, found {mass_kg} kg")
        ratio = mass_kg / sum(b.mass_kg for b in bodies)
        bodies = tuple(_times_mass(b, ratio) for b in bodies)
    joints = tuple(_scaled_joint(j, of(j.parent), of(j.child)) for j in definition.joints)
    return replace(definition, bodies=bodies, joints=joints, stations=stations)


def _by_body(definition: Definition, factors: Mapping[str, ArrayLike]) -> dict[str, Array]:
    by_body: dict[str, Array] = {}
    for name, value in factors.items():
        factor = np.broadcast_to(np.asarray(value, dtype=np.float64), (3,)).copy()
        if not (np.isfinite(factor).all() and (factor > 0.0).all()):
            raise ModelError(
                f"{definition.name}: scale factors of {name!r} must be positive numbers, found {factor.tolist()}"
            )
        members = (name,) if name in definition.body_of else SEGMENTS.get(name, ())
        if not members:
            raise ModelError(
                f"{definition.name}: {name!r} is neither a body nor a segment; segments are {', '.join(SEGMENTS)}"
            )
        for body in members:
            if body in definition.body_of:
                by_body[body] = factor
    return by_body


def _scaled_joint(joint: Joint, parent: Array, child: Array) -> Joint:
    """Offsets follow their own body, translations along the joint's axes follow the parent (CustomJoint's rule)."""
    frame = euler_xyz_matrix(joint.orientation_parent_rad)

    def stretched(axis: TransformAxis) -> TransformAxis:
        if joint.parent == "ground":
            return axis
        along = frame @ (np.asarray(axis.direction) / np.linalg.norm(axis.direction))
        return replace(axis, function=axis.function.scaled(float(np.abs(along * along) @ parent)))

    return replace(
        joint,
        location_parent_m=_vector(np.asarray(joint.location_parent_m) * parent),
        location_child_m=_vector(np.asarray(joint.location_child_m) * child),
        translations=tuple(stretched(axis) for axis in joint.translations),
    )


def _scaled_body(body: Body, factor: Array) -> Body:
    """Mass stays (it is set for the whole model at the end); the inertia of the mass distribution stretches with the body."""
    xx, yy, zz, xy, xz, yz = body.inertia_kgm2
    second_moment = np.array(
        [[(yy + zz - xx) / 2, -xy, -xz], [-xy, (xx + zz - yy) / 2, -yz], [-xz, -yz, (xx + yy - zz) / 2]]
    )
    m = second_moment * np.outer(factor, factor)
    inertia = (m[1, 1] + m[2, 2], m[0, 0] + m[2, 2], m[0, 0] + m[1, 1], -m[0, 1], -m[0, 2], -m[1, 2])
    return replace(
        body,
        centre_m=_vector(np.asarray(body.centre_m) * factor),
        inertia_kgm2=tuple(float(i) for i in inertia),
        shapes=tuple(_scaled_shape(s, factor) for s in body.shapes),
    )


def _scaled_shape(shape: Shape, factor: Array) -> Shape:
    """A shape keeps its kind: its own axes take the factor that its body has along them."""
    turn = euler_xyz_matrix(shape.orientation_rad)
    own = np.array([float((turn[:, i] ** 2) @ factor) for i in range(3)])
    if shape.kind == "cylinder":
        size = (shape.size_m[0] * float(np.sqrt(own[0] * own[2])), shape.size_m[1] * float(own[1]), shape.size_m[2])
    else:
        size = _vector(np.asarray(shape.size_m) * own)
    return replace(shape, size_m=size, location_m=_vector(np.asarray(shape.location_m) * factor))


def _times_mass(body: Body, ratio: float) -> Body:
    return replace(body, mass_kg=body.mass_kg * ratio, inertia_kgm2=tuple(i * ratio for i in body.inertia_kgm2))


def _vector(values: Array) -> Vector:
    x, y, z = (float(v) for v in values)
    return x, y, z
