"""The performer's shape: scale factors and marker places, what is likely of them, and how the markers move with them."""

from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array
from ..ik.limits import Limits
from ..ik.residual import Objective
from ..ik.terms import Affine
from ..model.spine_model import SEGMENTS, SpineModel
from .markers import FittedMarkers
from .segments import PARAMETERS, prior_precision, scales_of

COUNT = len(PARAMETERS)
ANATOMICAL_SPREAD_M = 0.008
"""How far a marker on a bony landmark may sit from it, standard deviation an axis: palpation by different people repeats to 4 to 6 mm
an axis (della Croce et al. 2005, Gait & Posture 21:226-237), and the flesh over the bone differs between people by as much."""
STATURE_SPREAD_M = 0.01
SMALLEST, LARGEST = 0.35, 1.8
"""Scale factors."""
INDEPENDENT_FRAMES = 12.0
"""Frames of one clip err alike: any number of them tells as much about shape as so many independent ones."""


@dataclass(frozen=True)
class Shape:
    """Scale factors and marker offsets."""

    size: float
    """Overall size, about which the factors scatter."""
    factors: Array
    """`(P,)`, in the order of `segments.PARAMETERS`."""
    offsets_body_m: Array
    """`(M, 3)` of the markers on their bodies."""

    @property
    def vector(self) -> Array:
        """`(1 + P + 3 M,)`: deviations of size and factors from 1, then the offsets."""
        return np.concatenate([[self.size - 1.0], self.factors - 1.0, self.offsets_body_m.ravel()])

    @classmethod
    def of_vector(cls, vector: Array) -> "Shape":
        """The inverse of `vector`."""
        size, factors, offsets = vector[0], vector[1 : 1 + COUNT], vector[1 + COUNT :]
        return cls(1.0 + float(size), 1.0 + factors, offsets.reshape(-1, 3))


def shape_prior(model: SpineModel, markers: FittedMarkers, frames: int, height_m: float | None) -> Objective:
    """What shapes cost, as an objective of `Shape.vector (1, 1 + P + 3 M)`, for so many frames of the unscaled model."""
    spread = np.where(markers.movable, markers.reach_m, ANATOMICAL_SPREAD_M)
    size = 1 + COUNT
    count = size + 3 * len(spread)
    precision = np.zeros((count, count))
    precision[:size, :size] = prior_precision()
    extra = np.arange(size, count)
    precision[extra, extra] = np.repeat(1.0 / spread**2, 3)
    # The sum over frames counts by so much more than independent frames would, and a few frames tell as much as many of one pose.
    weight = frames / INDEPENDENT_FRAMES
    terms = [Affine.normal(np.zeros(count), weight * precision)]
    if height_m is not None:
        terms.append(_known_stature(model, count, height_m, STATURE_SPREAD_M / np.sqrt(weight)))
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    lower[1:size], upper[1:size] = SMALLEST - 1.0, LARGEST - 1.0
    return Objective(tuple(terms), Limits(lower, upper))


def _known_stature(model: SpineModel, count: int, height_m: float, spread_m: float) -> Affine:
    """The stature, which is linear in the factors, less the known one, in standard deviations."""
    unit = np.eye(COUNT)
    slopes = np.zeros((1, count))
    slopes[0, 1 : 1 + COUNT] = [
        model.scaled(scales_of(1.0 + unit[k])).stature_m - model.stature_m for k in range(COUNT)
    ]
    return Affine(slopes / spread_m, np.array([height_m - model.stature_m]) / spread_m)


def performer(model: SpineModel, shape: Shape, stations: tuple[str, ...]) -> SpineModel:
    """The model in that shape, markers in place."""
    scales = scales_of(shape.factors)
    of_body = {body: scale for segment, scale in scales.items() for body in _members(segment)}
    places = {
        name: np.asarray(model.stations[name].location_body_m) * of_body.get(model.stations[name].body, 1.0) + offset
        for name, offset in zip(stations, shape.offsets_body_m, strict=True)
    }
    return model.scaled(scales, station_overrides=places)


def shape_jacobian(placed: SpineModel, stations: tuple[str, ...], shape: Shape, q: Array) -> Array:
    """Derivatives `(K, M, 3, 1 + P + 3 M)` of the marker positions by the shape's vector, in given poses.

    A marker is its pelvis plus, body by body, the vector from each body's origin to the next one: that vector stretches with its
    body's factors.
    """
    poses = placed.forward(q)
    rotation, origin = poses.rotation_ground_body, poses.position_ground_m
    index, joints = placed.body_index, placed.definition.joint_of
    columns = _columns_of_bodies()
    markers = len(stations)
    out = np.zeros((len(q), markers, 3, 1 + COUNT + 3 * markers))

    def stretch(marker: int, body: str, vector_body: Array) -> None:
        for column, axes in columns.get(body, ()):
            part = np.atleast_2d(vector_body)[:, list(axes), None] / shape.factors[column]
            out[:, marker, :, 1 + column] += (rotation[:, index[body]][:, :, list(axes)] @ part)[..., 0]

    for marker, name in enumerate(stations):
        body = placed.stations[name].body
        place = 1 + COUNT + 3 * marker
        out[:, marker, :, place : place + 3] = rotation[:, index[body]]
        stretch(marker, body, np.asarray(placed.stations[name].location_body_m) - shape.offsets_body_m[marker])
        while (parent := placed.parents[body]) in index:
            hinge = np.asarray(joints[body].location_child_m)
            stretch(marker, body, -hinge)
            at = origin[:, index[body]] + rotation[:, index[body]] @ hinge - origin[:, index[parent]]
            stretch(marker, parent, np.einsum("fji,fj->fi", rotation[:, index[parent]], at))
            body = parent
    return out


def _members(segment: str) -> tuple[str, ...]:
    return SEGMENTS[segment]


def _columns_of_bodies() -> dict[str, list[tuple[int, tuple[int, ...]]]]:
    """For each body the factors that stretch it: (column, axes)."""
    out: dict[str, list[tuple[int, tuple[int, ...]]]] = {}
    for column, parameter in enumerate(PARAMETERS):
        for segment in parameter.segments:
            for body in _members(segment):
                out.setdefault(body, []).append((column, parameter.axes))
    return out
