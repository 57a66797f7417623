"""Vertebrae that no spine can have where they were seen."""

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.lifting.points import keypoints_of
from spinegen.predict.spine_chain import CHAIN, impossible, pixels_per_metre, told_by_neighbours
from support.lifted import LENS, bowing, seen_from

FRAMES = 9
L3 = skeleton.INDEX["spine_02"]


def seen(azimuth_deg: float) -> np.ndarray:
    """Pixels `(T, 37, 2)` of somebody who bows."""
    return LENS.pixels(keypoints_of(seen_from(bowing(FRAMES, 80.0), azimuth_deg)))


ALL = np.ones((FRAMES, skeleton.COUNT), dtype=bool)


@pytest.mark.parametrize("azimuth_deg", [0.0, 40.0, 90.0, 180.0, 270.0])
def test_a_bow_is_possible_from_every_side(azimuth_deg: float) -> None:
    points = seen(azimuth_deg)
    assert not impossible(points, ALL, pixels_per_metre(points, ALL.astype(float))).any()


def test_the_scale_is_that_of_the_camera() -> None:
    points = seen(0.0)
    at_4_m = LENS.focal_px / 4.0
    assert pixels_per_metre(points, ALL.astype(float)) == pytest.approx(at_4_m, rel=0.15)
    assert np.isnan(pixels_per_metre(points, np.zeros(ALL.shape)))


@pytest.mark.parametrize("name", ["spine_02", "spine_03", "spine_04", "neck"])
def test_a_vertebra_beside_the_chain_is_named_alone(name: str) -> None:
    points = seen(90.0)
    scale = pixels_per_metre(points, ALL.astype(float))
    points[4, skeleton.INDEX[name], 0] += 0.18 * scale
    wrong = impossible(points, ALL, scale)
    assert [(int(t), skeleton.NAMES[k]) for t, k in np.argwhere(wrong)] == [(4, name)]


def test_an_end_that_lies_too_far_away_is_named() -> None:
    points = seen(90.0)
    scale = pixels_per_metre(points, ALL.astype(float))
    points[2, CHAIN[0]] += 0.15 * scale
    assert np.argwhere(impossible(points, ALL, scale)).tolist() == [[2, CHAIN[0]]]


def test_without_a_scale_nothing_is_impossible() -> None:
    points = seen(90.0)
    points[:, L3] += 100.0
    assert not impossible(points, ALL, float("nan")).any()


def test_a_lost_vertebra_lies_between_its_neighbours_and_a_lost_end_stays_lost() -> None:
    points = seen(90.0)
    true = points[3, L3].copy()
    points[3, L3] = points[3, CHAIN[0]] = np.nan
    placed, told = told_by_neighbours(points)
    assert np.argwhere(told).tolist() == [[3, L3]]
    assert np.linalg.norm(placed[3, L3] - true) < 6.0
    assert np.isnan(placed[3, CHAIN[0]]).all()
