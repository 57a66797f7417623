"""Only closed hands hold things, and what an activity is done with is what is held."""

import numpy as np
import pytest

from spinegen.scenes.held import held_things
from spinegen.scenes.population import Member, closed_hands
from spinegen.scenes.settings import HeldSettings
from support.authored_poses import posture

ALWAYS = HeldSettings(chance=1.0, closed=1.0)


def holder(left=0.9, right=0.9) -> Member:
    return Member("p0000", "female", 30.0, 1.7, "sport", (left, right))


def drawn(member, activity, points, seeds=20):
    return [
        held_things(
            np.random.default_rng(seed), ALWAYS, member, activity, keypoints_ground_m=points, name="Prop_0_Held"
        )
        for seed in range(seeds)
    ]


def test_open_hands_hold_nothing():
    assert not any(drawn(holder(0.0, 0.2), "", posture("everyday", "stand")))


def test_the_closed_hand_is_the_one_that_holds():
    hands = {held.hand for things in drawn(holder(left=0.0), "", posture("everyday", "stand")) for held in things}
    assert hands == {"right"}


@pytest.mark.parametrize(("activity", "kind"), [("racket", "racket"), ("phone", "phone"), ("golf", "club")])
def test_an_activity_has_its_thing(activity, kind):
    things = [held for some in drawn(holder(), activity, posture("everyday", "stand")) for held in some]
    assert things
    assert {held.prop.kind for held in things} == {kind}


def test_a_box_fits_between_the_hands_that_carry_it():
    points = np.array(posture("everyday", "stand"))
    left, right = points[9], points[10]
    points[9] = [0.4, 1.0, -0.2]
    points[10] = [0.4, 1.0, 0.2]
    (things,) = drawn(holder(), "carry", points, seeds=1)
    (held,) = things
    assert held.hand == "both"
    assert held.prop.size_cm is not None
    assert held.prop.size_cm[0] == pytest.approx(37.0)
    points[9], points[10] = np.add(left, [0, 0, -0.4]), np.add(right, [0, 0, 0.4])
    assert drawn(holder(), "carry", points, seeds=1) == [()]


def test_hands_on_the_floor_hold_nothing():
    points = np.array(posture("everyday", "stand"))
    points[[9, 10], 1] = 0.05
    assert not any(drawn(holder(), "", points))


def test_hands_are_closed_as_often_as_the_file_says():
    shares = HeldSettings(chance=0.5, closed=0.4)
    closed = [closed_hands(np.random.default_rng(seed), shares) for seed in range(500)]
    assert np.mean([max(hands) > 0.5 for hands in closed]) == pytest.approx(0.4, abs=0.07)
    assert {(left > 0, right > 0) for left, right in closed} == {
        (False, False),
        (True, True),
        (False, True),
        (True, False),
    }
