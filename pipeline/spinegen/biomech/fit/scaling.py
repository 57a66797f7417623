"""The performer's proportions and marker places, found together with the poses of a few frames."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ..model.spine_model import SpineModel
from .band import solve_dense
from .markers import FittedMarkers
from .problem import Problem
from .scale_parameters import COUNT, Shape, ShapePrior, performer, shape_jacobian, shape_prior
from .solve import clip_to_limits, held_by_limits

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
class _State:
    """One point of the search, with all that was worked out there."""

    shape: Shape
    q: Array
    model: SpineModel
    problem: Problem
    residual: Array

    def cost(self, prior: ShapePrior, widen: float) -> float:
        frames = self.problem.marker_cost(self.residual, widen) + self.problem.prior_cost(self.q)
        return float(frames.sum()) + prior.cost(self.shape)


def calibrate(
    model: SpineModel,
    markers: FittedMarkers,
    observed_m: Array,
    q: Array,
    problem_of: Callable[[SpineModel, Array], Problem],
    height_m: float | None = None,
    size: float = 1.0,
    iterations: int = 25,
) -> Calibration:
    """Scale factors, marker places and poses that explain some frames best, each as likely as its prior says.

    Gauss-Newton over everything at once; the poses are eliminated frame by frame (Schur complement), so the cost grows linearly
    with K.

    Args:
        model: unscaled.
        observed_m: `(K, M, 3)`.
        q: `(K, Q)` first guess.
        problem_of: makes the problem of a model and observations (limits, prior, noise).
        height_m: the performer's stature where it is known.
        size: first guess of all factors.
    """
    prior = shape_prior(model, markers, len(observed_m), height_m)

    def at(shape: Shape, q: Array) -> _State:
        placed = performer(model, shape, markers.stations)
        problem = problem_of(placed, observed_m)
        q = clip_to_limits(problem, q)
        return _State(shape, q, placed, problem, problem.residuals(problem.kinematics.positions(q)))

    state = at(Shape(size, np.full(COUNT, size), np.zeros((len(markers.stations), 3))), q)
    damping, previous = 1e-3, np.inf
    for round_ in range(iterations):
        widen = max(1.0, WIDEST * NARROWING**round_)
        cost = state.cost(prior, widen)
        step_q, step_shape = _step(state, prior, markers.stations, widen, damping)
        trial = at(state.shape.moved(step_shape), state.q + step_q)
        trial_cost = trial.cost(prior, widen)
        if trial_cost >= cost:
            damping *= 10.0
            if damping > 1e4:
                break
            continue
        state, damping = trial, max(damping * 0.3, 1e-7)
        if widen == 1.0:
            if previous - trial_cost < 1e-4 * trial_cost:
                break
            previous = trial_cost
    return Calibration(state.model, state.shape, state.q)


def _step(
    state: _State, prior: ShapePrior, stations: tuple[str, ...], widen: float, damping: float
) -> tuple[Array, Array]:
    """Step of the poses `(K, Q)` and of the shape's vector."""
    frames, problem = len(state.q), state.problem
    _, jacobian = problem.kinematics.positions_and_jacobian(state.q)
    weights = problem.weights(state.residual, widen)
    blocks, right = problem.normal_equations(state.q, jacobian, state.residual, weights)
    held = held_by_limits(problem, state.q, right)
    right = _hold(blocks, right, held)
    diagonal = np.einsum("fii->fi", blocks)
    diagonal += damping * (diagonal + 1.0)
    root = np.sqrt(weights)[:, :, None]
    shape = shape_jacobian(state.model, stations, state.shape, state.q)
    shape = (shape * root[..., None]).reshape(frames, -1, shape.shape[-1])
    pose = (jacobian * root[..., None]).reshape(frames, -1, jacobian.shape[-1])
    pull = (state.residual * root).reshape(frames, -1, 1)
    cross = np.where(held[..., None], 0.0, np.swapaxes(pose, 1, 2) @ shape)
    solved = solve_dense(blocks, np.concatenate([cross, right[..., None]], axis=-1))
    turned, turned_cross = np.swapaxes(shape, 1, 2), np.swapaxes(cross, 1, 2)
    prior_matrix, prior_right = prior.normal_equations(state.shape)
    matrix = prior_matrix + (turned @ shape - turned_cross @ solved[..., :-1]).sum(0)
    vector = prior_right + (turned @ pull - turned_cross @ solved[..., -1:]).sum(0)[:, 0]
    matrix += damping * np.diag(np.diag(matrix))
    step = solve_dense(matrix, vector[:, None])[:, 0]
    return solved[..., -1] - solved[..., :-1] @ step, step


def _hold(blocks: Array, right: Array, held: NDArray[np.bool_]) -> Array:
    """Take coordinates at their limits out of the blocks (in place) and of the right side."""
    frame, column = np.nonzero(held)
    blocks[frame, column, :] = 0.0
    blocks[frame, :, column] = 0.0
    blocks[frame, column, column] = 1.0
    return np.where(held, 0.0, right)
