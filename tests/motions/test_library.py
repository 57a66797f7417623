"""What ships beside yoga: activities with variants, poses in range, names that are found, cycles that go round."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fits.settings import FitSettings
from spinegen.biomech.model.contacts import FLOOR_STATIONS
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.errors import ConfigError
from spinegen.motions.balance import mass_centre_m
from spinegen.motions.flow import Flow, FlowClip, Key, Pose
from spinegen.motions.performance import Performance, perform, plant_keys, written_q
from spinegen.motions.shipped import find_motions, shipped_clips, shipped_flows, with_clips
from spinegen.motions.timeline import timeline
from spinegen.progress import SilentReporter
from spinegen.workspace import Workspace

FLOWS = shipped_flows()
POSES = [(file, name) for file, flow in FLOWS.items() for name in flow.poses]


@pytest.fixture(scope="module")
def model() -> SpineModel:
    return load_model("unisex")


def played(name: str, model: SpineModel, repeat: int | None = None) -> Performance:
    ((flow, clip),) = find_motions([name])
    if repeat is not None:
        flow = flow.model_copy(update={"clips": {clip: flow.clips[clip].model_copy(update={"repeat": repeat})}})
    return perform(flow, clip, model, 50.0, rng=np.random.default_rng(1))


def test_twenty_and_more_activities_ship_beside_yoga_each_with_variants() -> None:
    written = {
        name for file, flow in FLOWS.items() if file != "yoga" for name, clip in flow.clips.items() if clip.variants
    }
    assert len(written) >= 20
    names = [clip.name for clip in shipped_clips()]
    assert len(names) == len(set(names))
    assert {"walk", "walk_slow", "walk_brisk"} <= set(names)


@pytest.mark.parametrize(("file", "name"), POSES)
def test_every_pose_is_inside_the_joints_ranges(model: SpineModel, file: str, name: str) -> None:
    low, high = model.limits
    q = written_q(model, FLOWS[file].pose(name), name)
    assert (q >= low).all()
    assert (q <= high).all()


def test_a_faster_variant_is_shorter_and_a_smaller_one_moves_less() -> None:
    flow = FLOWS["exercise"]
    assert flow.clips["squat_quick"].duration_s < 0.7 * flow.clips["squat"].duration_s
    knees = [
        next(pose.angles["knee_angle"] for pose in flow.key_poses(name) if pose.activity == "squat")
        for name in ("squat", "squat_quick")
    ]
    assert knees[1] == pytest.approx(0.8 * knees[0], abs=1.0)


def test_a_walker_comes_forward_and_a_foot_on_the_floor_stays(model: SpineModel) -> None:
    walk = played("walk", model, repeat=4)
    forward = walk.q[:, model.coordinate_index["pelvis_tx"]]
    speed = (forward[-1] - forward[0]) / walk.times_s[-1]
    assert 0.8 < speed < 1.8
    names = ("sole/heel_r", "sole/ball_r")
    soles = model.station_positions(model.forward(walk.q), names)
    middle = np.flatnonzero((soles[..., 1] < 0.006).all(1))
    runs = np.split(middle, np.flatnonzero(np.diff(middle) > 1) + 1)
    long = [run for run in runs if len(run) >= 6]
    assert long
    for run in long:
        assert np.ptp(soles[run, 1, 0]) < 0.02


def test_a_runner_and_a_jumper_leave_the_ground(model: SpineModel) -> None:
    stations = tuple(FLOOR_STATIONS)
    for name, least_m in (("run", 0.02), ("jump", 0.2)):
        clip = played(name, model, repeat=2 if name == "run" else 1)
        over = model.station_positions(model.forward(clip.q), stations)[..., 1] - np.array(
            list(FLOOR_STATIONS.values())
        )
        assert over.min(1).max() > least_m, name
        assert over.min() > -0.03, name


@pytest.mark.parametrize("name", ["squat", "deadlift", "reach_overhead", "lift_box"])
def test_who_rests_on_their_feet_has_the_mass_centre_over_them(model: SpineModel, name: str) -> None:
    ((flow, clip),) = find_motions([name])
    spec = flow.clips[clip].model_copy(update={"repeat": 1})
    poses = flow.key_poses(clip)[: len(spec.keys)]
    q = plant_keys(model, spec, poses)
    soles = tuple(station for station in FLOOR_STATIONS if station.startswith("sole/"))
    feet = model.station_positions(model.forward(q), soles)
    centre = mass_centre_m(model, q)
    for number, pose in enumerate(poses):
        on = feet[number][np.abs(feet[number][:, 1]) < 0.012]
        assert on[:, 0].min() < centre[number, 0] < on[:, 0].max(), pose.activity


def test_sitting_down_ends_on_thighs_that_are_level(model: SpineModel) -> None:
    seated = FLOWS["everyday"].pose("seated").angles
    assert abs(seated["pelvis_tilt"] + seated["hip_flexion"] - 90.0) < 10.0
    slumped = FLOWS["everyday"].pose("slumped").angles
    assert slumped["lumbar_flexion"] > seated["lumbar_flexion"] + 15.0


def test_a_file_stands_for_its_clips_and_a_word_for_all() -> None:
    assert [clip for _, clip in find_motions(["yoga"])] == list(FLOWS["yoga"].clips)
    assert len(find_motions(["all"])) == len(shipped_clips())
    assert len(find_motions(["walk", "walk", "locomotion"])) == len(FLOWS["locomotion"].clips)


def test_names_become_clips_of_the_workspace_and_files_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.c3d").write_text("mine")
    settings = FitSettings(clips=(Path("mine.c3d"), Path("twists_quick")))
    found = with_clips(settings, Workspace(tmp_path / "w"), SilentReporter())
    assert found.clips == (Path("mine.c3d"), tmp_path / "w" / "clips" / "twists_quick.c3d")
    assert (tmp_path / "w" / "clips" / "twists_quick.c3d").is_file()
    with pytest.raises(ConfigError, match=r"no shipped motion is called 'wlak', did you mean walk\?; there are .*walk"):
        with_clips(FitSettings(clips=(Path("wlak"),)), Workspace(tmp_path / "w"), SilentReporter())


def test_one_step_played_on_alternate_sides_is_a_walk() -> None:
    clip = FLOWS["locomotion"].clips["walk"]
    sides = [key.mirror for key in clip.played]
    assert sides[:4] == [False] * 4
    assert sides[4:8] == [True] * 4
    contacts = [pose.contacts for pose in FLOWS["locomotion"].key_poses("walk")]
    assert contacts[0] == ("heel_r", "ball_l")
    assert contacts[4] == ("heel_l", "ball_r")


def test_a_passed_key_is_reached_at_speed_and_others_at_rest(model: SpineModel) -> None:
    still = Pose(activity="a", contacts=(), angles={"knee_angle": 0})
    bent = Pose(activity="b", contacts=(), angles={"knee_angle": 60})
    more = Pose(activity="c", contacts=(), angles={"knee_angle": 110})
    for through in (False, True):
        keys = (
            Key(pose="a", hold_s=0),
            Key(pose="b", travel_s=0.5, hold_s=0, through=through),
            Key(pose="c", travel_s=0.5, hold_s=0),
        )
        flow = Flow(poses={"a": still, "b": bent, "c": more}, clips={"x": FlowClip(keys=keys)}, sway_deg=0.0)
        knee = perform(flow, "x", model, 100.0, rng=np.random.default_rng(0)).q[
            :, model.coordinate_index["knee_angle_r"]
        ]
        speed = abs(np.gradient(knee)[50] * 100.0)
        assert (speed > 1.0) == through
        assert np.degrees(knee[50]) == pytest.approx(60.0, abs=2.0)


def test_a_pose_like_itself_is_refused() -> None:
    pose = {"activity": "a", "contacts": [], "angles": {}, "like": "a"}
    with pytest.raises(ValueError, match="pose a: is like itself"):
        Flow.model_validate({"poses": {"a": pose}, "clips": {"x": {"keys": [{"pose": "a"}, {"pose": "a"}]}}})


def test_durations_follow_the_repeats() -> None:
    keys = (Key(pose="a", travel_s=1.0, hold_s=0.5), Key(pose="b", travel_s=2.0, hold_s=0.0))
    clip = FlowClip(keys=keys, repeat=3)
    assert clip.duration_s == pytest.approx(3 * 3.5 - 1.0)
    assert len(timeline(clip, 10.0).times_s) == round(clip.duration_s * 10)
