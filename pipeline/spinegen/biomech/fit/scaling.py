"""The performer's proportions and marker places, found together with the poses of a few frames."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .band import Array, solve_dense
from .markers import FittedMarkers, StationKinematics, with_offsets
from .problem import Problem
from .segments import PARAMETERS, prior_precision, scales_of
from .solve import clip_to_limits, held_by_limits

if TYPE_CHECKING:
    from ..model import SpineModel

CLUSTER_SPREAD_M = 0.03
"""How far a cluster marker may sit from where the marker set has it, standard deviation an axis."""
ANATOMICAL_SPREAD_M = 0.004
"""The same for a marker on a bony landmark; palpation repeats to about 4 mm an axis (della Croce et al. 2005, Gait & Posture 21:226-237)."""
STATURE_SPREAD_M = 0.01


@dataclass(frozen=True)
class Calibration:
    """A model of the performer."""

    model: "SpineModel"
    """Scaled, with its markers in place."""
    factors: Array
    """`(len(PARAMETERS),)`."""
    offsets_body_m: Array
    """`(M, 3)` by which markers were moved on their bodies."""
    q: Array
    """`(K, Q)` poses of the frames used."""
    rms_m: float
    """Of the markers in those frames."""


@dataclass
class _State:
    theta: Array
    offsets: Array
    q: Array


def stature_m(model: "SpineModel") -> float:
    """Height of the top of the head over the heels in the model's neutral pose."""
    names = ("landmark/TOPH", "keypoint/right_heel", "keypoint/left_heel")
    top, *heels = model.station_positions(model.forward(model.default_q[None]), names)[0, :, 1]
    return float(top - min(heels))


def calibrate(
    model: "SpineModel",
    markers: FittedMarkers,
    observed_m: Array,
    q: Array,
    problem_of: Callable[["SpineModel", Array], Problem],
    height_m: float | None = None,
    size: float = 1.0,
    iterations: int = 25,
) -> Calibration:
    """Scale factors, marker places and poses that explain some frames best, each as likely as its prior says.

    Gauss-Newton over everything at once; the poses are eliminated frame by frame (Schur complement), so the cost grows linearly with K.

    Args:
        model: unscaled.
        observed_m: `(K, M, 3)`.
        q: `(K, Q)` first guess.
        problem_of: makes the problem of a model and observations (limits, prior, noise).
        height_m: the performer's stature where it is known.
        size: first guess of all factors.
    """
    count = len(PARAMETERS)
    stations = markers.stations
    spread = np.where(markers.movable, CLUSTER_SPREAD_M, ANATOMICAL_SPREAD_M)
    frames = len(observed_m)
    # The priors of shape count once; frames next to each other in time err alike, so they count as a few independent ones.
    share = min(1.0, 12.0 / frames)
    shape_precision = prior_precision() / share
    offset_precision = np.repeat(1.0 / spread**2, 3) / share
    state = _State(np.full(count + 1, size - 1.0), np.zeros((len(stations), 3)), q.copy())
    slopes_stature = _stature_slopes(model)
    neutral = stature_m(model)

    def build(state: _State) -> tuple["SpineModel", "SpineModel", Problem]:
        scaled = model.scaled(scales_of(1.0 + state.theta[1:]))
        placed = with_offsets(scaled, stations, state.offsets)
        return scaled, placed, problem_of(placed, observed_m)

    def shape_cost(state: _State) -> float:
        cost = state.theta @ shape_precision @ state.theta + offset_precision @ state.offsets.ravel() ** 2
        if height_m is not None:
            gap = height_m - neutral - slopes_stature @ state.theta[1:]
            cost += (gap / STATURE_SPREAD_M) ** 2 / share
        return float(cost)

    def total(state: _State, problem: Problem, residual: Array, widen: float) -> float:
        return float(problem.marker_cost(residual, widen).sum() + problem.prior_cost(state.q).sum() + shape_cost(state))

    scaled, placed, problem = build(state)
    damping, previous = 1e-3, np.inf
    for round_ in range(iterations):
        widen = max(1.0, 4.0 * 0.7**round_)
        positions, jacobian = problem.kinematics.positions_and_jacobian(state.q)
        residual = problem.residuals(positions)
        cost = total(state, problem, residual, widen)
        step_q, step_theta, step_offsets = _step(
            model, scaled, stations, state, problem, jacobian, residual, widen, damping,
            shape_precision, offset_precision,
            None if height_m is None else (float(height_m - neutral - slopes_stature @ state.theta[1:]), slopes_stature, share),
        )  # fmt: skip
        trial = _State(
            np.concatenate([[state.theta[0] + step_theta[0]], np.clip(state.theta[1:] + step_theta[1:], -0.65, 0.8)]),
            state.offsets + step_offsets,
            clip_to_limits(problem, state.q + step_q),
        )
        new_scaled, new_placed, new_problem = build(trial)
        new_residual = new_problem.residuals(new_problem.kinematics.positions(trial.q))
        new_cost = total(trial, new_problem, new_residual, widen)
        if new_cost < cost:
            state, scaled, placed, problem = trial, new_scaled, new_placed, new_problem
            damping = max(damping * 0.3, 1e-7)
            if widen == 1.0 and previous - new_cost < 1e-4 * new_cost:
                break
            previous = new_cost if widen == 1.0 else np.inf
        else:
            damping *= 10.0
            if damping > 1e4:
                break
    residual = problem.residuals(StationKinematics(placed, stations).positions(state.q))
    trusted = problem.weights(residual) * markers.sigma_m**2 > 0.25
    rms = float(np.sqrt(np.mean(np.sum(residual**2, -1)[trusted]))) if trusted.any() else float("nan")
    return Calibration(placed, 1.0 + state.theta[1:], state.offsets, state.q, rms)


