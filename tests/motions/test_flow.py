"""The yoga flow as written: poses within the joints' reach, clips of enough length, mistakes named."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.errors import ConfigError
from spinegen.motions.flow import TRANSITION, Pose, load_flow
from spinegen.motions.performance import perform, written_q
from spinegen.motions.shipped import shipped_clips
from spinegen.motions.timeline import minimum_jerk, timeline

FLOW = load_flow()
ASANAS = {
    *("mountain", "forward_fold", "half_lift", "plank", "cobra", "downward_dog", "warrior_2", "triangle"),
    *("cat", "cow", "childs_pose", "twist"),
}


def test_three_clips_hold_a_minute_and_all_asanas() -> None:
    clips = [clip for clip in shipped_clips() if clip.file == "yoga"]
    assert len(clips) == 3
    assert sum(clip.duration_s for clip in clips) >= 60
    assert {activity for clip in clips for activity in clip.activities} >= ASANAS


@pytest.mark.parametrize("name", list(FLOW.poses))
def test_every_angle_is_inside_its_joint_s_range(name: str) -> None:
    model = load_model("unisex")
    low, high = model.limits
    q = written_q(model, FLOW.poses[name], name)
    assert (q >= low).all()
    assert (q <= high).all()


def test_no_pose_holds_the_spine_at_its_limit() -> None:
    model = load_model("unisex")
    low, high = model.limits
    spine = [
        i
        for i, c in enumerate(model.coordinates)
        if c.region in ("lumbar", "thoracic", "lower_cervical", "upper_cervical")
    ]
    for name, pose in FLOW.poses.items():
        q = written_q(model, pose, name)
        room = np.minimum(q - low, high - q)[spine]
        assert room.min() > np.radians(2.0), name


def test_the_mirror_of_a_mirror_is_the_pose() -> None:
    triangle = FLOW.poses["triangle"]
    other = triangle.mirrored()
    assert other.mirrored() == triangle
    assert other.angles["lumbar_bending"] == -triangle.angles["lumbar_bending"]
    assert other.angles["hip_adduction_l"] == triangle.angles["hip_adduction_r"]


def test_a_mirrored_pose_is_the_mirror_image() -> None:
    model = load_model("unisex")
    names = ("centroid/C7", "joint/hand_r", "joint/hand_l", "joint/talus_r", "joint/talus_l")
    swapped = ("centroid/C7", "joint/hand_l", "joint/hand_r", "joint/talus_l", "joint/talus_r")
    pose = FLOW.poses["warrior_2"]
    here = model.station_positions(model.forward(written_q(model, pose)[None]), names)[0]
    there = model.station_positions(model.forward(written_q(model, pose.mirrored())[None]), swapped)[0]
    np.testing.assert_allclose(there, here * [1.0, 1.0, -1.0], atol=1e-9)


def test_time_passes_through_holds_and_travels() -> None:
    clip = FLOW.clips["yoga_standing"]
    frames = timeline(clip, 50.0)
    assert len(frames.times_s) == round(clip.duration_s * 50)
    assert (np.diff(frames.before + frames.blend) >= -1e-12).all()
    words = frames.activities(FLOW.key_poses("yoga_standing"))
    assert words[0] == words[-1] == "mountain"
    assert TRANSITION in words


def test_a_reach_starts_and_ends_at_rest() -> None:
    share = np.linspace(0, 1, 1001)
    reach = minimum_jerk(share)
    assert reach[0] == 0
    assert reach[-1] == 1
    speed = np.diff(reach)
    assert speed[0] < 1e-5
    assert speed[-1] < 1e-5
    assert (speed > 0).all()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("pose: cobra,", "pose: kobra,", "pose 'kobra' is not known"),
        ("contacts: [foot_r", "contacts: [nose, foot_r", "contacts nose are not known"),
        ("travel_s: 1.6", "travel_s: -1", "travel_s"),
        ("sway_deg", "swing_deg", "unknown field swing_deg"),
    ],
)
def test_mistakes_in_a_flow_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    from spinegen.resources import resource_path

    path = tmp_path / "flow.yaml"
    path.write_text(resource_path("configs/motions/yoga.yaml").read_text().replace(old, new, 1))
    with pytest.raises(ConfigError, match=message):
        load_flow(path)


@pytest.mark.parametrize(
    ("angles", "message"),
    [({"knee": 10.0}, "no coordinate 'knee'"), ({"knee_angle": 200.0}, "knee_angle is 200; allowed are")],
)
def test_angles_that_no_joint_has_are_named(angles: dict[str, float], message: str) -> None:
    pose = Pose(activity="a", contacts=(), angles=angles)
    with pytest.raises(ConfigError, match=message):
        written_q(load_model("unisex"), pose)


def test_an_angle_that_no_joint_has_is_told_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(
        "poses:\n  stand: {activity: stand, contacts: [foot_r, foot_l], angles: {}}\n"
        "  kick: {activity: kick, contacts: [foot_r], angles: {knee_angle_l: 230}}\n"
        "clips:\n  kicks:\n    keys: [{pose: stand}, {pose: kick, travel_s: 1}]\n"
    )
    with pytest.raises(ConfigError, match=r"flow\.yaml: clip kicks: pose kick: knee_angle_l is 230; allowed are"):
        perform(load_flow(path), "kicks", load_model("unisex"), 30.0, rng=np.random.default_rng(0))
