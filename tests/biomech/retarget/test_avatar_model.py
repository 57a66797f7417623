"""The model of a person to be drawn lies on that person, and plays other people's motion with its feet on the ground."""

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.curvature import curvature
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.biomech.retarget.avatar_model import AvatarModel, avatar_model
from spinegen.biomech.retarget.retarget import leg_length_m, retarget
from spinegen.errors import ModelError
from spinegen.humans.body.landmarks import Landmarks
from spinegen.motions.flow import load_flow
from spinegen.motions.performance import perform
from spinegen.skeleton import VERTEBRAE

SURFACE = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "head",
    "left_big_toe",
    "right_big_toe",
    "left_heel",
    "right_heel",
)


def a_pose(model: SpineModel) -> np.ndarray:
    q = model.default_q.copy()
    for side in "rl":
        for name, degrees in (
            ("shoulder_elevation", 28),
            ("shoulder_swing", -10),
            ("elbow_flexion", 25),
            ("hip_adduction", -6),
        ):
            q[model.coordinate_index[f"{name}_{side}"]] = np.radians(degrees)
        # Feet stay flat under spread legs.
        q[model.coordinate_index[f"subtalar_angle_{side}"]] = np.radians(8)
    return q


def landmarks_of(model: SpineModel, q: np.ndarray) -> Landmarks:
    """What a body with this skeleton would report, without what only the model knows (thorax)."""
    names = [f"joint/{body}" for body in model.bodies if body != "thorax"]
    names += [f"{site}/{v}" for site in ("centroid", "posterior") for v in VERTEBRAE] + [
        f"keypoint/{n}" for n in SURFACE
    ]
    points = model.station_positions(model.forward(q[None]), names)[0]
    return Landmarks(dict(zip(names, points, strict=True)), model.stature_m)


@pytest.fixture(scope="module")
def person() -> Landmarks:
    odd = load_model("female").scaled({"thigh_r": 1.07, "thigh_l": 1.07, "lumbar": (1.1, 0.93, 1.0), "head": 1.1})
    return landmarks_of(odd, a_pose(odd))


@pytest.fixture(scope="module")
def drawn(person: Landmarks) -> AvatarModel:
    return avatar_model(person)


def test_at_rest_every_landmark_lies_on_the_persons_own(person: Landmarks, drawn: AvatarModel):
    names = list(person.points)
    points = drawn.model.station_positions(drawn.model.forward(drawn.rest_q[None]), names)[0]
    assert np.abs(points - np.stack([person.points[n] for n in names])).max() < 1e-6


def test_where_a_body_tells_the_centre_of_its_knee_the_shank_turns_about_it(person: Landmarks):
    knees = {f"keypoint/{word}_knee": person.points[f"joint/tibia_{s}"] for s, word in (("r", "right"), ("l", "left"))}
    drawn = avatar_model(Landmarks(person.points | knees, person.stature_m))
    q = np.tile(drawn.rest_q, (33, 1))
    for side in "rl":
        q[:, drawn.model.coordinate_index[f"knee_angle_{side}"]] = np.radians(np.linspace(-10.0, 150.0, 33))
    names = ["keypoint/right_knee", "joint/talus_r", "joint/tibia_r"]
    knee, ankle, origin = np.moveaxis(drawn.model.station_positions(drawn.model.forward(q), names), 1, 0)
    assert np.abs(knee - knees["keypoint/right_knee"]).max() < 1e-6
    assert np.ptp(np.linalg.norm(ankle - knee, axis=1)) < 0.004
    assert np.linalg.norm(origin - knee, axis=1).min() > 0.01


def test_the_arms_of_the_a_pose_are_found_as_angles(drawn: AvatarModel):
    index = drawn.model.coordinate_index
    for side in "rl":
        assert np.degrees(drawn.rest_q[index[f"shoulder_elevation_{side}"]]) == pytest.approx(28, abs=4)
        assert np.degrees(drawn.rest_q[index[f"elbow_flexion_{side}"]]) == pytest.approx(25, abs=4)


def test_standing_upright_the_soles_are_flat_and_the_arms_hang(drawn: AvatarModel):
    model = drawn.model
    poses = model.forward(model.default_q[None])
    soles = model.station_positions(poses, [n for n in model.stations if n.startswith("sole/")])[0]
    shoulder, elbow = model.station_positions(poses, ("joint/humerus_r", "joint/ulna_r"))[0]
    assert np.abs(soles[:, 1]).max() < 0.01
    assert np.degrees(np.arccos((shoulder - elbow)[1] / np.linalg.norm(shoulder - elbow))) < 8.0


def test_the_persons_curvature_is_normal_and_their_skeleton_symmetric(drawn: AvatarModel):
    model = drawn.model
    curve = curvature(model, model.forward(model.default_q[None]))
    assert 20.0 < curve.lumbar_lordosis_deg[0] < 70.0
    assert 20.0 < curve.thoracic_kyphosis_deg[0] < 70.0
    right, left = (np.asarray(model.definition.joint_of[f"ulna_{s}"].location_parent_m) for s in "rl")
    assert np.allclose(right, left * [1, 1, -1], atol=1e-6)


