"""Masks of the stage's own capture show what UnrealCV's masks show, and need no colours."""

from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.protocol.actor_calls import STAGE, format_call, return_value
from spinegen.engine.protocol.stage_mask import decode_mask, encode_mask
from spinegen.engine.server.commands import execute
from spinegen.engine.server.session import Session
from spinegen.errors import EngineError

pytestmark = pytest.mark.gl
VIEW = (-400.0, 20.0, 120.0, -5.0, 3.0, 10.0, 70.0)


def _call(session: Session, name: str, *arguments: float | int | str) -> str:
    return return_value(execute(session, format_call("Stage_0", STAGE, name, *arguments)))


@pytest.fixture
def furnished(session: Session, order: Callable[..., str]) -> Session:
    for command in (
        "vset /objects/spawn SpinegenStage Stage_0",
        "vset /objects/spawn_cube Back 100 0 100",
        "vset /objects/spawn sphere Front -100 20 110",
        "vset /objects/spawn chair Beside 0 120 0",
        "vset /camera/0/size 120 90",
        f"vset /camera/0/pose {' '.join(map(str, VIEW[:6]))}",
        f"vset /camera/0/fov {VIEW[6]}",
    ):
        order(command)
    return session


def test_numbers_stand_where_the_colours_stand(furnished: Session) -> None:
    assert _call(furnished, "SetMaskActors", "Front Back Ground_0") == "ok"
    numbers = decode_mask(_call(furnished, "CaptureMask", *VIEW, 120, 90), 120, 90)
    colours = furnished.mask_picture(0)
    for number, name in enumerate(("Front", "Back"), 1):
        assert (numbers == number).sum() > 50
        np.testing.assert_array_equal(numbers == number, (colours == furnished.world.actor(name).colour).all(-1))
    assert (numbers == 3).any()
    assert (numbers[(colours == furnished.world.actor("Beside").colour).all(-1)] == 0).all()


def test_another_view_than_a_cameras_is_drawn_for_itself(furnished: Session) -> None:
    _call(furnished, "SetMaskActors", "Front")
    away = (*VIEW[:4], 183.0, *VIEW[5:])
    assert not decode_mask(_call(furnished, "CaptureMask", *away, 64, 48), 64, 48).any()
    assert decode_mask(_call(furnished, "CaptureMask", *VIEW, 64, 48), 64, 48).any()


def test_what_is_hidden_or_gone_is_not_seen(furnished: Session, order: Callable[..., str]) -> None:
    _call(furnished, "SetMaskActors", "Front Back")
    order("vset /object/Back/hide")
    order("vset /object/Front/destroy")
    assert not decode_mask(_call(furnished, "CaptureMask", *VIEW, 120, 90), 120, 90).any()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("SetMaskActors Nobody", "error Cannot find object"),
        (f"SetMaskActors {'Front ' * 255}", "error SetMaskActors: no more than 254 actors, found 255"),
        ("CaptureMask 0 0 0 0 0 0 0 120 90", "error CaptureMask needs a size"),
        ("CaptureMask 0 0 0 0 0 0 70 0 90", "error CaptureMask needs a size"),
        ("CaptureMask 0 0 0", "error CaptureMask: Pitch must be a number"),
    ],
)
def test_what_cannot_be_captured_is_said(furnished: Session, command: str, said: str) -> None:
    assert str(execute(furnished, f"vbp Stage_0 {command}")).startswith(said)


def test_a_mask_survives_the_wire(rng: np.random.Generator) -> None:
    numbers = rng.integers(0, 255, (7, 9), dtype=np.uint8)
    np.testing.assert_array_equal(decode_mask(encode_mask(numbers), 9, 7), numbers)


@pytest.mark.parametrize(("text", "size"), [("", (9, 7)), ("no base64!", (9, 7)), ("aGFsbG8=", (9, 7)), (None, (7, 9))])
def test_another_answer_is_refused(text: str | None, size: tuple[int, int]) -> None:
    with pytest.raises(EngineError, match="CaptureMask"):
        decode_mask(encode_mask(np.zeros((7, 9), np.uint8)) if text is None else text, *size)
