"""Who is who between the views: tracks whose rays meet belong to one person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array
from .cameras import ViewCamera
from .sightings import Sighting

LOOK_AT_FRAMES = 60
"""Two tracks are compared at most at so many times, spread over those that both have."""
FEWEST_POINTS = 20
"""Keypoints in both views, over all compared times, below which two tracks tell nothing."""
COST_LIMIT = 0.04
"""Median distance of keypoints from each other's epipolar lines, in heights of the person, up to which two tracks are one person."""


@dataclass(frozen=True)
class MatchedPerson:
    """One person and all tracks of them."""

    tracks: tuple[Sighting, ...]

    @property
    def views(self) -> frozenset[int]:
        """Views that saw them at some time."""
        return frozenset(track.view for track in self.tracks)


def match_people(cameras: Sequence[ViewCamera], tracks: Sequence[Sighting]) -> list[MatchedPerson]:
    """Groups of tracks, those seen by most views and longest first; who is seen by one view alone is left out.

    The two groups whose tracks agree best become one, again and again, until none agree well enough (average linkage). A view cannot
    see a person twice at a time; tracks of one view that follow each other may be one person's.
    """
    costs = np.full((len(tracks), len(tracks)), np.nan)
    for i in range(len(tracks)):
        for j in range(i + 1, len(tracks)):
            costs[i, j] = costs[j, i] = disagreement(cameras, tracks[i], tracks[j])
    groups = [[index] for index in range(len(tracks))]
    while True:
        best, pair = COST_LIMIT, None
        for a in range(len(groups)):
            for b in range(a + 1, len(groups)):
                cost = _between(groups[a], groups[b], costs)
                if cost < best:
                    best, pair = cost, (a, b)
        if pair is None:
            break
        groups[pair[0]] += groups.pop(pair[1])
    people = [MatchedPerson(tuple(tracks[index] for index in sorted(group))) for group in groups]
    several = [person for person in people if len(person.views) > 1]
    return sorted(several, key=lambda p: -sum(float(track.seen.sum()) for track in p.tracks))


def disagreement(cameras: Sequence[ViewCamera], first: Sighting, second: Sighting) -> float:
    """Median distance from epipolar lines in heights of the person; NaN where that tells nothing, infinite where they cannot be one."""
    both = first.seen & second.seen
    if first.view == second.view:
        return np.inf if both.any() else np.nan
    times = np.flatnonzero(both)
    if not len(times):
        return np.nan
    times = times[np.unique(np.linspace(0, len(times) - 1, min(len(times), LOOK_AT_FRAMES)).round().astype(int))]
    count = (first.scores[times] > 0) & (second.scores[times] > 0)
    if count.sum() < FEWEST_POINTS:
        return np.nan
    a, b = first.plane[times][count], second.plane[times][count]
    near, far = cameras[first.view], cameras[second.view]
    distance = epipolar_distances(near, far, a, b)
    sizes = np.array([first.height_px / near.focal_px, second.height_px / far.focal_px])
    if _behind(near, far, a, b):
        return np.inf
    return float(np.median(np.max(distance / sizes[:, None], axis=0)))


def epipolar_distances(first: ViewCamera, second: ViewCamera, a: Array, b: Array) -> Array:
    """`(2, N)`: in the first view the distance of points `a` from the lines of points `b`, and the reverse; on the planes at depth 1."""
    turn = second.rotation_camera_world @ first.rotation_camera_world.T
    shift = second.translation_camera - turn @ first.translation_camera
    essential = np.array([[0, -shift[2], shift[1]], [shift[2], 0, -shift[0]], [-shift[1], shift[0], 0]]) @ turn
    ones = np.ones((len(a), 1))
    left, right = np.hstack([a, ones]), np.hstack([b, ones])
    lines_second, lines_first = left @ essential.T, right @ essential
    value = np.abs((right * lines_second).sum(-1))
    return np.stack(
        [
            value / np.maximum(np.linalg.norm(lines_first[:, :2], axis=-1), 1e-12),
            value / np.maximum(np.linalg.norm(lines_second[:, :2], axis=-1), 1e-12),
        ]
    )


def _behind(first: ViewCamera, second: ViewCamera, a: Array, b: Array) -> bool:
    """Whether most rays would meet behind a camera."""
    ones = np.ones((len(a), 1))
    along = np.hstack([a, ones]) @ first.rotation_camera_world, np.hstack([b, ones]) @ second.rotation_camera_world
    between = second.position_world - first.position_world
    # depths s, t of the nearest points: s a - t b = between, in the least squares sense
    aa, bb, ab = ((u * v).sum(-1) for u, v in ((along[0], along[0]), (along[1], along[1]), (along[0], along[1])))
    da, db = along[0] @ between, along[1] @ between
    scale = np.maximum(aa * bb - ab**2, 1e-12)
    s, t = (bb * da - ab * db) / scale, (ab * da - aa * db) / scale
    return float(np.mean((s > 0) & (t > 0))) < 0.5


def _between(first: list[int], second: list[int], costs: Array) -> float:
    """Mean cost between the tracks of two groups that say anything; infinite where one view would see a person twice, or nothing is said."""
    values = np.array([costs[i, j] for i in first for j in second])
    if np.isinf(values).any() or not np.isfinite(values).any():
        return np.inf
    return float(np.nanmean(values))
