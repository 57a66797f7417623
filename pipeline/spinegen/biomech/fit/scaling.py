"""The performer's proportions and marker places, found together with the poses of a few frames."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array
from ..ik.residual import Objective
from ..ik.shared import solve_shared
from ..model.spine_model import SpineModel
from .markers import FittedMarkers
from .problem import Problem
from .scale_parameters import COUNT, Shape, performer, shape_jacobian, shape_prior

WIDEST, NARROWING = 4.0, 0.7
"""The robust loss starts this much wider and narrows by this each round."""


@dataclass(frozen=True)
class Calibration:
    """A model of the performer."""

    model: SpineModel
    """Scaled, with its markers in place."""
    shape: Shape
    q: Array
    """`(K, Q)` poses of the frames used."""


@dataclass(frozen=True)
class _ShapedProblem:
    """The poses of some frames and one shape, which is what they share."""

    shape: Shape
    problem: Problem
    """Of the model in that shape."""
    parameters: Objective
    """What the shape costs."""

    def frames(self, widen: float) -> Objective:
        """Markers, priors and limits of the poses."""
        return self.problem.objective(widen)

    def parameter_slopes(self, x: Array) -> Array:
        """`(K, 3 M, 1 + P + 3 M)` of the marker positions."""
        kinematics = self.problem.kinematics
        slopes = shape_jacobian(kinematics.model, kinematics.stations, self.shape, x)
        return slopes.reshape(len(x), -1, slopes.shape[-1])


def calibrate(
    model: SpineModel,
    markers: FittedMarkers,
    observed_m: Array,
    q: Array,
    *,
    problem_of: Callable[[SpineModel, Array], Problem],
    height_m: float | None = None,
    size: float = 1.0,
    rounds: int = 25,
) -> Calibration:
    """Scale factors, marker places and poses that explain some frames best, each as likely as its prior says.

    Args:
        model: unscaled.
        observed_m: `(K, M, 3)`.
        q: `(K, Q)` first guess.
        problem_of: makes the problem of a model and observations (limits, prior, noise).
        height_m: the performer's stature where it is known.
        size: first guess of all factors.
        rounds: most rounds of the solver.
    """
    prior = shape_prior(model, markers, len(observed_m), height_m)

    def problem_at(vector: Array) -> _ShapedProblem:
        shape = Shape.of_vector(vector)
        return _ShapedProblem(shape, problem_of(performer(model, shape, markers.stations), observed_m), prior)

    first = Shape(size, np.full(COUNT, size), np.zeros((len(markers.stations), 3)))
    vector, q = solve_shared(
        problem_at, first.vector, q, rounds=rounds, widen=lambda number: max(1.0, WIDEST * NARROWING**number)
    )
    shape = Shape.of_vector(vector)
    return Calibration(performer(model, shape, markers.stations), shape, q)
