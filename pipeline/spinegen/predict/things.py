"""Tripods and sign posts that are followed like people: a network that is asked about one box at a time half believes in them.

Over a film they differ from people who are seen as badly: they never move. Who holds a posture does not, either, and may be seen badly (on
the floor, say); so only who stands beside somebody of whom the network is sure is taken for a thing.
"""

from collections.abc import Sequence

import numpy as np

from .film_person import FilmPerson
from .tracks import sureness

UNSURE, SURE = 0.45, 0.6
"""Median sureness: walkers of 40 to 100 pixels have 0.5 to 0.75, a tripod 0.39, a sign post 0.30 (`vtest.avi`)."""
STILL = 0.04
"""In heights of the box: how far from their usual place keypoints of a thing lie at most, by the median over the keypoints of each frame."""
LEAST_S = 2.0
"""Whoever is seen for less has had no time to move."""


def standing_things(people: Sequence[FilmPerson], times_s: Sequence[float]) -> set[int]:
    """Numbers of those who are things."""
    sure = {person.number: float(np.median([sureness(row) for row in person.scores])) for person in people}
    if max(sure.values(), default=0.0) < SURE:
        return set()
    return {
        person.number
        for person in people
        if sure[person.number] < UNSURE
        and times_s[person.frames[-1]] - times_s[person.frames[0]] >= LEAST_S
        and _farthest(person) < STILL
    }


def _farthest(person: FilmPerson) -> float:
    points = person.keypoints_px
    seen = np.isfinite(points).all(axis=-1)
    kept = points[:, seen.mean(axis=0) > 0.5]
    kept = kept[np.isfinite(kept).any(axis=(1, 2))]
    if not kept.size:
        return np.inf
    away = np.linalg.norm(kept - np.nanmedian(kept, axis=0), axis=-1)
    height = float(np.median(person.boxes_xywh_px[:, 2:].max(axis=1)))
    return float(np.nanmax(np.nanmedian(away, axis=1))) / height