def _stature_slopes(model: "SpineModel") -> Array:
    base = stature_m(model)
    count = len(PARAMETERS)
    return np.array([stature_m(model.scaled(scales_of(1.0 + np.eye(count)[k]))) - base for k in range(count)])


def _shape_jacobian(model: "SpineModel", scaled: "SpineModel", stations: tuple[str, ...], state: _State) -> Array:
    """Derivatives `(K, M, 3, P + 3 M)` of the marker positions by the factors and the offsets.

    For a given pose the positions are linear in the factors, so one difference a factor is exact.
    """
    poses = scaled.forward(state.q)
    base = scaled.station_positions(poses, stations)
    count, markers = len(PARAMETERS), len(stations)
    out = np.zeros((*base.shape, count + 3 * markers))
    for index in range(count):
        factors = 1.0 + state.theta[1:]
        factors[index] += 0.25
        other = model.scaled(scales_of(factors))
        out[..., index] = (other.station_positions(other.forward(state.q), stations) - base) / 0.25
    body = [scaled.bodies.index(scaled.stations[name].body) for name in stations]
    rotation = poses.rotation_ground_body[:, body]
    for marker in range(markers):
        out[:, marker, :, count + 3 * marker : count + 3 * marker + 3] = rotation[:, marker]
    return out


def _step(
    model: "SpineModel",
    scaled: "SpineModel",
    stations: tuple[str, ...],
    state: _State,
    problem: Problem,
    jacobian: Array,
    residual: Array,
    widen: float,
    damping: float,
    shape_precision: Array,
    offset_precision: Array,
    stature: tuple[float, Array, float] | None,
) -> tuple[Array, Array, Array]:
    frames = len(residual)
    count = len(PARAMETERS)
    weights = problem.weights(residual, widen)
    blocks, right = problem.normal_equations(state.q, jacobian, residual, weights)
    held = held_by_limits(problem, state.q, right)
    frame, column = np.nonzero(held)
    blocks[frame, column, :] = 0.0
    blocks[frame, :, column] = 0.0
    blocks[frame, column, column] = 1.0
    right = np.where(held, 0.0, right)
    diagonal = np.einsum("fii->fi", blocks)
    diagonal += damping * (diagonal + 1.0)

    root = np.sqrt(weights)[:, :, None]
    shape = _shape_jacobian(model, scaled, stations, state)
    shape = (shape * root[..., None]).reshape(frames, -1, shape.shape[-1])
    pose = (jacobian * root[..., None]).reshape(frames, -1, jacobian.shape[-1])
    pull = (residual * root).reshape(frames, -1)
    cross = np.swapaxes(pose, 1, 2) @ shape
    cross = np.where(held[..., None], 0.0, cross)
    size = 1 + shape.shape[-1]
    matrix = np.zeros((size, size))
    vector = np.zeros(size)
    solved = solve_dense(blocks, np.concatenate([cross, right[..., None]], axis=-1))
    matrix[1:, 1:] = np.einsum("fkp,fkr->pr", shape, shape, optimize=True)
    matrix[1:, 1:] -= np.einsum("fqp,fqr->pr", cross, solved[..., :-1], optimize=True)
    vector[1:] = np.einsum("fkp,fk->p", shape, pull, optimize=True)
    vector[1:] -= np.einsum("fqp,fq->p", cross, solved[..., -1], optimize=True)
    matrix[: count + 1, : count + 1] += shape_precision
    vector[: count + 1] -= shape_precision @ state.theta
    extra = np.arange(count + 1, size)
    matrix[extra, extra] += offset_precision
    vector[extra] -= offset_precision * state.offsets.ravel()
    if stature is not None:
        gap, slopes, share = stature
        weight = 1.0 / STATURE_SPREAD_M**2 / share
        matrix[1 : count + 1, 1 : count + 1] += weight * np.outer(slopes, slopes)
        vector[1 : count + 1] += weight * slopes * gap
    matrix += damping * np.diag(np.diag(matrix))
    shape_step = solve_dense(matrix, vector[:, None])[:, 0]
    step_q = solved[..., -1] - solved[..., :-1] @ shape_step[1:]
    return step_q, shape_step[: count + 1], shape_step[count + 1 :].reshape(-1, 3)
