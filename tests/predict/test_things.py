"""Things that are followed like people, and people who are not to be taken for things."""

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.predict.film_person import FilmPerson
from spinegen.predict.things import standing_things

RATE_HZ = 10.0
FRAMES = 40
TIMES = [index / RATE_HZ for index in range(FRAMES)]


def followed(number: int, score: float, travel_px: float = 0.0, frames: int = FRAMES, seed: int = 0) -> FilmPerson:
    """Somebody or something 100 pixels high that trembles by a pixel and goes `travel_px` to the right."""
    rng = np.random.default_rng(seed + number)
    place = rng.uniform(0, 100, (skeleton.COUNT, 2))
    points = place + rng.normal(0, 0.7, (frames, skeleton.COUNT, 2))
    points[..., 0] += np.linspace(0, travel_px, frames)[:, None]
    boxes = np.tile([0.0, 0.0, 50.0, 100.0], (frames, 1))
    scores = np.full((frames, skeleton.COUNT), score)
    return FilmPerson(number, list(range(frames)), boxes, points, scores, scores < 0)


def test_a_tripod_beside_a_walker_is_a_thing() -> None:
    tripod = followed(2, 0.39)
    tripod.keypoints_px[3:7] = np.nan
    assert standing_things([followed(1, 0.7, travel_px=300.0), tripod], TIMES) == {2}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (followed(2, 0.39, travel_px=30.0), "it moved"),
        (followed(2, 0.5), "the network is sure enough of it"),
        (followed(2, 0.39, frames=15), "it was not there for long"),
    ],
)
def test_who_may_be_somebody_is_kept(other: FilmPerson, why: str) -> None:
    assert standing_things([followed(1, 0.7, travel_px=300.0), other], TIMES) == set(), why


def test_who_holds_a_posture_and_is_seen_badly_is_kept_where_nobody_is_seen_better() -> None:
    assert standing_things([followed(1, 0.39), followed(2, 0.5, travel_px=50.0)], TIMES) == set()
    assert standing_things([], TIMES) == set()
