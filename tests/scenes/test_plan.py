"""The plan: a pure function of scenes, motion and seed, in which everything that was asked for holds."""

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from spinegen.config import load_yaml, parse
from spinegen.errors import ConfigError, DatasetError
from spinegen.progress import SilentReporter
from spinegen.records.people import read_people
from spinegen.records.plan_shot import Shot
from spinegen.resources import shipped
from spinegen.scenes.placement import placed_keypoints
from spinegen.scenes.plan import Plan, make_plan, open_plan, read_shots
from spinegen.scenes.plan_file import PlanHeader, read_header
from spinegen.scenes.settings import SceneSettings
from spinegen.scenes.views import inside_share
from support.swaying import swaying


def scene(**changes) -> SceneSettings:
    data = load_yaml(shipped("configs/scenes")["yoga"], SceneSettings).model_dump(mode="json")
    return parse({**data, "shots": 60, "setup": {"takes": 1}, **changes}, SceneSettings, "test")


def plan(folder, settings, motions, seed=0):
    with SilentReporter().task("plan", None, "shots") as task:
        made = make_plan(settings, motions, seed, folder / "plan.parquet", people=folder / "people.json", task=task)
    return made.facts(), read_shots(folder / "plan.parquet")


def kept_keypoints(shot: Shot, motions, people) -> np.ndarray:
    """The main person's keypoints as the planner saw them."""
    motion = next(m for m in motions if m.name == shot.clip)
    scale = shot.stature_m / motion.performer_stature_m
    return placed_keypoints(shot.people[0], motion, shot.frame, scale)


@pytest.fixture(scope="module")
def yoga(tmp_path_factory, three_motions):
    folder = tmp_path_factory.mktemp("yoga")
    settings = scene(shots=1000)
    return folder, settings, *plan(folder, settings, three_motions)


def test_no_person_and_no_clip_is_in_training_and_validation(yoga):
    _, _, facts, shots = yoga
    seen = {
        split: {(k, getattr(p, k)) for s in shots if s.split == split for p in s.people for k in ("person", "clip")}
        for split in ("train", "val")
    }
    assert facts.rule == "clips"
    assert seen["train"]
    assert seen["val"]
    assert not seen["train"] & seen["val"]
    assert facts.val / facts.shots == pytest.approx(0.2, abs=0.02)


def test_all_azimuth_octants_are_within_twice_of_each_other(yoga):
    _, _, _, shots = yoga
    counts = np.histogram([shot.azimuth_deg for shot in shots], np.linspace(-180, 180, 9))[0]
    assert counts.max() <= 2 * counts.min()


def test_people_are_whole_in_the_picture_unless_a_view_may_cut_them(yoga, three_motions):
    folder, settings, _, shots = yoga
    people = read_people(folder / "people.json")
    for shot in shots[:300]:
        share = inside_share(shot.geometry, kept_keypoints(shot, three_motions, people))
        assert share >= (0.45 if shot.truncated else 1.0)
        assert shot.box_px >= settings.min_person_px


def test_cameras_are_above_the_ground_and_inside_the_walls(yoga):
    for shot in yoga[3]:
        x, y, z = shot.geometry.position_ground_m
        assert y > 0.05
        assert shot.place.contains(x, z, y, margin_m=0.2)


def test_nobody_stands_in_a_thing(yoga, three_motions):
    for shot in yoga[3][:300]:
        person = shot.people[0]
        for prop in shot.props:
            if prop.kind != "mat":
                x, z, _ = prop.location_cm
                assert np.hypot(x / 100 - person.x_m, z / 100 - person.z_m) > 0.15


def test_views_and_places_come_as_often_as_the_file_says(yoga):
    _, settings, _, shots = yoga
    views = Counter(shot.view for shot in shots)
    assert set(views) == {view.name for view in settings.cameras}
    assert views["eye level"] > views["from above"]
    assert set(settings.places.kinds.names) == {shot.place_kind for shot in shots}


def test_a_person_is_never_twice_in_a_frame_and_no_two_are_alike(yoga):
    folder, _, _, shots = yoga
    for shot in shots:
        names = [person.person for person in shot.people]
        assert len(set(names)) == len(names)
    people = read_people(folder / "people.json")
    assert len({str(spec) for spec in people.values()}) == len(people)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_the_same_seed_makes_the_same_plan_byte_by_byte(tmp_path, three_motions, seed):
    files = []
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        plan(tmp_path / run, scene(shots=20), three_motions, seed)
        files.append(
            {str(p.relative_to(tmp_path / run)): p.read_bytes() for p in (tmp_path / run).rglob("*") if p.is_file()}
        )
    assert files[0] == files[1]


