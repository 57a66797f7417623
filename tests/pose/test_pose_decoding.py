"""Crops, bins and mirror images: the arithmetic that every client repeats."""

import numpy as np
import pytest
import torch

from spinegen import skeleton
from spinegen.pose import geometry, peaks, simcc
from spinegen.pose.nets.head import spreading
from spinegen.pose.training.losses import simcc_targets


def test_a_crop_has_the_inputs_aspect_and_a_quarter_of_padding() -> None:
    centers, sizes = geometry.crop_regions(np.array([[10.0, 20.0, 100.0, 40.0], [0.0, 0.0, 30.0, 80.0]]), (256, 192))
    assert centers.tolist() == [[60, 40], [15, 40]]
    # wide box: width 125 decides, height 125 * 4 / 3; tall box: height 100 decides, width 75
    assert sizes == pytest.approx(np.array([[125, 125 * 4 / 3], [75, 100]]))


def test_image_to_input_and_back_is_the_identity() -> None:
    rng = np.random.default_rng(0)
    boxes = np.concatenate([rng.uniform(0, 300, (5, 2)), rng.uniform(20, 200, (5, 2))], axis=1)
    points = rng.uniform(0, 400, (5, 37, 2))
    centers, sizes = geometry.crop_regions(boxes, (128, 96))
    moved = geometry.apply_affine(geometry.transforms_input_image(centers, sizes, (128, 96)), points)
    assert simcc.to_image(moved, centers, sizes, (128, 96)) == pytest.approx(points, abs=1e-9)


def test_affine_maps_compose_and_invert() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 4, 2, 3))
    points = rng.normal(size=(4, 6, 2))
    one_by_one = geometry.apply_affine(second, geometry.apply_affine(first, points))
    assert geometry.apply_affine(geometry.compose(second, first), points) == pytest.approx(one_by_one)
    assert geometry.apply_affine(geometry.invert(first), geometry.apply_affine(first, points)) == pytest.approx(points)


def test_decoding_finds_encoded_points_to_a_quarter_pixel() -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform(2, 90, (3, 37, 2))
    x, y = (simcc_targets(torch.tensor(points[..., k]), 192, 2.0, 3.0).numpy() for k in (0, 1))
    decoded, scores = simcc.decode(x, y)
    assert np.abs(decoded - points).max() <= 0.25 + 1e-6
    assert (scores > 0).all()


def test_blurred_peaks_find_encoded_points_between_bins() -> None:
    points = np.random.default_rng(4).uniform(3, 90, (3, 37, 2))
    for axis, bins in ((0, 192), (1, 256)):
        encoded = simcc_targets(torch.tensor(points[..., axis]), bins, 2.0, 3.0).numpy()
        assert np.abs(peaks.peaks(encoded, 2.0, 60.0)[0] - points[..., axis]).max() < 0.02


def test_a_blurred_peak_is_where_most_of_the_mass_is_near() -> None:
    """A single high bin beside a broad hill: the fullest bin is the spike, a hip lies on the hill."""
    bins = np.arange(192)
    hill = np.exp(-0.5 * ((bins - 120) / 20) ** 2)
    distribution = np.broadcast_to(0.6 * hill / hill.sum(), (1, skeleton.COUNT, 192)).copy()
    distribution[..., 40] += 0.4
    assert distribution[0, 0].argmax() == 40
    found = peaks.peaks(distribution, 2.0, 60.0)[0][0]
    assert found[skeleton.INDEX["left_hip"]] == pytest.approx(60, abs=1)
    assert found[skeleton.INDEX["left_eye"]] == pytest.approx(20, abs=1), "an eye is missed by a few bins"


def test_peaks_at_the_rim_stay_inside() -> None:
    rim = np.zeros((1, skeleton.COUNT, 128))
    rim[..., 0] = 1
    assert np.abs(peaks.peaks(rim, 2.0, 60.0)[0]).max() <= 0.25
    assert peaks.peaks(rim[..., ::-1], 2.0, 60.0)[0] == pytest.approx(127 / 2, abs=0.25)


def test_the_height_of_a_peak_is_the_oks_to_be_expected_there() -> None:
    rng = np.random.default_rng(0)
    bins, px, person_px = 192, np.arange(192) / 2, 50.0
    distribution = rng.random((2, skeleton.COUNT, bins)) ** 8
    places, heights = peaks.peaks(7.0 * distribution, 2.0, person_px)
    width_px = 2 * np.array(skeleton.SIGMAS)[:, None] * person_px
    similarity = np.exp(-((px - places[..., None]) ** 2) / (2 * width_px**2))
    expected = (similarity * distribution).sum(axis=-1) / distribution.sum(axis=-1)
    assert heights == pytest.approx(expected, rel=0.02)
    sure = np.zeros((1, skeleton.COUNT, bins))
    sure[..., 80] = 0.3
    assert peaks.peaks(sure, 2.0, person_px)[1] == pytest.approx(1.0, abs=1e-5)


def test_a_keypoint_without_a_positive_score_is_marked() -> None:
    nothing = np.zeros((1, 37, 8))
    points, scores = simcc.decode(nothing, nothing)
    assert (points == -0.5).all()
    assert (scores == 0).all()


def test_the_mirrored_pictures_output_comes_back_onto_the_same_bins() -> None:
    rng = np.random.default_rng(3)
    width, height = 96, 128
    points = rng.uniform(10, 80, (2, 37, 2))
    x, y = (simcc_targets(torch.tensor(points[..., k]), bins, 2.0, 3.0).numpy() for k, bins in ((0, 192), (1, 256)))
    mirrored = points[:, list(skeleton.FLIP)] * [-1, 1] + [width - 1, 0]
    mx, my = (simcc_targets(torch.tensor(mirrored[..., k]), bins, 2.0, 3.0).numpy() for k, bins in ((0, 192), (1, 256)))
    mean_x, mean_y = simcc.average_with_mirrored(x, y, mx, my)
    assert mean_x == pytest.approx(x, abs=1e-9)
    assert mean_y == pytest.approx(y, abs=1e-9)
    assert height == 128


def test_spreading_keeps_probability_and_moves_smoothly_between_cells() -> None:
    spread = spreading(24, 192).numpy()
    assert spread.sum(axis=1) == pytest.approx(1.0)
    highest = [(spread[10] * (1 - share) + spread[11] * share).argmax() for share in np.linspace(0, 1, 9)]
    assert highest[0] == 83
    assert highest[-1] == 91
    assert (np.diff(highest) >= 0).all()
    # an even blend peaks half-way, not at one of the two cells
    assert highest[4] == 87
