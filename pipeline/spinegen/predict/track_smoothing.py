"""A whole track smoothed afterwards: a Kalman filter of steady velocity forwards, a Rauch-Tung-Striebel smoother backwards.

Frames may lie unevenly in time; keypoints count by how sure the network was of them; short gaps are filled and flagged.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ACCELERATION = 6.0
"""Deviation of the acceleration, in box heights a second squared: people dance faster than they stand, and this is between."""
NOISE = 0.008
"""Deviation of a keypoint that the network is sure of, in box heights."""
UNSURE_SCORE = 0.15
"""Keypoints of a lower score are not looked at."""
GAP_S = 0.5
"""Keypoints unseen for longer are left out, not filled."""


@dataclass(frozen=True)
class SmoothTrack:
    """One person over time."""

    keypoints_px: Array
    """(T, K, 2); NaN where a keypoint was unseen for too long."""
    filled: NDArray[np.bool_]
    """(T, K): not seen in that frame, told by its neighbours."""


def smooth_track(times_s: Array, keypoints_px: Array, scores: Array, height_px: float) -> SmoothTrack:
    """Positions over a whole track.

    Args:
        times_s: (T,), increasing.
        keypoints_px: (T, K, 2).
        scores: (T, K), near 1 where the network is sure.
        height_px: height of the person's box, which noise and motion are measured by.
    """
    seen = (scores >= UNSURE_SCORE) & np.isfinite(keypoints_px).all(axis=-1)
    noise = (NOISE * height_px / np.clip(scores, UNSURE_SCORE, 1.0)) ** 2
    positions = _smoothed(
        times_s, np.where(seen[..., None], keypoints_px, 0), seen, noise, push=ACCELERATION * height_px
    )
    gaps = _gap_lengths_s(times_s, seen)
    positions[gaps > GAP_S] = np.nan
    return SmoothTrack(positions, ~seen & (gaps <= GAP_S))


def _smoothed(times_s: Array, points: Array, seen: NDArray[np.bool_], noise: Array, *, push: float) -> Array:
    """(T, K, 2) means; state of each coordinate: position and velocity, one covariance a keypoint for both coordinates."""
    count, kinds = seen.shape
    first = np.where(seen.any(axis=0), seen.argmax(axis=0), 0)
    mean = np.zeros((kinds, 2, 2))
    mean[:, 0] = points[first, np.arange(kinds)]
    wide = 1e6 * float(noise.max())
    covariance = np.tile(np.diag([wide, wide]), (kinds, 1, 1))
    kept = []
    for t in range(count):
        step = float(times_s[t] - times_s[t - 1]) if t else 0.0
        move = np.array([[1, step], [0, 1]])
        pushed = push**2 * np.array([[step**4 / 4, step**3 / 2], [step**3 / 2, step**2]])
        before, spread = move @ mean, move @ covariance @ move.T + pushed
        gain = spread[:, :, :1] / (spread[:, :1, :1] + noise[t][:, None, None]) * seen[t][:, None, None]
        mean = before + gain * (points[t][:, None, :] - before[:, :1])
        covariance = spread - gain @ spread[:, :1]
        kept.append((move, before, spread, mean, covariance))
    result = np.zeros((count, kinds, 2))
    smooth = mean
    for t in range(count - 1, -1, -1):
        mean, covariance = kept[t][3], kept[t][4]
        if t < count - 1:
            later_move, later_before, later_spread = kept[t + 1][:3]
            back = covariance @ later_move.T @ np.linalg.inv(later_spread + 1e-9 * np.eye(2))
            mean = mean + back @ (smooth - later_before)
        smooth = mean
        result[t] = mean[:, 0]
    return result


def _gap_lengths_s(times_s: Array, seen: NDArray[np.bool_]) -> Array:
    """(T, K): for how long around a frame a keypoint was unseen; 0 where it is seen, infinite before its first and after its last sight."""
    count, kinds = seen.shape
    last = np.full(kinds, -np.inf)
    before = np.zeros((count, kinds))
    for t in range(count):
        last = np.where(seen[t], times_s[t], last)
        before[t] = last
    following = np.full(kinds, np.inf)
    after = np.zeros((count, kinds))
    for t in range(count - 1, -1, -1):
        following = np.where(seen[t], times_s[t], following)
        after[t] = following
    return np.where(seen, 0.0, after - before)
