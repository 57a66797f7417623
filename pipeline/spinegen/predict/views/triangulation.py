"""Points in space from several views: the pair of views that most others agree with, then all that agree, weighted by confidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from .cameras import ViewCamera
from .matching import MatchedPerson

ERROR_LIMIT = 0.12
"""A view that misses a point by more, in heights of the person in that view, is left out of it."""
USUAL_ERROR = 0.5
"""Of that limit; a view that misses by it counts half (Cauchy's weights). Wide on purpose: where two views are wrong alike, as two sides
of a crouching person's hips are, narrower weights follow the two that agree."""
LEAST_ANGLE_DEG = 3.0
"""Rays that meet at less say nothing about depth."""
REWEIGHTED = 4
FARTHEST = 1.8
"""Points farther from the middle of their person than so many times what nine in ten keep to are none: two views alone can agree anywhere along a ray."""

FASTEST, LEEWAY = 22.0, 0.8
"""Of the median distance from that middle, half a metre: so far a second, and so far besides, the middle of a person may go. Who seems to go
farther has been taken for somebody else."""


@dataclass(frozen=True)
class Trajectories:
    """One person's keypoints in the calibration's world and unit."""

    positions_world: Array
    """`(T, 37, 3)`; NaN where fewer than two views agree."""
    error_px: Array
    """`(T, 37)`: root mean square distance between the point in the pictures, as all views together saw it, and where each saw it, over the views that were used."""
    used: NDArray[np.bool_]
    """`(V, T, 37)`: the views that each point stands on."""
    seen: NDArray[np.bool_]
    """`(V, T, 37)`: the views that saw it."""


def triangulate_person(
    cameras: Sequence[ViewCamera], person: MatchedPerson, frames: int, times_s: Array | None = None
) -> Trajectories:
    """Every keypoint at every common time.

    Args:
        times_s: `(frames,)`, with which frames are left out that nobody could have reached; None: none is.
    """
    shape = (len(cameras), frames, person.tracks[0].plane.shape[1])
    plane, weight = np.full((*shape, 2), np.nan), np.zeros(shape)
    limit = np.full(len(cameras), np.inf)
    for track in person.tracks:
        better = track.scores > weight[track.view]
        plane[track.view][better] = track.plane[better]
        weight[track.view][better] = track.scores[better]
        limit[track.view] = ERROR_LIMIT * track.height_px / cameras[track.view].focal_px
    flat = triangulate(cameras, plane.reshape(len(cameras), -1, 2), weight.reshape(len(cameras), -1), limit)
    focal = np.array([camera.focal_px for camera in cameras])[:, None]
    squared = np.where(flat.used, (flat.errors * focal) ** 2, 0.0).sum(0) / np.maximum(flat.used.sum(0), 1)
    error = np.where(flat.used.any(0), np.sqrt(squared), np.nan)
    points, used = flat.points.reshape(*shape[1:], 3), flat.used.reshape(shape)
    away = _far_away(points)
    points[away] = np.nan
    if times_s is not None:
        elsewhere = out_of_reach(points, times_s)
        away[elsewhere] |= np.isfinite(points[elsewhere]).all(-1)
        points[elsewhere] = np.nan
    return Trajectories(points, np.where(away, np.nan, error.reshape(shape[1:])), used & ~away, weight > 0)


def out_of_reach(points: Array, times_s: Array) -> NDArray[np.bool_]:
    """`(T,)`: frames of points `(T, K, 3)` whose person is farther from where they were than anybody goes, seen from the fullest frame on."""
    middle, distance = _extent(points)
    counts = _seen(points).sum(axis=1)
    out = np.zeros(len(points), bool)
    if not counts.any():
        return out
    usual = float(np.nanmedian(distance))
    start = int(counts.argmax())
    for row in (range(start + 1, len(points)), range(start - 1, -1, -1)):
        last = start
        for frame in row:
            if not counts[frame]:
                continue
            reach = usual * (FASTEST * abs(float(times_s[frame] - times_s[last])) + LEEWAY)
            out[frame] = np.linalg.norm(middle[frame] - middle[last]) > reach
            last = last if out[frame] else frame
    return out


def _far_away(points: Array) -> NDArray[np.bool_]:
    """`(T, K)`: points `(T, K, 3)` that are too far from the others of their person."""
    seen = _seen(points)
    if not seen.any():
        return seen
    distance = _extent(points)[1]
    return seen & (distance > FARTHEST * float(np.percentile(distance[seen], 90)))


def _seen(points: Array) -> NDArray[np.bool_]:
    """`(T, K)` of points `(T, K, 3)`."""
    return np.asarray(np.isfinite(points).all(axis=-1))


def _extent(points: Array) -> tuple[Array, Array]:
    """`(T, 3)` middles of a person and `(T, K)` distances of the points from them."""
    some = _seen(points).any(axis=1)
    middle = np.full((len(points), 3), np.nan)
    middle[some] = np.nanmedian(points[some], axis=1)
    return middle, np.linalg.norm(points - middle[:, None], axis=-1)


@dataclass(frozen=True)
class Points:
    """Triangulated points."""

    points: Array
    """`(N, 3)`; NaN where fewer than two views agree."""
    errors: Array
    """`(V, N)`: how far each view's ray passes, on its plane at depth 1; NaN where unseen."""
    used: NDArray[np.bool_]
    """`(V, N)`."""


def triangulate(cameras: Sequence[ViewCamera], plane: Array, weight: Array, limit: Array) -> Points:
    """Points from where views saw them.

    Args:
        plane: `(V, N, 2)`, undistorted, on the planes at depth 1.
        weight: `(V, N)`: confidence, 0 where unseen.
        limit: `(V,)`: errors on the plane up to which a view agrees.
    """
    count = plane.shape[1]
    known = np.where(weight[..., None] > 0, plane, 0.0)
    best_points, best_score = np.full((count, 3), np.nan), np.full(count, -np.inf)
    for pair in combinations(range(len(cameras)), 2):
        rows = np.flatnonzero((weight[list(pair)] > 0).all(axis=0))
        if not len(rows):
            continue
        chosen = np.zeros((len(cameras), len(rows)))
        chosen[list(pair)] = 1.0
        points = _solved(cameras, known[:, rows], chosen, 2)
        errors = _errors(cameras, known[:, rows], weight[:, rows], points)
        wide = _angles_deg(cameras[pair[0]], cameras[pair[1]], points) > LEAST_ANGLE_DEG
        score = np.nansum(weight[:, rows] * _trust(errors, limit), axis=0)
        both = (errors[list(pair)] < limit[list(pair), None]).all(axis=0)
        better = wide & both & (score > best_score[rows])
        best_points[rows[better]], best_score[rows[better]] = points[better], score[better]
    errors = _errors(cameras, known, weight, best_points)
    used = (errors < limit[:, None]) & (weight > 0)
    rows = np.flatnonzero(used.sum(0) >= 2)
    points = np.full((count, 3), np.nan)
    points[rows] = best_points[rows]
    for _ in range(REWEIGHTED):
        strength = np.where(used, weight * np.nan_to_num(_trust(errors, limit)), 0.0)
        points[rows] = _solved(cameras, known[:, rows], strength[:, rows], 2)
        errors = _errors(cameras, known, weight, points)
    used = used & (errors < limit[:, None])
    points[used.sum(0) < 2] = np.nan
    used[:, used.sum(0) < 2] = False
    return Points(points, _errors(cameras, known, weight, points), used)


def _trust(errors: Array, limit: Array) -> Array:
    """`(V, N)`: how much a view counts that misses by so much; nothing beyond its limit."""
    share = errors / limit[:, None]
    return np.where(share < 1.0, 1.0 / (1.0 + (share / USUAL_ERROR) ** 2), 0.0)


def _solved(cameras: Sequence[ViewCamera], plane: Array, weight: Array, rounds: int) -> Array:
    """`(N, 3)`: least squares of the distances on the planes, by linear equations weighted with the depth of the round before."""
    turns = np.stack([camera.rotation_camera_world for camera in cameras])
    shifts = np.stack([camera.translation_camera for camera in cameras])
    # (x R3 - R1) X = t1 - x t3, and the same for y
    rows = plane[..., None] * turns[:, None, 2:3] - turns[:, None, :2]
    right = shifts[:, None, :2] - plane * shifts[:, None, 2:3]
    scale = np.ones(weight.shape)
    points = np.zeros((plane.shape[1], 3))
    focal = np.array([camera.focal_px for camera in cameras])[:, None] / np.mean([c.focal_px for c in cameras])
    for _ in range(rounds):
        strength = (weight * (focal / scale) ** 2)[..., None]
        normal = np.einsum("vnki,vnkj->nij", rows * strength[..., None], rows)
        target = np.einsum("vnki,vnk->ni", rows * strength[..., None], right)
        size = np.trace(normal, axis1=1, axis2=2)[:, None, None]
        points = np.linalg.solve(normal + 1e-12 * np.maximum(size, 1e-12) * np.eye(3), target[..., None])[..., 0]
        depth = np.einsum("vj,nj->vn", turns[:, 2], points) + shifts[:, None, 2]
        scale = np.where(np.abs(depth) > 1e-9, np.abs(depth), 1e-9)
        scale = scale / np.maximum(np.median(scale), 1e-12)
    return points


def _errors(cameras: Sequence[ViewCamera], plane: Array, weight: Array, points: Array) -> Array:
    """`(V, N)` distances on the planes; infinite behind a camera, NaN where unseen or there is no point."""
    out = np.full(weight.shape, np.nan)
    for view, camera in enumerate(cameras):
        local = points @ camera.rotation_camera_world.T + camera.translation_camera
        with np.errstate(divide="ignore", invalid="ignore"):
            away = np.linalg.norm(local[:, :2] / local[:, 2:] - plane[view], axis=-1)
        out[view] = np.where(local[:, 2] > 0, away, np.where(np.isnan(local[:, 2]), np.nan, np.inf))
    return np.where(weight > 0, out, np.nan)


def _angles_deg(first: ViewCamera, second: ViewCamera, points: Array) -> Array:
    """`(N,)`: under which both rays meet."""
    a, b = points - first.position_world, points - second.position_world
    cosine = (a * b).sum(-1) / np.maximum(np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1), 1e-12)
    return np.degrees(np.arccos(np.clip(np.abs(cosine), 0.0, 1.0)))