def test_seeds_make_different_plans_and_seed_zero_is_a_seed(tmp_path, three_motions):
    cameras = [str(plan(tmp_path, scene(shots=5), three_motions, seed)[1][0].camera) for seed in (0, 1, 2)]
    assert len(set(cameras)) == 3


def test_a_longer_plan_begins_with_the_shorter_one(tmp_path, three_motions):
    short = plan(tmp_path, scene(shots=20), three_motions)[1]
    assert plan(tmp_path, scene(shots=40), three_motions)[1][: len(short)] == short


def test_the_plan_opens_in_pandas_with_columns_to_filter_by(yoga):
    folder = yoga[0]
    table = pd.read_parquet(folder / "plan.parquet")
    columns = (
        "shot split clip activity frame time_s azimuth_deg elevation_deg distance_m sex age wardrobe place_kind tries"
    )
    assert set(columns.split()) <= set(table.columns)
    assert table["shot"].is_unique


def test_a_hand_held_take_moves_a_little_and_plays_on(tmp_path, three_motions):
    view = {"name": "hand", "kind": "handheld", "fill": 0.5, "sway_m": 0.03}
    shots = plan(tmp_path, scene(cameras=[view], take={"shots": 5, "step_s": 0.1}), three_motions)[1]
    takes = {}
    for shot in shots:
        takes.setdefault(shot.take, []).append(shot)
    for take in takes.values():
        times = [shot.time_s for shot in take]
        path = np.array([shot.geometry.position_ground_m for shot in take])
        steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
        assert np.allclose(np.diff(times), 0.1, atol=0.02)
        assert 0 < steps.max() < 0.05
        assert len({shot.person for shot in take}) == 1
        assert len({shot.split for shot in take}) == 1


def test_a_rig_has_its_cameras_and_no_others(tmp_path, three_motions):
    rig = {"name": "rig", "kind": "rig", "cameras": 5, "distance_m": 4.0, "height_m": 1.2, "focal_mm": 24}
    shots = plan(tmp_path, scene(cameras=[rig]), three_motions)[1]
    assert len({str(shot.camera.plain()) for shot in shots}) == 5


def test_a_scene_that_cannot_be_met_says_why(tmp_path, three_motions):
    impossible = scene(min_person_px=4000, tries=3)
    with pytest.raises(ConfigError, match=r"cannot be met.*person too small"):
        plan(tmp_path, impossible, three_motions)
    assert not (tmp_path / "plan.parquet").exists()


def test_too_few_shots_for_a_validation_split_are_refused(tmp_path, three_motions):
    with pytest.raises(ConfigError, match="validation split would be empty"):
        plan(tmp_path, scene(shots=3, validation_share=0.2), three_motions)


def test_one_person_cannot_be_in_both_splits(tmp_path, three_motions):
    people = {"population": 1, "wardrobe": "yoga"}
    with pytest.raises(ConfigError, match=r"people\.population: found 1"):
        plan(tmp_path, scene(people=people), three_motions)


def test_an_unknown_wardrobe_is_refused_with_the_known_ones(tmp_path, three_motions):
    with pytest.raises(ConfigError, match=r"diver.*yoga"):
        plan(tmp_path, scene(people={"wardrobe": "diver"}), three_motions)


LAZY = 150
"""Shots of the plans that are drawn in parts of 50."""


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr("spinegen.scenes.plan.PART_SHOTS", 50)


@pytest.fixture
def lazy(tmp_path, three_motions, small_parts) -> Plan:
    with SilentReporter().task("plan", None, "shots") as task:
        make_plan(
            scene(shots=LAZY), three_motions, 0, tmp_path / "plan.parquet", people=tmp_path / "people.json", task=task
        )
    return opened(tmp_path / "plan.parquet", three_motions)


def opened(folder, motions) -> Plan:
    return open_plan(folder, lambda names: [motion for motion in motions if motion.name in names])


def test_of_a_long_plan_only_the_first_part_is_drawn_at_once(lazy):
    facts = lazy.facts()
    assert (facts.asked, facts.to_come, lazy.header.parts) == (LAZY, LAZY - 50, 3)
    assert [lazy.is_drawn(part) for part in range(3)] == [True, False, False]
    assert len(pd.read_parquet(lazy.folder)) == facts.shots <= 50


