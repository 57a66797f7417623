"""The solvers on problems whose answer is known."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from spinegen.biomech.ik.banded import solve_banded, solve_stretch
from spinegen.biomech.ik.batch import CHUNK, Stop, solve_batch
from spinegen.biomech.ik.limits import Limits, hold
from spinegen.biomech.ik.residual import Dense, Index, LeastSquares, Objective, Slopes
from spinegen.biomech.ik.shared import solve_shared
from spinegen.biomech.ik.smoothness import Smoothness, second_difference_cost
from spinegen.biomech.ik.terms import Affine, Pull
from spinegen.geometry.types import Array

FREE = Limits.none(2)


@dataclass(frozen=True)
class Arm(LeastSquares):
    """A planar arm of two links that reaches for points."""

    goals: Array
    """`(F, 2)`."""
    lengths: tuple[float, float] = (1.0, 0.8)

    def value(self, x: Array) -> Array:
        a, b = self.lengths
        both = x[:, 0] + x[:, 1]
        reach = np.stack([a * np.cos(x[:, 0]) + b * np.cos(both), a * np.sin(x[:, 0]) + b * np.sin(both)], axis=1)
        return (reach - self.goals) / 0.01

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        a, b = self.lengths
        both = x[:, 0] + x[:, 1]
        second = np.stack([-b * np.sin(both), b * np.cos(both)], axis=1)
        first = second + np.stack([-a * np.sin(x[:, 0]), a * np.cos(x[:, 0])], axis=1)
        return self.value(x), Dense(np.stack([first, second], axis=-1) / 0.01)

    def frames(self, index: Index) -> "Arm":
        return replace(self, goals=self.goals[index])


def _reached(x: Array) -> Array:
    return 0.01 * Arm(np.zeros((len(x), 2))).value(x)


def _motion(frames: int) -> Array:
    t = np.linspace(0.0, 6.0, frames)
    return np.stack([0.5 + 0.6 * np.sin(t), 1.0 + 0.5 * np.cos(1.3 * t)], axis=1)


@pytest.mark.parametrize("steady", [None, 2.0])
def test_an_arm_reaches_points_that_can_be_reached(steady: float | None) -> None:
    truth = _motion(50)
    found = solve_batch(
        Objective((Arm(_reached(truth)),), FREE), truth + 0.3, Stop(60, 0.0), longest_step=0.5, steady_step=steady
    )
    np.testing.assert_allclose(found, truth, atol=1e-6)


@pytest.mark.parametrize("steady", [None, 2.0])
def test_a_linear_problem_ends_at_its_least_squares_solution(steady: float | None) -> None:
    rng = np.random.default_rng(1)
    matrix, offset = rng.standard_normal((5, 3)), rng.standard_normal(5)
    found = solve_batch(
        Objective((Affine(matrix, offset),), Limits.none(3)), np.zeros((2, 3)), Stop(200, 0.0), steady_step=steady
    )
    expected = np.linalg.lstsq(matrix, offset, rcond=None)[0]
    np.testing.assert_allclose(found, np.tile(expected, (2, 1)), atol=1e-6)


@pytest.mark.parametrize("steady", [None, 2.0])
def test_an_unknown_stays_at_its_limit_and_the_others_make_the_best_of_it(steady: float | None) -> None:
    matrix = np.array([[1.0, 1.0], [0.0, 1.0]])
    limits = Limits(np.full(2, -np.inf), np.array([np.inf, 0.5]))
    objective = Objective((Affine(matrix, np.array([3.0, 2.0])),), limits)
    found = solve_batch(objective, np.zeros((1, 2)), Stop(200, 0.0), steady_step=steady)
    np.testing.assert_allclose(found, [[2.5, 0.5]], atol=1e-6)


@pytest.mark.parametrize("steady", [None, 2.0])
def test_frames_come_out_the_same_bit_for_bit_however_they_are_grouped(steady: float | None) -> None:
    truth = _motion(CHUNK + 9)
    objective = Objective((Arm(_reached(truth)), Pull(truth + 0.05, np.array([0.3, 0.2]))), FREE)
    stop = Stop(8, small_step=1e-3)
    together = solve_batch(objective, truth + 0.4, stop, steady_step=steady)
    for index in (np.arange(7), np.array([3]), np.arange(300, CHUNK + 9)):
        alone = solve_batch(objective.frames(index), truth[index] + 0.4, stop, steady_step=steady)
        np.testing.assert_array_equal(alone, together[index])


def test_no_unknown_moves_further_in_a_round_than_it_may() -> None:
    truth = _motion(5)
    found = solve_batch(Objective((Arm(_reached(truth)),), FREE), truth + 1.0, Stop(1), longest_step=0.05)
    moved = np.abs(found - truth - 1.0).max(1)
    assert (moved <= 0.05 + 1e-12).all()
    assert moved.max() > 0.04


def test_held_unknowns_take_no_part_in_a_step() -> None:
    blocks = np.array([[[2.0, 1.0], [1.0, 3.0]]])
    limits = Limits(np.zeros(2), np.ones(2))
    held = limits.held(np.array([[1.0, 0.5]]), np.array([[4.0, 3.0]]))
    np.testing.assert_array_equal(held, [[True, False]])
    right = hold(blocks, np.array([[4.0, 3.0]]), held)
    np.testing.assert_allclose(np.linalg.solve(blocks[0], right[0]), [0.0, 1.0])
    np.testing.assert_array_equal(limits.held(np.array([[1.0, 0.0]]), np.array([[-1.0, 1.0]])), [[False, False]])
    np.testing.assert_array_equal(limits.clip(np.array([[-1.0, 2.0]])), [[0.0, 1.0]])


def test_a_smoothed_linear_clip_is_the_solution_of_the_whole_dense_system() -> None:
    rng = np.random.default_rng(5)
    goals = rng.standard_normal((40, 2))
    smoothness = Smoothness(np.array([3.0, np.inf]), 10.0)
    objective = Objective((Pull(goals, np.array([0.2, 0.3])),), FREE)
    found = solve_banded(objective, smoothness, np.zeros((40, 2)), tolerance=1e-9)
    second = np.diff(np.eye(40), n=2, axis=0) / (3.0 / 10.0**2)
    expected = np.linalg.solve(np.eye(40) / 0.2**2 + second.T @ second, goals[:, 0] / 0.2**2)
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-9)
    np.testing.assert_allclose(found[:, 1], goals[:, 1], atol=1e-9)


def test_a_long_clip_in_stretches_is_the_clip_solved_at_once() -> None:
    frames = 2 * CHUNK + 50
    truth = _motion(frames)
    noisy = _reached(truth) + 0.01 * np.random.default_rng(6).standard_normal((frames, 2))
    smoothness = Smoothness(np.array([20.0, 20.0]), 50.0)
    objective = Objective((Arm(noisy),), Limits(np.full(2, -1.0), np.full(2, 2.0)))
    counted: list[int] = []
    found = solve_banded(objective, smoothness, truth + 0.1, tolerance=1e-6, advance=counted.append)
    whole = solve_stretch(objective, smoothness, truth + 0.1, tolerance=1e-6)
    assert sum(counted) == frames
    assert len(counted) > 1
    np.testing.assert_allclose(found, whole, atol=2e-4)
    weight = smoothness.weight(found)
    alone = solve_batch(objective, truth + 0.1)
    assert second_difference_cost(found, weight) < 0.5 * second_difference_cost(alone, weight)


def test_frames_at_the_ends_of_a_stretch_do_not_move() -> None:
    truth = _motion(30)
    objective = Objective((Arm(_reached(truth)),), FREE)
    start = truth + 0.05
    found = solve_stretch(objective, Smoothness(np.array([50.0, 50.0]), 30.0), start, head=2, tail=3)
    np.testing.assert_array_equal(found[:2], start[:2])
    np.testing.assert_array_equal(found[-3:], start[-3:])
    assert np.abs(found[10:20] - truth[10:20]).max() < 0.01


@dataclass(frozen=True)
class Lengths:
    """Arms of unknown lengths that reached for points: a shared problem."""

    lengths: Array
    goals: Array

    @property
    def parameters(self) -> Objective:
        return Objective((Pull(np.ones((1, 2)), np.array([10.0, 10.0])),), Limits(np.full(2, 0.2), np.full(2, 3.0)))

    def frames(self, widen: float) -> Objective:
        reach = Arm(self.goals, (float(self.lengths[0]), float(self.lengths[1])))
        return Objective((reach, Pull(_motion(len(self.goals)), np.full(2, 0.05 * widen))), FREE)

    def parameter_slopes(self, x: Array) -> Array:
        both = x[:, 0] + x[:, 1]
        first = np.stack([np.cos(x[:, 0]), np.sin(x[:, 0])], axis=1)
        second = np.stack([np.cos(both), np.sin(both)], axis=1)
        return np.stack([first, second], axis=-1) / 0.01


def test_lengths_that_frames_share_are_found_with_the_angles() -> None:
    truth = _motion(40)
    lengths = np.array([1.2, 0.7])
    goals = 0.01 * Arm(np.zeros((40, 2)), (1.2, 0.7)).value(truth)
    found, x = solve_shared(
        lambda parameters: Lengths(parameters, goals),
        np.array([0.9, 0.9]),
        truth + 0.1,
        widen=lambda number: max(1.0, 3.0 - number),
        tolerance=1e-10,
    )
    np.testing.assert_allclose(found, lengths, atol=1e-3)
    np.testing.assert_allclose(x, truth, atol=1e-3)


def test_parameters_keep_to_their_limits() -> None:
    truth = _motion(10)
    goals = 0.01 * Arm(np.zeros((10, 2)), (4.0, 0.7)).value(truth)
    found, _ = solve_shared(lambda parameters: Lengths(parameters, goals), np.array([0.9, 0.9]), truth)
    assert found[0] == pytest.approx(3.0)
