"""What the views saw, at common times: each view's people as pixels, on the clock of the first view."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ... import skeleton
from ...geometry.types import Array
from ..film import Film
from ..film_person import FilmPerson
from .cameras import ViewCamera

UNSURE_SCORE = 0.1
"""Keypoints of a lower score do not count."""
EDGE, EDGE_WEIGHT = 0.02, 0.2
"""What lies beyond the picture, or so near its edge in heights of the person, is a guess of what was cut off, and counts a fifth."""
BRIDGED_FRAMES = 1.6
"""Between two frames of a view that lie farther apart than so many of its usual steps nothing is known."""


@dataclass(frozen=True)
class Sighting:
    """One person as one view followed them."""

    view: int
    number: int
    """Of the person in that view's film."""
    pixels: Array
    """`(T, 37, 2)` as filmed; NaN where unseen."""
    plane: Array
    """`(T, 37, 2)` without distortion, one unit in front of the camera."""
    scores: Array
    """`(T, 37)`; 0 where unseen."""
    height_px: float
    """Median of the longer side of the box."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """`(T,)`: whether the person is there."""
        return self.scores.max(axis=1) > 0


def common_times_s(films: Sequence[Film], starts_s: Sequence[float]) -> Array:
    """Times of the first view, counted from its start, as far as all views reach."""
    reach = min(film.times_s[-1] - start for film, start in zip(films, starts_s, strict=True))
    times = np.asarray(films[0].times_s) - starts_s[0]
    return times[(times >= -1e-9) & (times <= reach + 1e-6)]


def sightings(view: int, camera: ViewCamera, film: Film, *, start_s: float, times_s: Array) -> list[Sighting]:
    """Everybody whom a view followed, at the common times."""
    clock = np.asarray(film.times_s) - start_s
    step = float(np.median(np.diff(clock))) if len(clock) > 1 else 1.0
    size = film.size_wh_px
    return [
        _sighting(view, camera, person, size_wh=size, clock=clock, step_s=step, times_s=times_s)
        for person in film.people
    ]


def _sighting(
    view: int,
    camera: ViewCamera,
    person: FilmPerson,
    *,
    size_wh: tuple[int, int],
    clock: Array,
    step_s: float,
    times_s: Array,
) -> Sighting:
    count = len(times_s)
    pixels = np.full((count, skeleton.COUNT, 2), np.nan)
    scores = np.zeros((count, skeleton.COUNT))
    own = clock[person.frames]
    after = np.clip(np.searchsorted(own, times_s, side="left"), 0, len(own) - 1)
    before = np.maximum(after - 1, 0)
    exact = np.abs(own[after] - times_s) < 1e-6
    before = np.where(exact, after, before)
    gap = own[after] - own[before]
    inside = exact | ((own[before] <= times_s) & (times_s <= own[after]) & (gap <= BRIDGED_FRAMES * step_s))
    share = np.where(gap > 0, (times_s - own[before]) / np.where(gap > 0, gap, 1), 0.0)[:, None]
    rows = np.flatnonzero(inside)
    first, second = person.keypoints_px[before[rows]], person.keypoints_px[after[rows]]
    pixels[rows] = first + share[rows][..., None] * (second - first)
    # points that their neighbours tell count as little as the network was sure of them
    scores[rows] = np.minimum(person.scores[before[rows]], person.scores[after[rows]])
    seen = np.isfinite(pixels).all(-1) & (scores >= UNSURE_SCORE)
    scores = np.where(seen, np.clip(scores, 0.0, 1.0), 0.0)
    pixels[~seen] = np.nan
    height = float(np.median(person.boxes_xywh_px[:, 2:].max(axis=1)))
    if min(size_wh) > 0:
        rim = EDGE * height
        cut_off = ((pixels < rim) | (pixels > np.array(size_wh) - 1 - rim)).any(axis=-1)
        scores = np.where(cut_off, EDGE_WEIGHT * scores, scores)
    return Sighting(view, person.number, pixels, camera.undistorted(pixels), scores, height)
