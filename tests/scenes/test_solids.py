"""Boxes and balls know what stands before what."""

import numpy as np
import pytest

from spinegen.engine.protocol.vocabulary import Prop
from spinegen.scenes.solids import Body, solid_of

EYE = np.array([4.0, 1.5, 0.0])


def thing(kind, x_m, z_m, yaw_deg=0.0, size=(100, 40, 90)):
    prop = Prop(name="Prop_0", kind=kind, location_cm=(100 * x_m, 100 * z_m, 0), yaw_deg=yaw_deg, size_cm=size)
    return solid_of(prop)


def test_a_low_wall_hides_feet_and_not_the_head():
    wall = thing("wall", 2.0, 0.0, yaw_deg=90.0)
    points = np.array([[0, 0.1, 0.0], [0, 1.7, 0.0], [0, 0.1, 1.9]])
    assert wall.hides(EYE, points).tolist() == [True, False, False]


def test_what_is_behind_hides_nothing():
    assert not thing("wall", -2.0, 0.0, yaw_deg=90.0).hides(EYE, np.array([[0.0, 0.2, 0.0]])).any()


@pytest.mark.parametrize("yaw", [0.0, 30.0, 90.0, 200.0])
def test_a_table_has_room_for_legs_beneath_it(yaw):
    table = thing("table", 0.0, 0.0, yaw, size=(140, 80, 74))
    assert table.depth_m(Body(np.array([[0.0, 0.4, 0.0]]), np.array([0.1]))) == 0.0
    assert table.depth_m(Body(np.array([[0.0, 0.72, 0.0]]), np.array([0.1]))) == pytest.approx(0.1)


def test_things_that_stand_in_each_other_meet():
    assert thing("wall", 0.0, 0.0).meets(thing("wall", 0.2, 0.1, 45.0))
    assert not thing("wall", 0.0, 0.0).meets(thing("wall", 0.0, 0.8))


def test_one_whose_yaw_turns_x_towards_z_lies_along_that_line():
    assert thing("wall", 0.0, 0.0, 90.0, (200, 10, 100)).near(np.array([0.0, 0.5, 0.95]), 0.01)
    assert not thing("wall", 0.0, 0.0, 90.0, (200, 10, 100)).near(np.array([0.95, 0.5, 0.0]), 0.01)