def test_parts_drawn_in_any_order_by_anybody_are_the_plan_that_is_drawn_at_once(
    lazy, tmp_path, three_motions, monkeypatch
):
    for part in (2, 1, 0):
        opened(lazy.folder, three_motions).ensure(part)
    monkeypatch.setattr("spinegen.scenes.plan.PART_SHOTS", 1000)
    (tmp_path / "whole").mkdir()
    facts, whole = plan(tmp_path / "whole", scene(shots=LAZY), three_motions)
    assert read_shots(lazy.folder) == whole
    assert lazy.facts().to_come == facts.to_come == 0
    assert (lazy.facts().train, lazy.facts().val) == (facts.train, facts.val)
    assert pd.read_parquet(lazy.folder).equals(pd.read_parquet(tmp_path / "whole/plan.parquet"))


def test_two_processes_that_draw_the_same_part_write_the_same_bytes(lazy, three_motions):
    lazy.ensure(1)
    path = lazy.folder / lazy.header.file_of(1)
    first = path.read_bytes()
    path.unlink()
    opened(lazy.folder, three_motions).ensure(1)
    assert path.read_bytes() == first


def test_a_damaged_part_is_drawn_again_as_it_was(lazy):
    before = lazy.shots(0, range(10))
    path = lazy.folder / lazy.header.file_of(0)
    whole = path.read_bytes()
    for damaged in (whole[:-200], whole[: len(whole) // 4] + b"\x55" + whole[len(whole) // 4 + 1 :], b""):
        path.write_bytes(damaged)
        again = Plan(lazy.folder, lazy.header, lazy._motions)
        assert again.shots(0, range(10)) == before
        assert path.read_bytes() == whole


def test_a_plan_whose_clips_were_fitted_anew_draws_no_more_parts(lazy):
    other = [swaying("first", 12, 7), swaying("second", 8, 2), swaying("third", 6, 3)]
    with pytest.raises(DatasetError, match=r"another fit of first"):
        opened(lazy.folder, other).ensure(1)


def test_clips_fitted_later_do_not_change_a_plan(lazy, three_motions):
    lazy.ensure(1)
    path = lazy.folder / lazy.header.file_of(1)
    first = path.read_bytes()
    path.unlink()
    opened(lazy.folder, [swaying("a new one", 5, 9), *three_motions]).ensure(1)
    assert path.read_bytes() == first


def test_more_shots_leave_drawn_rows_as_they_are_and_no_row_twice(lazy, three_motions):
    for part in range(3):
        lazy.ensure(part)
    before = read_shots(lazy.folder)
    longer = opened(lazy.folder, three_motions).extended(LAZY + 30)
    assert longer.facts().to_come == 30
    longer.ensure(3)
    assert read_shots(lazy.folder)[: len(before)] == before
    assert pd.read_parquet(lazy.folder)["shot"].is_unique


def test_a_part_that_grows_replaces_the_shorter_one(tmp_path, three_motions, small_parts):
    take = {"shots": 5, "step_s": 0.5}
    short = plan(tmp_path, scene(shots=32, take=take), three_motions)[1]
    longer = opened(tmp_path / "plan.parquet", three_motions).extended(44)
    longer.ensure(0)
    assert read_shots(longer.folder)[: len(short)] == short
    assert len(list(longer.folder.glob("*.parquet"))) == 1


def test_a_plan_from_before_a_field_of_the_scenes_file_existed_goes_on(lazy, three_motions):
    """Its identity is that of the fields it was made with."""
    path = lazy.folder / "_plan.json"
    data = json.loads(path.read_text())
    del data["scene"]["occluders"]
    older = PlanHeader(lazy.header.scene, 0, lazy.header.rule, lazy.header.clips, lazy.header.part_takes, data["scene"])
    older.write(lazy.folder)
    assert "occluders" not in path.read_text()
    assert opened(lazy.folder, three_motions).extended(LAZY + 50).header.identity == older.identity
    assert read_header(lazy.folder).shots == LAZY + 50


def test_an_altered_or_foreign_header_is_refused(lazy, tmp_path):
    header = lazy.folder / "_plan.json"
    header.write_text(header.read_text().replace('"seed": 0', '"seed": 1'))
    with pytest.raises(DatasetError, match="was altered"):
        read_shots(lazy.folder)
    (tmp_path / "old.parquet").write_bytes(b"PAR1")
    with pytest.raises(DatasetError, match=r"is a file, expected the folder of a plan; delete"):
        read_shots(tmp_path / "old.parquet")
