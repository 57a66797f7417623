"""Skeletons of other engines: every bone and landmark has its place, and the model of their people fits them."""

from collections.abc import Sequence

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.retarget.avatar_model import avatar_model
from spinegen.config import parse
from spinegen.engine.protocol import actor_calls
from spinegen.errors import ConfigError, EngineError
from spinegen.geometry import rigid
from spinegen.render.avatar import Avatar
from spinegen.render.engine_check import check_skeleton
from spinegen.render.skeleton_map import SkeletonMap, load_skeleton_map, split_rest_pose
from spinegen.skeleton import KEYPOINTS, VERTEBRAE
from support.mannequin import rest_pose

MAPS = ("ue5_manny", "metahuman")
SPINE = ("pelvis", "spine_01", "spine_02", "spine_03", "spine_04", "spine_05", "neck_01", "neck_02", "head")


@pytest.fixture(scope="module", params=MAPS)
def mapping(request: pytest.FixtureRequest) -> SkeletonMap:
    return load_skeleton_map(request.param)


def test_every_bone_of_trunk_and_limbs_is_moved_by_a_body_that_the_model_has(mapping: SkeletonMap) -> None:
    limbs = ("clavicle", "upperarm", "lowerarm", "hand", "thigh", "calf", "foot", "ball")
    assert set(mapping.needed_bodies) == {*SPINE, *(f"{bone}_{s}" for bone in limbs for s in "rl")}
    assert set(mapping.body_of.values()) <= set(load_model().bodies)


def test_left_and_right_are_the_same(mapping: SkeletonMap) -> None:
    for bone, body in mapping.body_of.items():
        if bone.endswith("_r"):
            assert mapping.body_of[f"{bone[:-2]}_l"] == f"{body[:-2]}_l"
    names, transforms = rest_pose()
    points = split_rest_pose(names, transforms, mapping, 1.8).landmarks.points
    for name, at in points.items():
        if name.endswith("_l") or "left" in name:
            continue
        other = name.replace("right", "left") if "right" in name else f"{name[:-2]}_l" if name.endswith("_r") else name
        assert np.allclose(points[other], at * [1, 1, -1], atol=1e-9), name


def test_the_bones_of_the_spine_follow_the_vertebrae_beside_them(mapping: SkeletonMap) -> None:
    names, transforms = rest_pose()
    rest = split_rest_pose(names, transforms, mapping, 1.8)
    heights = {v: rest.landmarks.points[f"joint/{v}"][1] for v in VERTEBRAE[1:]}
    levels = []
    for bone in SPINE[1:-1]:
        vertebra = mapping.body_of[bone]
        height = rest.transforms_ground_bone[rest.bones.index(bone)][1, 3]
        nearest = min(heights, key=lambda v: abs(heights[v] - height))
        assert abs(VERTEBRAE.index(vertebra) - VERTEBRAE.index(nearest)) <= 2, (bone, nearest)
        levels.append(VERTEBRAE.index(vertebra))
    assert levels == sorted(set(levels))


@pytest.mark.parametrize("scale", [0.88, 1.0])
def test_the_drawn_model_lies_on_every_landmark(mapping: SkeletonMap, scale: float) -> None:
    names, transforms = rest_pose(scale)
    points = (rest := split_rest_pose(names, transforms, mapping, 1.8 * scale)).landmarks.points
    surface = {f"keypoint/{k.name}" for k in KEYPOINTS if f"keypoint/{k.name}" in load_skeleton_map("ue5_manny").points}
    wanted = {f"{site}/{v}" for site in ("centroid", "posterior") for v in VERTEBRAE} | surface
    wanted |= {f"keypoint/{s}_{p}" for s in ("right", "left") for p in ("eye", "ear", "heel", "big_toe", "small_toe")}
    assert wanted <= points.keys()
    drawn = avatar_model(rest.landmarks)
    stations = [name for name in points if name in drawn.model.stations]
    assert len(stations) == len(points)
    at = drawn.model.station_positions(drawn.model.forward(drawn.rest_q[None]), stations)[0]
    assert np.abs(at - np.stack([points[name] for name in stations])).max() < 1e-6


