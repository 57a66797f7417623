"""The films again, with the points in space drawn where each camera sees them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...geometry.types import Array
from ...progress import Reporter
from ..film import Film, draw_film
from ..film_person import FilmPerson
from .cameras import ViewCamera
from .triangulation import Trajectories


def draw_view(
    video: Path,
    target: Path,
    camera: ViewCamera,
    film: Film,
    *,
    start_s: float,
    times_s: Array,
    people: Sequence[Trajectories],
    reporter: Reporter,
) -> None:
    """`target` as H.264: everybody who was triangulated, as seen by this camera."""
    clock = np.asarray(film.times_s) - start_s
    nearest = np.abs(clock[:, None] - times_s[None]).argmin(axis=1)
    step = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    frames = np.flatnonzero(np.abs(clock - times_s[nearest]) < step)
    shown = []
    for number, person in enumerate(people, 1):
        points = camera.project(person.positions_world[nearest[frames]])
        seen = np.isfinite(points).all(-1)
        boxes = np.zeros((len(frames), 4))
        shown.append(FilmPerson(number, frames.tolist(), boxes, points, seen.astype(float), np.zeros_like(seen)))
    draw_film(video, target, Film(film.times_s, shown, film.rate_hz, [], film.size_wh_px), False, reporter=reporter)
