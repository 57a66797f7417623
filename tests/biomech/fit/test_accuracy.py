"""How near the fitted vertebrae come to known ones."""

from dataclasses import replace

import numpy as np
import pytest

from spinegen.biomech.fit.inverse import mend, rescue, solve_motion
from spinegen.biomech.fit.problem import Problem
from spinegen.biomech.fit.setup import make_problem
from support.known_motions import centroids, known_motion, marked_model, vertebra_error_mm

RATE_HZ = 50.0
FRAMES = 200


@pytest.fixture(scope="module")
def motion() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    model, markers = marked_model()
    q = known_motion(model, FRAMES, RATE_HZ, np.random.default_rng(3))
    exact = model.station_positions(model.forward(q), markers.stations)
    return q, exact, centroids(model, q)


def _noisy(exact: np.ndarray, seed: int = 1) -> np.ndarray:
    return exact + 0.005 * np.random.default_rng(seed).standard_normal(exact.shape)


@pytest.fixture(scope="module")
def smoothed(motion: tuple[np.ndarray, ...]) -> tuple[Problem, np.ndarray]:
    """The noisy markers as a problem, and its solution."""
    model, markers = marked_model()
    problem = make_problem(model, markers, _noisy(motion[1]), RATE_HZ)
    return problem, solve_motion(model, problem)


def test_with_5_mm_noise_the_smoothed_vertebrae_are_within_3_5_mm(
    motion: tuple[np.ndarray, ...], smoothed: tuple[Problem, np.ndarray]
) -> None:
    assert vertebra_error_mm(marked_model()[0], smoothed[1], motion[2]) <= 3.5


def test_with_5_mm_noise_frame_by_frame_the_vertebrae_are_within_4_mm(motion: tuple[np.ndarray, ...]) -> None:
    model, markers = marked_model()
    problem = make_problem(model, markers, _noisy(motion[1]), RATE_HZ, smooth=False)
    assert vertebra_error_mm(model, solve_motion(model, problem, smooth=False), motion[2]) <= 4.0


def test_gaps_and_a_swapped_pair_cost_little_and_the_pair_is_named(motion: tuple[np.ndarray, ...]) -> None:
    model, markers = marked_model()
    observed = _noisy(motion[1])
    rng = np.random.default_rng(5)
    for column in range(observed.shape[1]):
        start = rng.integers(0, FRAMES - FRAMES // 10)
        observed[start : start + FRAMES // 10, column] = np.nan
    a, b = markers.labels.index("RKNL"), markers.labels.index("LKNL")
    observed[100:180, [a, b]] = observed[100:180, [b, a]]
    problem = make_problem(model, markers, observed, RATE_HZ)
    problem, q, faults = mend(markers.labels, problem, solve_motion(model, problem))
    assert vertebra_error_mm(model, q, motion[2]) <= 5.0
    swaps = [fault for fault in faults if fault.kind == "swapped"]
    assert {frozenset(fault.labels) for fault in swaps} == {frozenset({"RKNL", "LKNL"})}
    assert min(fault.first for fault in swaps) >= 100
    assert max(fault.last for fault in swaps) <= 179


def test_a_marker_hidden_for_20_frames_does_not_move_the_vertebrae_by_more_than_5_mm(
    smoothed: tuple[Problem, np.ndarray],
) -> None:
    model, markers = marked_model()
    problem, whole = smoothed
    hidden = problem.observed_m.copy()
    hidden[140:160, markers.labels.index("T10")] = np.nan
    without = solve_motion(model, replace(problem, observed_m=hidden))
    moved = np.linalg.norm(centroids(model, whole) - centroids(model, without), axis=-1)
    assert 1000.0 * moved.max() <= 5.0


def test_the_fit_stays_inside_the_joint_limits(smoothed: tuple[Problem, np.ndarray]) -> None:
    model, q = marked_model()[0], smoothed[1]
    low, high = model.limits
    limbs = [i for i, c in enumerate(model.coordinates) if c.region != "pelvis"]
    assert (q[:, limbs] >= low[limbs] - 1e-9).all()
    assert (q[:, limbs] <= high[limbs] + 1e-9).all()


def test_a_stretch_left_in_a_wrong_posture_is_started_anew(motion: tuple[np.ndarray, ...]) -> None:
    model, markers = marked_model()
    problem = make_problem(model, markers, _noisy(motion[1]), RATE_HZ)
    wrong = motion[0].copy()
    wrong[100:130, model.coordinate_index["pelvis_rotation"]] += 2.5
    wrong[100:130, model.coordinate_index["shoulder_elevation_r"]] = 1.5
    assert vertebra_error_mm(model, wrong, motion[2]) > 10.0
    assert vertebra_error_mm(model, rescue(problem, wrong), motion[2]) < 3.5