def test_the_rest_pose_faces_forward_with_the_right_hand_on_the_right(mapping: SkeletonMap) -> None:
    names, transforms = rest_pose()
    points = split_rest_pose(names, transforms, mapping, 1.8).landmarks.points
    assert points["keypoint/nose"][0] > points["centroid/C1"][0] + 0.05
    assert points["keypoint/right_big_toe"][0] > points["keypoint/right_heel"][0] + 0.15
    assert points["joint/hand_r"][2] > 0.4
    assert points["posterior/T6"][0] < points["centroid/T6"][0] - 0.02


def test_a_bent_trunk_and_knee_move_the_bones_as_they_move_the_body(mapping: SkeletonMap) -> None:
    names, transforms = rest_pose()
    rest = split_rest_pose(names, transforms, mapping, 1.8)
    performer, drawn = Avatar(rest, mapping), avatar_model(rest.landmarks)
    q = np.repeat(drawn.rest_q[None], 2, 0)
    column = drawn.model.coordinate_index
    q[1, column["knee_angle_r"]] += 1.2
    for name in column:
        if name.startswith(("lumbar_flexion", "thoracic_flexion")):
            q[1, column[name]] += 0.5
    poses = drawn.model.forward(q)
    bodies = rigid.transform(poses.rotation_ground_body, poses.position_ground_m)
    bones = performer.bones_of(bodies)
    known = [rest.bones.index(name) for name in performer.moved_bones]
    assert np.abs(bones[0] - rest.transforms_ground_bone[known]).max() < 1e-9
    origin = {name: bones[1, i, :3, 3] for i, name in enumerate(performer.moved_bones)}
    before = {name: bones[0, i, :3, 3] for i, name in enumerate(performer.moved_bones)}
    assert np.isfinite(bones).all()
    assert np.allclose(np.linalg.det(bones[..., :3, :3]), 1.0)
    assert np.allclose(origin["pelvis"], before["pelvis"])
    assert origin["head"][0] > before["head"][0] + 0.1
    forward = [origin[name][0] - before[name][0] for name in SPINE]
    assert (np.diff(forward[1:]) > -0.01).all()
    assert origin["foot_r"][0] < before["foot_r"][0] - 0.2
    assert np.allclose(origin["foot_l"], before["foot_l"])
    for a, b in (("thigh", "calf"), ("calf", "foot"), ("upperarm", "lowerarm"), ("lowerarm", "hand")):
        length = [np.linalg.norm(x[f"{a}_r"] - x[f"{b}_r"]) for x in (before, origin)]
        assert length[1] == pytest.approx(length[0], rel=0.06), (a, b)


class Puppet:
    """A person of an engine whose bones go where they are sent, times `stretch`."""

    def __init__(self, names: tuple[str, ...], transforms: np.ndarray, stretch: float = 1.0) -> None:
        self.names, self.at, self.stretch = names, transforms.copy(), stretch

    def bones(self, person: str) -> tuple[tuple[str, ...], np.ndarray]:
        return self.names, self.at

    def set_pose(self, person: str, tag: str, bones: Sequence[str], transforms_ground_bone: np.ndarray) -> None:
        for name, transform in zip(bones, transforms_ground_bone, strict=True):
            self.at[self.names.index(name)] = transform
            self.at[self.names.index(name), :3, 3] *= self.stretch


def judged(mapping: SkeletonMap, stretch: float = 1.0) -> set[str]:
    """What the check finds wrong with the mannequin."""
    names, transforms = rest_pose()
    rest = split_rest_pose(names, transforms, mapping, 1.8)
    rows = check_skeleton(Puppet(rest.bones, rest.transforms_ground_bone, stretch), rest, mapping)
    return {row.name for row in rows if not row.passed}


def test_the_check_passes_a_skeleton_that_fits_its_map(mapping: SkeletonMap) -> None:
    assert judged(mapping) == set()


def test_the_check_finds_bones_that_do_not_go_where_they_are_sent(mapping: SkeletonMap) -> None:
    assert judged(mapping, stretch=1.01) == {"bones where they were sent"}


