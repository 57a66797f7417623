"""The table of calls is what clients and engines agree on."""

import numpy as np
import pytest

from spinegen.engine.protocol import actor_calls
from spinegen.engine.protocol.vocabulary import Prop, Room
from spinegen.errors import EngineError
from spinegen.geometry import rigid
from spinegen.geometry.axes import ground_to_unreal


def test_every_call_fits_what_vbp_can_pass() -> None:
    for call in actor_calls.CALLS:
        assert len(call.parameters) <= 9
        assert all(parameter.kind != "text" for parameter in call.parameters[:-1]), call.name


def test_numbers_are_written_with_six_decimals_and_read_back() -> None:
    line = actor_calls.format_call("Stage_0", actor_calls.STAGE, "SetSun", 45, 1e-5, 80000, 5400, 0.53)
    assert line == "vbp Stage_0 SetSun 45.000000 0.000010 80000.000000 5400.000000 0.530000"
    call = actor_calls.find_call(actor_calls.STAGE, "SetSun")
    assert actor_calls.parse_arguments(call, line.split(" ", 3)[3]) == (45.0, 1e-5, 80000.0, 5400.0, 0.53)


@pytest.mark.parametrize("line", ["1 2 3 4", "1 2 3 4 5 6", "1 2 three 4 5", "1 2 nan 4 5", "1 2 inf 4 5"])
def test_wrong_arguments_are_named(line: str) -> None:
    with pytest.raises(EngineError, match="SetSun"):
        actor_calls.parse_arguments(actor_calls.find_call(actor_calls.STAGE, "SetSun"), line)


def test_a_pose_survives_the_wire(rng: np.random.Generator) -> None:
    bones = ("pelvis", "L5", "femur_r")
    sent = rigid.transform(rigid.rotation_vector_matrix(rng.normal(0, 2, (3, 3))), rng.normal(0, 2, (3, 3)))
    tag, _, rig = actor_calls.encode_pose("f12", bones, sent).partition(";")
    names, received = actor_calls.decode_rig(rig)
    assert (tag, names) == ("f12", bones)
    np.testing.assert_allclose(received, sent, atol=5e-6)


def test_bones_travel_in_unreal_centimetres() -> None:
    at = rigid.transform(np.eye(3)[None], np.array([[1.0, 2.0, 3.0]]))
    numbers = [float(word) for word in actor_calls.encode_rig(("L3",), at).split(",")[1:]]
    np.testing.assert_allclose(numbers, [*ground_to_unreal([1.0, 2.0, 3.0]), 0, 0, 0, 1], atol=1e-6)


@pytest.mark.parametrize("rig", ["L3,0,0,nan,0,0,0,1", "L3,0,0,0,0,0,0", "L3,0,0,0,0,0,0,0", "L3,a,b,c,0,0,0,1"])
def test_a_bad_bone_is_named(rig: str) -> None:
    with pytest.raises(EngineError, match="L3"):
        actor_calls.decode_rig(rig)


def test_an_unknown_call_lists_the_known_ones() -> None:
    with pytest.raises(EngineError, match="SetBody, SetPose"):
        actor_calls.find_call(actor_calls.HUMAN, "Dance")


def test_descriptions_are_one_line_without_defaults() -> None:
    text = actor_calls.describe(Prop(name="Mat", kind="mat"))
    assert text == '{"name":"Mat","kind":"mat"}'
    assert "\n" not in actor_calls.describe(Room(seed=3))


@pytest.mark.parametrize("reply", [None, "error no", "not json", b"{}"])
def test_an_error_reply_is_an_error(reply: str | bytes | None) -> None:
    with pytest.raises(EngineError):
        actor_calls.return_value(reply)
