"""Smoothing a whole track: nearer to the truth than what was seen, also over gaps and uneven times."""

import numpy as np
import pytest

from spinegen.predict.track_smoothing import GAP_S, smooth_track

HEIGHT_PX = 400.0


def swinging(times_s: np.ndarray) -> np.ndarray:
    """(T, 2, 2): a wrist that swings 100 px once a second, and a hip that stands."""
    wrist = np.stack([300 + 100 * np.sin(2 * np.pi * times_s), 200 + 30 * np.cos(2 * np.pi * times_s)], axis=-1)
    return np.stack([wrist, np.tile([300.0, 300.0], (len(times_s), 1))], axis=1)


@pytest.fixture(params=["even", "uneven"])
def times_s(request: pytest.FixtureRequest) -> np.ndarray:
    even = np.arange(90) / 30
    return even if request.param == "even" else np.cumsum(np.random.default_rng(3).uniform(0.01, 0.06, 90))


def test_noise_is_nearly_halved_and_motion_kept(times_s: np.ndarray) -> None:
    truth = swinging(times_s)
    seen = truth + np.random.default_rng(0).normal(0, 0.008 * HEIGHT_PX, truth.shape)
    smooth = smooth_track(times_s, seen, np.full(truth.shape[:2], 1.0), HEIGHT_PX)
    raw, left = (np.linalg.norm(points - truth, axis=-1).mean(axis=0) for points in (seen, smooth.keypoints_px))
    assert left[1] < 0.6 * raw[1]
    assert left[0] < 0.8 * raw[0]
    assert np.ptp(smooth.keypoints_px[:, 0, 0]) > 190
    assert not smooth.filled.any()


def test_a_short_gap_is_filled_and_flagged_and_a_long_one_is_not(times_s: np.ndarray) -> None:
    truth = swinging(times_s)
    scores = np.full(truth.shape[:2], 0.9)
    short = np.flatnonzero((times_s > 0.5) & (times_s < 0.5 + 0.5 * GAP_S))
    long = np.flatnonzero((times_s > 1.3) & (times_s < 1.3 + 2 * GAP_S))
    scores[short, 0] = 0.01
    scores[long, 1] = 0.01
    seen = truth.copy()
    seen[short, 0] = [5, 5]
    smooth = smooth_track(times_s, seen, scores, HEIGHT_PX)
    assert len(short) > 3
    assert smooth.filled[short, 0].all()
    assert np.linalg.norm(smooth.keypoints_px[short, 0] - truth[short, 0], axis=-1).max() < 25
    assert len(long) > 5
    assert np.isnan(smooth.keypoints_px[long, 1]).all()
    assert not smooth.filled[long, 1].any()


def test_one_frame_stays_as_it_is() -> None:
    points = np.array([[[10.0, 20.0], [30.0, 40.0]]])
    smooth = smooth_track(np.zeros(1), points, np.ones((1, 2)), HEIGHT_PX)
    assert smooth.keypoints_px == pytest.approx(points, abs=1e-2)


def test_a_keypoint_that_was_never_seen_is_nowhere() -> None:
    times = np.arange(5) / 30
    scores = np.ones((5, 2))
    scores[:, 1] = 0
    smooth = smooth_track(times, swinging(times), scores, HEIGHT_PX)
    assert np.isnan(smooth.keypoints_px[:, 1]).all()
    assert np.isfinite(smooth.keypoints_px[:, 0]).all()
