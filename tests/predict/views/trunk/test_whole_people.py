"""What single looks do not tell of whole people, and what a build tells of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.errors import DatasetError, UsageError
from spinegen.lifting.points import keypoints_of
from spinegen.predict.views.trunk.build import BUILD, LENGTHS, UNTOLD, Subject, build
from spinegen.predict.views.trunk.fitting import VIEWS, fit_statistics
from spinegen.predict.views.trunk.frame import spine_length, trunk_axes
from spinegen.predict.views.trunk.seen_errors import SeenErrors
from spinegen.predict.views.trunk.statistics import TrunkStatistics, read_statistics, write_statistics
from spinegen.predict.views.trunk.whole_people import WholePerson, read_people, with_whole_people, write_people
from spinegen.progress import SilentReporter
from support.lifted import few_sequences

SPINE = list(skeleton.SPINE_CHAIN)
SHA = "1" * 64
HEAVY_FORWARD = 0.2
"""Spine lengths by which a network misses the spine of somebody a unit of the logarithm heavier for their height."""

OWN_DEPTH = 0.05
"""By which spines lie deeper in one body than in another, so that what is seen does not tell by how much it was missed."""


def people(seed: int, count: int) -> list[WholePerson]:
    """Seen alike by all views: the heavier for their height, the farther forward."""
    rng = np.random.default_rng(seed)
    points = few_sequences().points_m
    rows = rng.integers(0, len(points), count)
    found = []
    for true in keypoints_of(points[rows].astype(float)):
        height, mass_index = rng.normal(1.72, 0.08), rng.normal(25, 4)
        true_m = true * height / 1.7
        forward = spine_length(true_m[None])[0] * trunk_axes(true_m[None])[1][0, 0]
        true_m[SPINE] += rng.normal(0, OWN_DEPTH) * forward
        seen = true_m[None].copy()
        seen[:, SPINE] += HEAVY_FORWARD * np.log(mass_index / 25) * forward + rng.normal(0, 0.002, (len(SPINE), 3))
        sex = "male" if rng.random() < 0.5 else "female"
        subject = Subject(height, mass_index * height**2, float(rng.uniform(20, 70)), sex)
        found.append(WholePerson(true_m, {views: np.repeat(seen, 2, axis=0) for views in VIEWS}, subject))
    return found


@pytest.fixture(scope="module")
def bare() -> TrunkStatistics:
    rng = np.random.default_rng(0)
    bearing = rng.uniform(-np.pi, np.pi, 200)
    toward = np.stack([np.cos(bearing), np.zeros(200), np.sin(bearing)], axis=-1)
    errors = SeenErrors(rng.normal(0, 0.01, (200, skeleton.COUNT, 2)), toward, np.ones((200, skeleton.COUNT)))
    return fit_statistics(SHA, errors, few_sequences(), 1500, seed=0, reporter=SilentReporter())


@pytest.fixture(scope="module")
def statistics(bare: TrunkStatistics) -> TrunkStatistics:
    return with_whole_people(bare, people(1, 120))


def missed_mm(statistics: TrunkStatistics, met: list[WholePerson], subjects: list[Subject], unit: float = 1.0) -> float:
    """Of the vertebrae of people who come in units of so many metres."""
    errors = []
    for person, subject in zip(met, subjects, strict=True):
        seen = person.seen_m[4][:1] / unit
        four = np.full(seen.shape[:2], 4)
        found = statistics.corrected(seen, four, metres_per_unit=unit, subject=subject) * unit
        errors.append(np.linalg.norm(found[0, SPINE] - person.true_m[SPINE], axis=-1).mean())
    return 1000 * float(np.mean(errors))


def test_what_is_told_of_a_person_puts_their_spine_right(bare: TrunkStatistics, statistics: TrunkStatistics) -> None:
    met = people(2, 40)
    told, untold = [person.subject for person in met], [UNTOLD] * len(met)
    assert missed_mm(statistics, met, told) < 0.7 * missed_mm(bare, met, untold)
    assert missed_mm(statistics, met, told) < 0.8 * missed_mm(statistics, met, untold)
    assert missed_mm(statistics, met, told, unit=0.001) == pytest.approx(missed_mm(statistics, met, told), abs=1e-3)


def test_nobody_is_taken_for_more_unusual_than_those_who_were_met(statistics: TrunkStatistics) -> None:
    (person,) = people(3, 1)
    height = person.subject.height_m or 1.7
    seen, four = person.seen_m[4][:1], np.full((1, skeleton.COUNT), 4)
    heavy, heaviest = (
        statistics.corrected(seen, four, subject=replace(person.subject, mass_kg=index * height**2))
        for index in (90, 100)
    )
    np.testing.assert_allclose(heavy, heaviest)


def test_a_build_is_lengths_in_metres_and_what_is_told() -> None:
    (person,) = people(4, 1)
    seen = person.seen_m[4]
    known = build(seen, Subject(1.8, 81.0, 40.0, "male"))
    assert known.shape == (len(BUILD),)
    assert np.exp(known[-4:-2]) == pytest.approx([1.8, 25.0])
    assert known[-2:].tolist() == [40.0, 1.0]
    thigh = np.linalg.norm(seen[0, skeleton.INDEX["left_hip"]] - seen[0, skeleton.INDEX["left_knee"]])
    assert np.exp(known[LENGTHS.index("hip to knee")]) == pytest.approx(thigh, rel=0.05)
    seen = seen.copy()
    seen[:, skeleton.INDEX["left_knee"]] = np.nan
    assert np.isnan(build(seen, UNTOLD)).sum() == 2 + 4


def test_gaps_and_a_limb_that_nobody_saw_leave_the_rest_put_right(statistics: TrunkStatistics) -> None:
    met = people(5, 20)
    for person in met:
        person.seen_m[4][:, [skeleton.INDEX["left_knee"], skeleton.INDEX["nose"]]] = np.nan
    told = [person.subject for person in met]
    assert missed_mm(statistics, met, told) < 0.9 * missed_mm(statistics, met, [UNTOLD] * len(met))


def test_files_give_them_back(statistics: TrunkStatistics, tmp_path: Path) -> None:
    met = people(6, 8)
    write_people(tmp_path / "people.npz", SHA, met)
    again = read_people(tmp_path / "people.npz", SHA)
    for one, other in zip(met, again, strict=True):
        np.testing.assert_array_equal(one.true_m, other.true_m)
        np.testing.assert_array_equal(one.seen_m[3], other.seen_m[3])
        assert one.subject == other.subject
    write_statistics(tmp_path / "a.npz", statistics)
    told = [person.subject for person in met]
    kept = read_statistics(tmp_path / "a.npz")
    assert missed_mm(kept, met, told) == pytest.approx(missed_mm(statistics, met, told), abs=0.1)


def test_people_seen_by_another_network_and_damaged_files_are_refused(tmp_path: Path) -> None:
    write_people(tmp_path / "people.npz", SHA, people(7, 2))
    with pytest.raises(DatasetError, match=r"people\.npz: network_sha256: another network saw these people"):
        read_people(tmp_path / "people.npz", "2" * 64)
    (tmp_path / "nothing.npz").write_bytes(b"nothing")
    with pytest.raises(DatasetError, match=r"nothing\.npz: holds no people seen by rigs"):
        read_people(tmp_path / "nothing.npz", SHA)


def test_few_people_tell_nothing(bare: TrunkStatistics) -> None:
    with pytest.raises(DatasetError, match="10 people tell nothing of builds; 28 are the least"):
        with_whole_people(bare, people(8, 10))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"height_m": 178}, "--height 178: allowed is 0.5 to 2.5 m"),
        ({"height_m": 1.7, "mass_kg": 0}, "--mass 0: allowed is 5 to 350 kg"),
        ({"age_years": float("nan")}, "--age nan: allowed is 1 to 120 years"),
        ({"mass_kg": 70}, "give --height, too"),
    ],
)
def test_somebody_that_nobody_is_is_refused(told: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Subject(**told)  # pyright: ignore[reportArgumentType]
