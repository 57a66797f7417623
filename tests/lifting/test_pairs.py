"""Pairs of keypoints and points, without a picture."""

import numpy as np
import pytest

from spinegen.lifting.cameras import watch
from spinegen.lifting.faults import measured
from spinegen.lifting.norms import STATURE_M
from spinegen.lifting.pairs import draw_pairs, pairs_of
from spinegen.lifting.points import KEYPOINT_ROWS, ROOT
from spinegen.lifting.sequences import load, save
from support.lifted import bowing, few_sequences


def test_cameras_see_whole_bodies_as_they_are() -> None:
    windows = np.repeat(bowing(5)[None], 40, axis=0)
    seen = watch(np.random.default_rng(0), windows)
    before = np.linalg.norm(windows[:, :, 0] - windows[:, :, 40], axis=-1)
    after = np.linalg.norm(seen.points_camera_m[:, :, 0] - seen.points_camera_m[:, :, 40], axis=-1)
    np.testing.assert_allclose(after, before)
    # up is up: heads of standing people lie along it from their feet
    head, foot = seen.points_camera_m[:, 0, 17], seen.points_camera_m[:, 0, 22]
    rise = ((head - foot) * seen.up_camera).sum(-1)
    assert (rise > 0.8 * STATURE_M).all()


def test_points_lie_on_the_rays_that_the_network_is_told_of() -> None:
    pairs = pairs_of(np.random.default_rng(1), np.repeat(bowing(3)[None], 20, axis=0), clean=True)
    assert np.isfinite(pairs.features).all()
    np.testing.assert_array_equal(pairs.points_m[:, :, ROOT], 0.0)
    np.testing.assert_allclose(np.linalg.norm(pairs.up, axis=-1), 1.0, rtol=1e-5)
    # what lies to the right in the view of a far camera lies to the right in its points
    told = pairs.features[..., : 3 * 37].reshape(20, 3, 37, 3)
    for axis in (0, 1):
        x, true = told[..., axis].reshape(-1, 37), pairs.points_m[:, :, KEYPOINT_ROWS, axis].reshape(-1, 37)
        assert min(np.corrcoef(a, b)[0, 1] for a, b in zip(x, true, strict=True)) > 0.9


def test_errors_are_larger_where_scores_are_lower() -> None:
    rays = np.zeros((4000, 2, 37, 2))
    found, scores = measured(np.random.default_rng(2), rays, np.ones((4000, 2)))
    off = np.linalg.norm(found, axis=-1)
    low, high = (np.median(off[(scores > a) & (scores < a + 0.1)]) for a in (0.4, 0.8))
    assert high == pytest.approx(0.0144, rel=0.15)
    assert low / high == pytest.approx(np.exp(4.0 * 0.4), rel=0.2)
    clean = (scores == 1.0).any(axis=(1, 2))
    assert clean.mean() == pytest.approx(0.3, abs=0.03)
    assert off[clean].max() == 0.0


def test_the_same_seed_draws_the_same_pairs_and_another_one_others() -> None:
    sequences = few_sequences()
    first, again, other = (draw_pairs(np.random.default_rng(seed), sequences, 50) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.features, again.features)
    assert first.features.shape != other.features.shape or not np.array_equal(first.features, other.features)


def test_windows_never_cross_from_one_sequence_to_the_next() -> None:
    sequences = few_sequences()
    sequences.points_m[:30, :, 0] += 100.0
    windows = sequences.windows(np.random.default_rng(0), 200, 15)
    assert np.ptp(windows[..., ROOT, 0], axis=1).max() < 50.0


def test_sequences_come_back_from_their_file(tmp_path) -> None:
    sequences = few_sequences()
    save(tmp_path / "s.npz", sequences)
    again = load(tmp_path / "s.npz")
    np.testing.assert_array_equal(again.points_m, sequences.points_m)
    assert len(again) == 2
    np.testing.assert_array_equal(again.sequence(1), sequences.sequence(1))
