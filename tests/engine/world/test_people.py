"""People are skinned, posed and listed as the contract says."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.commands import execute
from spinegen.engine.server.session import Session
from spinegen.engine.world.body import Body
from spinegen.engine.world.human import Human
from spinegen.geometry import rigid
from spinegen.geometry.axes import ground_to_unreal
from support.pillar import Pillar

pytestmark = pytest.mark.gl


@pytest.fixture
def person(session: Session, order: Callable[..., str], pillar: Pillar) -> Human:
    order("vset /objects/spawn SpinegenHuman Human_0")
    human = session.world.actors["Human_0"]
    assert isinstance(human, Human)
    human.wear(Body.of(pillar))
    return human


def _rest(pillar: Pillar) -> np.ndarray:
    return rigid.transform(np.broadcast_to(np.eye(3), (2, 3, 3)), pillar.rest_positions_ground_m)


def test_the_rest_pose_leaves_every_vertex_where_it_is(pillar: Pillar) -> None:
    skin = Body.of(pillar).skin()
    np.testing.assert_allclose(skin.vertices(_rest(pillar)), pillar.parts[0].vertices_ground_m, atol=1e-7)


def test_skin_that_belongs_to_one_bone_follows_it_rigidly(pillar: Pillar) -> None:
    skin = Body.of(pillar).skin()
    bent = _rest(pillar)
    bent[1, :3, :3] = rigid.axis_angle_matrix((0, 0, 1), np.radians(-40))
    moved, rest = skin.vertices(bent), pillar.parts[0].vertices_ground_m.astype(float)
    head = rest[:, 1] > 1.31
    local = rest[head] - pillar.rest_positions_ground_m[1]
    np.testing.assert_allclose(moved[head], local @ bent[1, :3, :3].T + pillar.rest_positions_ground_m[1], atol=1e-6)
    np.testing.assert_allclose(moved[rest[:, 1] < 1.09], rest[rest[:, 1] < 1.09], atol=1e-7)


def test_normals_point_outwards_also_across_the_texture_seam(pillar: Pillar) -> None:
    mesh = Body.of(pillar).skin().posed(_rest(pillar))
    side = (mesh.vertices_m[:, 1] > 0.1) & (mesh.vertices_m[:, 1] < 1.5)
    radial = mesh.vertices_m[side] * [1, 0, 1] / 0.15
    assert np.einsum("ij,ij->i", mesh.normals[side], radial).min() > 0.99


def test_a_pose_is_confirmed_by_its_tag_and_read_back(order: Callable[..., str], person: Human, pillar: Pillar) -> None:
    posed = _rest(pillar)
    posed[:, :3, 3] += [0.5, 0.0, -0.25]
    payload = actor_calls.encode_pose("frame-7", pillar.bones, posed)
    reply = order(actor_calls.format_call("Human_0", actor_calls.HUMAN, "SetPose", payload))
    assert actor_calls.return_value(reply) == "frame-7"
    names, transforms = actor_calls.decode_rig(actor_calls.return_value(order("vbp Human_0 GetBones")))
    assert names == pillar.bones
    np.testing.assert_allclose(transforms, posed, atol=1e-5)
    low, high = np.array(order("vget /object/Human_0/bounds").split(), float).reshape(2, 3)
    np.testing.assert_allclose((low + high) / 2, ground_to_unreal([0.5, 0.8, -0.25]), atol=0.5)


def test_the_rest_pose_lists_landmarks_as_pseudo_bones(order: Callable[..., str], person: Human) -> None:
    names, transforms = actor_calls.decode_rig(actor_calls.return_value(order("vbp Human_0 GetRestPose")))
    assert names == ("pelvis", "T12", "keypoint/head")
    np.testing.assert_allclose(transforms[2, :3, 3], [0.0, 1.6, 0.0], atol=1e-6)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("f;tail,0,0,0,0,0,0,1", "unknown bone 'tail'"),
        ("f;T12,0,0,nan,0,0,0,1", "T12"),
        ("f;T12,0,0,0,0,0,0,0", "T12"),
        ("no separator", "SetPose"),
    ],
)
def test_a_bad_pose_is_refused_and_changes_nothing(
    session: Session, order: Callable[..., str], person: Human, payload: str, said: str
) -> None:
    before = order("vbp Human_0 GetBones")
    reply = execute(session, f"vbp Human_0 SetPose {payload}")
    assert isinstance(reply, str)
    assert reply.startswith("error")
    assert said in reply
    assert order("vbp Human_0 GetBones") == before


def test_a_person_without_a_body_says_so(session: Session, order: Callable[..., str]) -> None:
    order("vset /objects/spawn SpinegenHuman Human_1")
    assert execute(session, "vbp Human_1 GetBones") == "error Human_1 has no body yet: call SetBody first"
    assert str(execute(session, "vbp Human_1 SetBody {}")).startswith("error SetBody: not a PersonSpec")


def test_moving_and_turning_the_actor_moves_the_person(order: Callable[..., str], person: Human) -> None:
    order("vset /object/Human_0/location 200 100 0")
    order("vset /object/Human_0/rotation 0 90 0")
    low, high = np.array(order("vget /object/Human_0/bounds").split(), float).reshape(2, 3)
    np.testing.assert_allclose((low + high) / 2, [200, 100, 80], atol=0.5)
    assert order("vget /object/Human_0/location") == "200.000000 100.000000 0.000000"


def test_bones_are_read_from_the_world_or_from_the_actor(order: Callable[..., str], person: Human) -> None:
    order("vset /object/Human_0/location 200 100 0")
    order("vset /object/Human_0/rotation 0 90 0")
    upright = {"Pitch": 0.0, "Yaw": 0.0, "Roll": 0.0, "X": 0.0, "Y": 0.0}
    scale = {"ScaleX": 1.0, "ScaleY": 1.0, "ScaleZ": 1.0}
    own = [
        {"bone_name": "pelvis", "transform": pytest.approx({**upright, "Z": 80.0, **scale}, abs=1e-5)},
        {"bone_name": "T12", "transform": pytest.approx({**upright, "Z": 120.0, **scale}, abs=1e-5)},
    ]
    assert json.loads(order("vget /object/Human_0/bones")) == own
    assert json.loads(order("vget /object/Human_0/bones component")) == own
    assert json.loads(order("vget /object/Human_0/bones T12,tail")) == own[1:]
    there = {**upright, "Yaw": 90.0, "X": 200.0, "Y": 100.0, "Z": 80.0, **scale}
    seen = json.loads(order("vget /object/Human_0/bones pelvis world"))
    assert seen == [{"bone_name": "pelvis", "transform": pytest.approx(there, abs=1e-5)}]


@pytest.mark.parametrize("words", ["pelvis local", "pelvis T12"])
def test_an_unknown_space_of_bones_is_refused(session: Session, person: Human, words: str) -> None:
    reply = str(execute(session, f"vget /object/Human_0/bones {words}"))
    assert reply.startswith("error Argument Invalid: a bone's space must be component or world")


def test_people_cannot_be_scaled(session: Session, person: Human) -> None:
    assert execute(session, "vset /object/Human_0/scale 2 2 2") == "error Not Implemented"


def test_the_picture_follows_the_pose(
    session: Session, order: Callable[..., str], person: Human, pillar: Pillar
) -> None:
    order("vset /camera/0/size 160 120")
    order("vset /camera/0/location -300 0 80")
    order("vset /camera/0/fov 70")
    before = session.frame(0).ids == 1
    bent = _rest(pillar)
    bent[1, :3, :3] = rigid.axis_angle_matrix((1, 0, 0), np.radians(70))
    order(
        actor_calls.format_call(
            "Human_0", actor_calls.HUMAN, "SetPose", actor_calls.encode_pose("b", pillar.bones, bent)
        )
    )
    after = session.frame(0).ids == 1
    columns_before, columns_after = np.nonzero(before)[1], np.nonzero(after)[1]
    assert columns_after.max() > columns_before.max() + 6
    assert columns_after.min() == pytest.approx(columns_before.min(), abs=1)