@pytest.mark.parametrize("faces", ["+X", "-X", "-Y"])
def test_the_check_finds_a_map_that_looks_elsewhere(mapping: SkeletonMap, faces: str) -> None:
    assert "feet point forward at rest" in judged(mapping.model_copy(update={"faces": faces}))


@pytest.mark.parametrize("gone", ["spine_04", "neck_02", "ball_r"])
def test_the_check_tells_missing_bones_and_what_there_is(mapping: SkeletonMap, gone: str) -> None:
    names, transforms = rest_pose()
    rest = split_rest_pose(names, transforms, mapping, 1.8)
    other = tuple(f"{name}x" if name == gone else name for name in rest.bones)
    with pytest.raises(EngineError, match=rf"has no bones {gone} \(is it {gone}x\?\); it has: root, pelvis"):
        check_skeleton(Puppet(other, rest.transforms_ground_bone), rest, mapping)


def test_all_missing_bones_are_told_at_once(mapping: SkeletonMap) -> None:
    # Those that only landmarks follow from are among them.
    only = parse({"points": {"joint/skull": {"bone": "skull_end"}}, "bones": {"hip": "pelvis"}}, SkeletonMap, "m.yaml")
    with pytest.raises(EngineError, match="has no bones hip, skull_end; it has: root"):
        split_rest_pose(*rest_pose(), only, 1.8)
    assert set(mapping.named_bones) >= set(mapping.needed_bodies)


def test_a_character_without_a_mapped_bone_is_refused_by_name() -> None:
    names, transforms = rest_pose()
    keep = [i for i, name in enumerate(names) if name != "spine_04"]
    with pytest.raises(EngineError, match="has no bones spine_04"):
        split_rest_pose([names[i] for i in keep], transforms[keep], load_skeleton_map("ue5_manny"), 1.8)


def test_a_point_needs_one_anchor_and_depths_name_vertebrae() -> None:
    with pytest.raises(ConfigError, match="either bone or between"):
        parse({"points": {"joint/skull": {"share": 0.2}}}, SkeletonMap, "map.yaml")
    with pytest.raises(ConfigError, match="T13"):
        parse({"spine": {"bones": ["a", "b", "c"], "depth_cm": {"T13": 1}}}, SkeletonMap, "map.yaml")


@pytest.mark.parametrize("seed", range(6))
def test_bodies_become_bones_and_bones_bodies_on_random_poses(mapping: SkeletonMap, seed: int) -> None:
    rng = np.random.default_rng([5, seed])
    names, transforms = rest_pose(float(rng.uniform(0.85, 1.1)), seed)
    rest = split_rest_pose(names, transforms, mapping, 1.8)
    performer, model = Avatar(rest, mapping), avatar_model(rest.landmarks).model
    low, high = model.limits
    q = np.clip(model.default_q + rng.normal(0, 0.4, (8, len(low))), low, high)
    poses = model.forward(q)
    bodies = rigid.transform(poses.rotation_ground_body, poses.position_ground_m)
    bones = performer.bones_of(bodies)
    # Through the wire and back, and from each bone back to its body: a bone keeps its place on its body.
    sent = np.stack([actor_calls.decode_rig(actor_calls.encode_rig(performer.moved_bones, pose))[1] for pose in bones])
    assert np.abs(sent - bones).max() < 1e-5
    at_rest = model.forward(avatar_model(rest.landmarks).rest_q[None])
    body_rest = rigid.transform(at_rest.rotation_ground_body[0], at_rest.position_ground_m[0])
    for index, bone in enumerate(performer.moved_bones):
        body = model.body_index[mapping.body_of[bone]]
        bone_rest = rest.transforms_ground_bone[rest.bones.index(bone)]
        back = bones[:, index] @ np.linalg.inv(np.linalg.inv(body_rest[body]) @ bone_rest)
        assert np.abs(back - bodies[:, body]).max() < 1e-9, bone
    assert np.allclose(np.linalg.det(bones[..., :3, :3]), 1.0)
