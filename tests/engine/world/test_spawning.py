"""Every form in which UnrealCV's clients spawn things."""

from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.server.commands import execute
from spinegen.engine.server.session import Session

pytestmark = pytest.mark.gl
Order = Callable[..., str]


def _bounds(order: Order, name: str) -> np.ndarray:
    return np.array(order(f"vget /object/{name}/bounds").split(), float)


@pytest.mark.parametrize(
    ("command", "name", "low_cm"),
    [
        ("vset /objects/spawn_cube", "Cube_0", (-50, -50, 0)),
        ("vset /objects/spawn_cube Crate", "Crate", (-50, -50, 0)),
        ("vset /objects/spawn_cube 100 200 30", "Cube_0", (50, 150, 30)),
        ("vset /objects/spawn_cube Crate 100 200 30", "Crate", (50, 150, 30)),
    ],
)
def test_a_cube_has_a_metre_a_side(order: Order, command: str, name: str, low_cm: tuple[float, ...]) -> None:
    assert order(command) == name
    np.testing.assert_allclose(_bounds(order, name), [*low_cm, *np.add(low_cm, 100)], atol=1e-3)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("vset /objects/spawn sphere", "sphere_0"),
        ("vset /objects/spawn sphere Ball", "Ball"),
        ("vset /objects/spawn sphere 10 20 30", "sphere_0"),
        ("vset /objects/spawn sphere Ball 10 20 30", "Ball"),
    ],
)
def test_a_class_is_spawned_with_or_without_name_and_place(order: Order, command: str, name: str) -> None:
    assert order(command) == name
    expected = "10.000000 20.000000 30.000000" if command.endswith("30") else "0.000000 0.000000 0.000000"
    assert order(f"vget /object/{name}/location") == expected


def test_names_that_the_engine_gives_are_free(order: Order) -> None:
    assert [order("vset /objects/spawn box") for _ in range(2)] == ["box_0", "box_1"]
    order("vset /object/box_0/destroy")
    assert order("vset /objects/spawn box") == "box_0"


def test_an_unknown_class_is_told_what_there_is(session: Session) -> None:
    reply = str(execute(session, "vset /objects/spawn Dragon Smaug"))
    assert reply.startswith("error Argument Invalid: class must be one of SpinegenHuman, SpinegenStage, mat")
    assert "found 'Dragon'" in reply
    assert "Smaug" not in str(execute(session, "vget /objects")).split()


def test_a_name_may_be_given_again(order: Order) -> None:
    order("vset /objects/spawn box Box")
    assert order("vset /object/Box/name Box") == "ok"
    assert order("vset /object/Box/name Crate") == "ok"
    assert order("vget /objects").split() == ["Crate"]
