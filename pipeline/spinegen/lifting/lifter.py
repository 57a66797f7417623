"""One person's keypoints over time lifted to 3D: cut where they were out of sight, brought to the network's rate, given a depth."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..geometry.types import Array, Flags, Ints
from .lens import Lens
from .norms import RATE_HZ, STATURE_M
from .onnx_file import LiftingFile
from .points import COUNT, KEYPOINT_ROWS, ROOT, centroids_of, keypoints_of
from .view import features_of, view_of

LEAST_SEEN = 8
"""Keypoints of a frame that is lifted."""
LONGEST_GAP_S = 0.25
"""A track that was out of sight for longer is lifted in pieces."""
DEPTH_SMOOTH_S = 0.2
"""Deviation of the weights in time by which depths are averaged: size in the picture tells them with much noise, and nobody leaps in depth."""


@dataclass(frozen=True)
class LiftedTrack:
    """A person in 3D."""

    times_s: Array
    """`(T,)`."""
    points_camera_m: Array
    """`(T, 53, 3)` in camera axes (x right, y down, z forward); NaN in frames where too little was seen."""
    up_camera: Array
    """`(T, 3)` unit vectors, as each frame tells; NaN likewise."""

    @property
    def known(self) -> Flags:
        """`(T,)`: frames that could be lifted."""
        return np.asarray(np.isfinite(self.points_camera_m[:, ROOT, 0]))

    @property
    def keypoints_camera_m(self) -> Array:
        """`(T, 37, 3)`."""
        return keypoints_of(self.points_camera_m)

    @property
    def centroids_camera_m(self) -> Array:
        """`(T, 25, 3)`, S1 to C1."""
        return centroids_of(self.points_camera_m)

    @property
    def root_camera_m(self) -> Array:
        """`(T, 3)`: the centroid of S1, which other points are measured from."""
        return self.points_camera_m[:, ROOT]


def lift_track(
    file: LiftingFile, lens: Lens, times_s: Array, keypoints_px: Array, *, scores: Array, height_m: float = STATURE_M
) -> LiftedTrack:
    """Lift one person.

    Args:
        times_s: `(T,)`, increasing.
        keypoints_px: `(T, 37, 2)`; NaN where unseen.
        scores: `(T, 37)` 0..1: 1 for true positions, as the pose network gives them else.
        height_m: stature; all lengths are in proportion to it.
    """
    return lift_rays(file, times_s, lens.rays(keypoints_px), scores=scores, height_m=height_m)


def lift_rays(
    file: LiftingFile, times_s: Array, rays: Array, *, scores: Array, height_m: float = STATURE_M
) -> LiftedTrack:
    """Lift one person whose keypoints are known as rays.

    Args:
        times_s: `(T,)`, increasing.
        rays: `(T, 37, 2)`: `(x, y)` at depth 1 in camera axes (x right, y down, z forward); NaN where unseen.
        scores: `(T, 37)` 0..1.
        height_m: stature.
    """
    seen = np.isfinite(rays).all(axis=-1) & (scores > 0)
    points = np.full((len(times_s), COUNT, 3), np.nan)
    up = np.full((len(times_s), 3), np.nan)
    for rows in _pieces(times_s, seen):
        grid = _grid(times_s[rows])
        known = np.where(seen[rows, :, None], rays[rows], 0.0)
        sure = np.where(seen[rows], np.clip(scores[rows], 0.0, 1.0), 0.0)
        found, upward = _lifted(file, *_between(grid, times_s[rows], known, sure), height_m / STATURE_M)
        points[rows] = _at(times_s[rows], grid, found)
        up[rows] = _at(times_s[rows], grid, upward)
    return LiftedTrack(times_s, points, up / np.linalg.norm(up, axis=-1, keepdims=True))


def _lifted(file: LiftingFile, rays: Array, sure: Array, scale: float) -> tuple[Array, Array]:
    """Points `(G, 53, 3)` and up `(G, 3)` in camera axes."""
    view = view_of(rays, sure)
    relative, up = file.run(features_of(rays, sure, view))
    turn = view.rotation_view_camera
    points = scale * np.asarray(relative, np.float64) @ turn
    place = _placed(points[:, KEYPOINT_ROWS], rays, sure)
    return points + place[:, None], (np.asarray(up, np.float64)[:, None] @ turn)[:, 0]


def _placed(relative_m: Array, rays: Array, sure: Array) -> Array:
    """Where points `(G, 37, 3)` must be moved `(G, 3)` to lie on their rays, in least squares; depths smoothed over time."""
    weight = sure[..., None]
    # (X + t)_xy - ray (Z + t_z) = 0 for both coordinates of every keypoint
    off = relative_m[..., :2] - rays * relative_m[..., 2:]
    total = np.maximum(weight.sum(1), 1e-9)
    mean_ray, mean_off = (weight * rays).sum(1) / total, (weight * off).sum(1) / total
    spread = (weight * (rays - mean_ray[:, None]) ** 2).sum((1, 2))
    along = (weight * (rays - mean_ray[:, None]) * (off - mean_off[:, None])).sum((1, 2))
    depth = np.maximum(along / np.maximum(spread, 1e-12), 0.3)
    if len(depth) > 1:
        depth = np.exp(gaussian_filter1d(np.log(depth), DEPTH_SMOOTH_S * RATE_HZ, mode="nearest"))
    return np.concatenate([mean_ray * depth[:, None] - mean_off, depth[:, None]], axis=-1)


def _pieces(times_s: Array, seen: Flags) -> list[Ints]:
    """Rows of each stretch without a gap, frames that show too little left out."""
    rows = np.flatnonzero(seen.sum(axis=1) >= LEAST_SEEN)
    if not len(rows):
        return []
    return list(np.split(rows, np.flatnonzero(np.diff(times_s[rows]) > LONGEST_GAP_S) + 1))


def _grid(times_s: Array) -> Array:
    count = max(1, round((times_s[-1] - times_s[0]) * RATE_HZ) + 1)
    return np.linspace(times_s[0], times_s[-1], count)


def _between(grid: Array, times_s: Array, rays: Array, sure: Array) -> tuple[Array, Array]:
    """Rays and confidences at the times of the grid; a keypoint that one neighbour alone sees is where that one has it."""
    after = np.clip(np.searchsorted(times_s, grid), min(1, len(times_s) - 1), len(times_s) - 1)
    before = np.maximum(after - 1, 0)
    step = np.maximum(times_s[after] - times_s[before], 1e-9)
    share = np.clip((grid - times_s[before]) / step, 0.0, 1.0)[:, None]
    first, second = (1.0 - share) * (sure[before] > 0), share * (sure[after] > 0)
    total = first + second
    there = total > 0
    total = np.where(there, total, 1.0)
    mixed = (first[..., None] * rays[before] + second[..., None] * rays[after]) / total[..., None]
    return mixed, np.where(there, (first * sure[before] + second * sure[after]) / total, 0.0)


def _at(times_s: Array, grid: Array, values: Array) -> Array:
    flat = values.reshape(len(grid), -1)
    found = np.stack([np.interp(times_s, grid, column) for column in flat.T], axis=-1)
    return found.reshape(len(times_s), *values.shape[1:])
