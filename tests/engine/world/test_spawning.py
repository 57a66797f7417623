"""Every form in which UnrealCV's clients spawn things."""

from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.content.props import PROPS
from spinegen.engine.protocol.prop_kinds import HELD_ONLY
from spinegen.engine.server.commands import execute
from spinegen.engine.server.session import Session

pytestmark = pytest.mark.gl
Order = Callable[..., str]


def _bounds(order: Order, name: str) -> np.ndarray:
    return np.array(order(f"vget /object/{name}/bounds").split(), float)


@pytest.mark.parametrize(
    ("command", "name", "low_cm"),
    [
        ("vset /objects/spawn_cube", "Cube_0", (-50, -50, -50)),
        ("vset /objects/spawn_cube Crate", "Crate", (-50, -50, -50)),
        ("vset /objects/spawn_cube 100 200 30", "Cube_0", (50, 150, -20)),
        ("vset /objects/spawn_cube Crate 100 200 30", "Crate", (50, 150, -20)),
        ("vset /objects/spawn CubeActor Crate 100 200 30", "Crate", (50, 150, -20)),
    ],
)
def test_a_cube_has_a_metre_a_side_about_its_middle(
    order: Order, command: str, name: str, low_cm: tuple[float, ...]
) -> None:
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
    assert order("vget /objects").split() == ["Crate", "Ground_0", "Surroundings_0", "SkyLight_0"]


@pytest.mark.parametrize("shape", ["Cube", "Sphere", "Cylinder", "Cone", "Plane"])
@pytest.mark.parametrize("path", ["/Engine/BasicShapes/{0}", "/Engine/BasicShapes/{0}.{0}"])
def test_unreals_basic_shapes_have_its_size_and_pivot(order: Order, path: str, shape: str) -> None:
    name = order(f"vset /objects/spawn_from_path {path.format(shape)} Thing")
    height = 0 if shape == "Plane" else 50
    np.testing.assert_allclose(_bounds(order, name), [-50, -50, -height, 50, 50, height], atol=1e-3)
    assert order(f"vget /object/{name}/uclass_name") == "StaticMeshActor"
    assert order(f"vget /object/{name}/color") != "(R=0,G=0,B=0,A=255)"


def test_a_cone_points_up_and_a_plane_faces_up(order: Order, session: Session) -> None:
    order("vset /objects/spawn_from_path /Engine/BasicShapes/Cone Cone")
    points = session.world.actor("Cone").vertices_unreal_cm()
    apex = points[points[:, 2] > 49.9]
    assert len(apex) > 0
    np.testing.assert_allclose(apex, np.tile([0, 0, 50], (len(apex), 1)), atol=1e-3)
    order("vset /objects/spawn_from_path /Engine/BasicShapes/Plane Plane")
    plane = session.world.actor("Plane").drawables(1)[0].mesh
    np.testing.assert_allclose(plane.normals, np.tile([0, 1, 0], (4, 1)), atol=1e-6)


def test_a_shape_without_annotation_is_black_in_masks(order: Order) -> None:
    assert order("vset /objects/spawn_from_path_wo_annotation /Engine/BasicShapes/Sphere") == "Sphere_0"
    assert order("vget /object/Sphere_0/color") == "(R=0,G=0,B=0,A=255)"


KINDS = sorted(set(PROPS) - set(HELD_ONLY))


@pytest.mark.parametrize("kind", KINDS)
def test_every_class_stands_on_its_origin_with_the_size_it_is_told_to_have(order: Order, kind: str) -> None:
    name = order(f"vset /objects/spawn {kind}")
    low, high = _bounds(order, name).reshape(2, 3)
    size = np.array(PROPS[kind][0])
    bottom = -size[2] / 2 if kind == "sphere" else 0.0
    tolerance = 0.12 * size.max()
    assert low[2] == pytest.approx(bottom, abs=0.02 * size.max() + 0.1)
    np.testing.assert_allclose(high - low, size, atol=tolerance)
    np.testing.assert_allclose((high + low)[:2] / 2, 0.0, atol=tolerance)


@pytest.mark.parametrize("kind", sorted(HELD_ONLY))
def test_what_a_hand_holds_has_the_size_it_is_told_to_have_around_its_grip(order: Order, kind: str) -> None:
    low, high = _bounds(order, order(f"vset /objects/spawn {kind}")).reshape(2, 3)
    size = np.array(PROPS[kind][0])
    np.testing.assert_allclose(high - low, size, atol=0.12 * size.max())
    assert (low <= 2).all()
    assert (high >= -2).all()


def test_a_label_is_a_second_name(order: Order) -> None:
    order("vset /objects/spawn box Box")
    assert order("vget /object/Box/label") == "Box"
    order("vset /object/Box/label Kiste")
    assert order("vget /object/Box/label") == "Kiste"
    assert order("vget /object/Box/name") == "Box"
