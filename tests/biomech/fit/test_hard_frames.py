"""Frames that no pose explains are solved from other starts, freed of the markers to blame, or named."""

from dataclasses import replace

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fit.hard_frames import HARD_M, frame_rms_m, settle
from spinegen.biomech.fit.markers import FittedMarkers, with_markers
from spinegen.biomech.fit.problem import Problem
from spinegen.biomech.fit.setup import make_problem
from spinegen.geometry.types import Array
from support.two_laboratories import LANDMARKS

RATE_HZ = 50.0


@pytest.fixture(scope="module")
def scene() -> tuple[Problem, Array]:
    """Sixty frames of a bow with perfect markers, and the true poses."""
    count = len(LANDMARKS)
    markers = FittedMarkers(
        LANDMARKS,
        tuple(f"marker/{label}" for label in LANDMARKS),
        tuple(f"landmark/{label}" for label in LANDMARKS),
        np.ones(count),
        np.zeros(count, dtype=bool),
    )
    model = with_markers(load_model(), markers)
    q = np.repeat(model.default_q[None], 60, axis=0)
    q[:, model.coordinate_index["lumbar_flexion"]] = 0.3 * np.sin(np.arange(60) / 15)
    q[:, model.coordinate_index["shoulder_elevation_r"]] = 0.5 + 0.4 * np.sin(np.arange(60) / 12)
    observed = model.station_positions(model.forward(q), markers.stations)
    return make_problem(model, markers, observed, RATE_HZ), q


def test_frames_that_are_explained_are_left_alone(scene: tuple[Problem, Array]) -> None:
    problem, q = scene
    same, poses, faults = settle(LANDMARKS, problem, q)
    assert faults == ()
    assert same is problem
    np.testing.assert_array_equal(poses, q)


def test_a_posture_that_went_astray_is_found_again_from_its_neighbours(scene: tuple[Problem, Array]) -> None:
    problem, q = scene
    astray = q.copy()
    astray[25:32, 6:30] += 0.9
    assert (frame_rms_m(problem, astray)[25:32] > HARD_M).all()
    _, poses, faults = settle(LANDMARKS, problem, astray)
    assert faults == ()
    assert frame_rms_m(problem, poses).max() < 0.005


def test_markers_that_drift_away_are_left_out_and_named(scene: tuple[Problem, Array]) -> None:
    problem, q = scene
    observed = problem.observed_m.copy()
    bell = np.exp(-(((np.arange(60) - 30) / 6) ** 2))
    for label in ("RWRR", "LKNL"):
        observed[:, LANDMARKS.index(label), 2] += 0.16 * bell
    mended, poses, faults = settle(LANDMARKS, replace(problem, observed_m=observed), q)
    assert {(fault.kind, fault.labels) for fault in faults} == {("jumping", ("RWRR",)), ("jumping", ("LKNL",))}
    assert all(fault.first > 20 and fault.last < 40 for fault in faults)
    assert frame_rms_m(mended, poses).max() <= HARD_M


def test_a_frame_in_which_everything_is_elsewhere_is_named_with_the_farthest_markers(
    scene: tuple[Problem, Array],
) -> None:
    problem, q = scene
    observed = problem.observed_m.copy()
    observed[30] += np.random.default_rng(0).normal(0.0, 0.05, observed[30].shape)
    observed[30, LANDMARKS.index("C7")] += 0.12
    _, poses, faults = settle(LANDMARKS, replace(problem, observed_m=observed), q)
    assert [(fault.kind, fault.first, fault.last) for fault in faults] == [("unexplained", 30, 30)]
    assert "C7" in faults[0].labels
    assert faults[0].sentence().startswith("frame 30 lies ")
    acceleration = np.abs(np.diff(poses, 2, axis=0)) * RATE_HZ**2
    spine = [i for i, c in enumerate(load_model().coordinates) if c.region in ("lumbar", "thoracic")]
    assert acceleration[:, spine].max() < 40.0


def test_a_marker_on_no_rigid_body_is_left_out_for_the_whole_clip(scene: tuple[Problem, Array]) -> None:
    problem, q = scene
    observed = problem.observed_m.copy()
    observed[:, LANDMARKS.index("STRN"), 1] += 0.06 * np.sin(np.arange(60) / 5)
    mended, _, faults = settle(LANDMARKS, replace(problem, observed_m=observed), q)
    assert [(fault.kind, fault.labels) for fault in faults] == [("wandering", ("STRN",))]
    assert np.isnan(mended.observed_m[:, LANDMARKS.index("STRN")]).all()
    assert "STRN lies 4" in faults[0].sentence()