def test_a_retargeted_step_keeps_its_angles_and_its_feet_on_the_ground(drawn: AvatarModel):
    source = load_model("male")
    q = np.tile(source.default_q, (9, 1))
    at = source.coordinate_index
    q[:, at["hip_flexion_r"]] = np.linspace(0.0, 1.2, 9)
    q[:, at["knee_angle_r"]] = np.linspace(0.0, 1.4, 9)
    q[:, at["lumbar_bending"]] = np.linspace(-0.3, 0.3, 9)
    q[:, at["pelvis_tx"]] = np.linspace(0.0, 1.0, 9)
    played = retarget(q, source, drawn.model)
    soles = [n for n in source.stations if n.startswith("sole/")]
    lowest = drawn.model.station_positions(drawn.model.forward(played), soles)[..., 1].min(1)
    ratio = leg_length_m(drawn.model) / leg_length_m(source)
    # Joints give way a little where a foot that rests on the source's floor would not rest here.
    assert np.abs(lowest - ratio * source.station_positions(source.forward(q), soles)[..., 1].min(1)).max() < 2e-3
    bending = played[:, drawn.model.coordinate_index["lumbar_bending"]]
    assert np.abs(bending - q[:, at["lumbar_bending"]]).max() < np.radians(0.5)
    walked = (
        played[-1, drawn.model.coordinate_index["pelvis_tx"]] - played[0, drawn.model.coordinate_index["pelvis_tx"]]
    )
    assert walked == pytest.approx(ratio, rel=0.01)


def test_hands_that_rest_on_the_floor_rest_there_on_other_proportions(drawn: AvatarModel):
    flow = load_flow()
    source = load_model("unisex")
    performance = perform(flow, "yoga_sun_salutation", source, 5.0, rng=np.random.default_rng(1))
    plank = performance.q[[i for i, a in enumerate(performance.activities) if a in ("plank", "downward_dog")]]
    palms = [f"landmark/{side}MC{finger}" for side in "RL" for finger in (2, 5)]
    theirs = source.station_positions(source.forward(plank), palms)[..., 1]
    played = retarget(plank, source, drawn.model)
    ours = drawn.model.station_positions(drawn.model.forward(played), palms)[..., 1]
    assert len(plank) > 10
    assert np.abs(ours - theirs).max() < 0.015


def test_retargeting_onto_the_same_model_changes_nothing():
    model = load_model("unisex")
    q = a_pose(model)[None]
    q[:, model.coordinate_index["pelvis_ty"]] += 0.01
    assert lowest_sole_m(model, q) > 0
    assert np.allclose(retarget(q, model, model), q, atol=1e-12)


def test_a_foot_is_not_pushed_into_the_floor_as_deep_as_its_performer_s():
    model = load_model("unisex")
    q = a_pose(model)[None]
    q[:, model.coordinate_index["pelvis_ty"]] -= 0.015
    before = lowest_sole_m(model, q)
    assert before < -0.015
    assert lowest_sole_m(model, retarget(q, model, model)) > 0.5 * before


def lowest_sole_m(model: SpineModel, q: np.ndarray) -> float:
    soles = [name for name in model.stations if name.startswith("sole/")]
    return float(model.station_positions(model.forward(q), soles)[..., 1].min())


def test_a_level_by_level_fit_plays_on_a_regional_model_with_its_sums(drawn: AvatarModel):
    free = load_model("unisex").released()
    q = free.default_q[None].copy()
    for level in free.rhythms[0].levels:
        q[0, free.coordinate_index[level]] = 0.05
    played = retarget(q, free, drawn.model)
    assert played[0, drawn.model.coordinate_index["lumbar_flexion"]] == pytest.approx(0.05 * 6)


def test_bones_at_rest_have_the_identity_and_follow_their_bodies(person: Landmarks, drawn: AvatarModel):
    bones = ("pelvis", "L3", "humerus_r", "skull")
    rest = np.stack([person.points[f"joint/{b}"] for b in bones])
    at_rest = drawn.bone_transforms(drawn.rest_q[None], bones, rest)
    assert np.allclose(at_rest[0, :, :3, :3], np.eye(3), atol=1e-12)
    assert np.allclose(at_rest[0, :, :3, 3], rest, atol=1e-6)
    moved = drawn.bone_transforms(drawn.model.default_q[None], bones, rest)
    poses = drawn.model.forward(drawn.model.default_q[None])
    assert np.allclose(moved[0, 2, :3, 3], poses.position_ground_m[0, drawn.model.body_index["humerus_r"]], atol=1e-6)


def test_a_body_without_a_spine_is_refused(person: Landmarks):
    with pytest.raises(ModelError, match="centroid/T5"):
        avatar_model(Landmarks({n: p for n, p in person.points.items() if n != "centroid/T5"}, 1.7))
