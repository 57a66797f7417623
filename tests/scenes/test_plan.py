"""The plan: a pure function of scenes, motion and seed, in which everything that was asked for holds."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from spinegen.config import load_yaml, parse
from spinegen.errors import ConfigError
from spinegen.progress import SilentReporter
from spinegen.resources import shipped
from spinegen.scenes.placement import placed_keypoints
from spinegen.scenes.plan import make_plan, read_people, read_shots
from spinegen.scenes.settings import SceneSettings
from spinegen.scenes.shot import Shot
from spinegen.scenes.views import inside_share


def scene(**changes) -> SceneSettings:
    data = load_yaml(shipped("configs/scenes")["yoga"], SceneSettings).model_dump(mode="json")
    return parse({**data, "shots": 60, **changes}, SceneSettings, "test")


def plan(folder, settings, motions, seed=0):
    with SilentReporter().task("plan", None, "shots") as task:
        facts = make_plan(settings, motions, seed, folder / "plan.parquet", folder / "people.json", task)
    return facts, read_shots(folder / "plan.parquet")


def kept_keypoints(shot: Shot, motions, people) -> np.ndarray:
    """The main person's keypoints as the planner saw them."""
    motion = next(m for m in motions if m.name == shot.clip)
    scale = shot.stature_m / motion.performer_stature_m
    return placed_keypoints(shot.placed[0], motion, shot.frame, scale)


@pytest.fixture(scope="module")
def yoga(tmp_path_factory, three_motions):
    folder = tmp_path_factory.mktemp("yoga")
    settings = scene(shots=1000)
    return folder, settings, *plan(folder, settings, three_motions)


def test_no_person_and_no_clip_is_in_training_and_validation(yoga):
    _, _, facts, shots = yoga
    seen = {
        split: {(k, p[k]) for s in shots if s.split == split for p in s.people for k in ("person", "clip")}
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
        assert shot.stage.contains(x, z, y, margin_m=0.2)


def test_nobody_stands_in_a_thing(yoga, three_motions):
    for shot in yoga[3][:300]:
        person = shot.placed[0]
        for prop in shot.props:
            if prop["kind"] != "mat":
                x, z, _ = prop["location_cm"]
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
        names = [p["person"] for p in shot.people]
        assert len(set(names)) == len(names)
    people = read_people(folder / "people.json")
    assert len({str(spec) for spec in people.values()}) == len(people)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_the_same_seed_makes_the_same_plan_byte_by_byte(tmp_path, three_motions, seed):
    files = []
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        plan(tmp_path / run, scene(shots=20), three_motions, seed)
        files.append([(tmp_path / run / name).read_bytes() for name in ("plan.parquet", "people.json")])
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
    assert len({str(shot.camera) for shot in shots}) == 5


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
