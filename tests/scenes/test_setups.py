"""A setup keeps people, place, things and light through several takes; each take has its own moments and camera."""

from collections import defaultdict

import numpy as np
import pytest

from spinegen.config import load_yaml, parse
from spinegen.progress import SilentReporter
from spinegen.render.remaining import BATCH, _batches
from spinegen.resources import shipped
from spinegen.scenes.plan import make_plan, read_shots
from spinegen.scenes.settings import SceneSettings

TAKES = 4


def scene(shots: int, **changes) -> SceneSettings:
    data = load_yaml(shipped("configs/scenes")["yoga"], SceneSettings).model_dump(mode="json")
    return parse({**data, "shots": shots, "setup": {"takes": TAKES}, **changes}, SceneSettings, "test")


def kept_things(shot):
    """Things that no take has for itself: seats, and what stands before a camera."""
    return [prop for prop in shot.props if not prop.name.startswith(f"Prop_{shot.take}_")]


def planned(folder, settings, motions):
    with SilentReporter().task("plan", None, "shots") as task:
        made = make_plan(settings, motions, 0, folder / "plan.parquet", people=folder / "people.json", task=task)
    return made, read_shots(folder / "plan.parquet")


@pytest.fixture(scope="module")
def setups(tmp_path_factory, three_motions):
    settings = scene(60, people={"population": 20, "wardrobe": "yoga", "count": {"1": 1, "2": 1}})
    _, shots = planned(tmp_path_factory.mktemp("setups"), settings, three_motions)
    groups = defaultdict(list)
    for shot in shots:
        groups[shot.take // TAKES].append(shot)
    assert len(groups) > 10
    return groups


def test_what_is_dear_to_build_is_the_same_in_every_take_of_a_setup(setups):
    for shots in setups.values():
        first = shots[0]
        for shot in shots[1:]:
            assert (shot.place, shot.light, shot.split) == (first.place, first.light, first.split)
            assert kept_things(shot) == kept_things(first)
            assert [p.person for p in shot.people] == [p.person for p in first.people]
            assert [(p.x_m, p.z_m, p.yaw_deg) for p in shot.people] == [(p.x_m, p.z_m, p.yaw_deg) for p in first.people]


def test_every_take_has_moments_and_a_camera_of_its_own(setups):
    for shots in setups.values():
        assert len({str(shot.camera) for shot in shots}) == len(shots)
        assert len({shot.seed for shot in shots}) == len(shots)
    moments = [len({(shot.clip, shot.frame) for shot in shots}) / len(shots) for shots in setups.values()]
    azimuths = [np.ptp([shot.azimuth_deg for shot in shots]) for shots in setups.values()]
    assert np.mean(moments) > 0.9
    assert np.median(azimuths) > 120


def test_setups_differ_from_each_other(setups):
    assert len({str(shots[0].place) for shots in setups.values()}) == len(setups)
    assert len({shots[0].person for shots in setups.values()}) > len(setups) / 3


def test_people_of_a_setup_do_not_run_into_things(setups):
    for shots in setups.values():
        for shot in shots:
            for prop in shot.props:
                x, z, _ = prop.location_cm
                for person in shot.people:
                    apart = np.hypot(x / 100 - person.x_m, z / 100 - person.z_m)
                    assert prop.kind == "mat" or apart > 0.15


def test_a_longer_plan_begins_with_one_that_ended_within_a_setup(tmp_path, three_motions):
    short = planned(tmp_path, scene(10), three_motions)[1]
    assert short[-1].take == 9
    assert planned(tmp_path, scene(18), three_motions)[1][: len(short)] == short


def test_a_part_holds_whole_setups(tmp_path, three_motions, monkeypatch):
    monkeypatch.setattr("spinegen.scenes.plan.PART_SHOTS", 10)
    made, shots = planned(tmp_path, scene(20), three_motions)
    assert made.header.part_takes == 8
    for part in range(made.header.parts):
        made.ensure(part)
    monkeypatch.setattr("spinegen.scenes.plan.PART_SHOTS", 1000)
    (tmp_path / "whole").mkdir()
    whole = planned(tmp_path / "whole", scene(20), three_motions)[1]
    assert read_shots(made.folder) == whole
    assert shots == whole[: len(shots)]


@pytest.mark.parametrize(("shots", "val"), [(8, 4), (20, 4), (40, 8)])
def test_validation_has_whole_setups_and_small_plans_have_some(tmp_path, three_motions, shots, val):
    made, drawn = planned(tmp_path, scene(shots), three_motions)
    assert made.facts().given_up == 0
    assert sum(shot.split == "val" for shot in drawn) == val


def test_a_worker_is_handed_whole_setups():
    rows = [("", "anna", ["anna"], take, take) for take in range(28)]
    handed = [batch.shots for batch in _batches(0, rows, 8)]
    assert handed == [tuple(range(16)), tuple(range(16, 28))]
    long = [("", "anna", ["anna"], take, take) for take in range(50)]
    assert [len(batch.shots) for batch in _batches(0, long, 1000)] == [2 * BATCH, 2 * BATCH, 2]
    assert [len(batch.shots) for batch in _batches(0, long, 1)] == [12, 12, 12, 12, 2]
