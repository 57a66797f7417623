"""A held thing lies in the fist, as the landmarks of the hand say, on either side alike."""

import numpy as np
import pytest

from spinegen.engine.protocol.vocabulary import Prop
from spinegen.geometry import rigid
from spinegen.humans.body.body_data import load_body_data
from spinegen.humans.body.hands import curl_hands, fingers_of
from spinegen.humans.body.shape import rest_vertices
from spinegen.humans.person import build_person, shape_of
from spinegen.humans.spec.sample import sample_person
from spinegen.records.plan_shot import Held
from spinegen.render.grips import grip_at_rest, held_transform


@pytest.fixture(scope="module")
def spec():
    drawn = sample_person(np.random.default_rng(5), "sport")
    return drawn.model_copy(update={"hands_closed": (0.78, 0.78), "garments": ()})


@pytest.fixture(scope="module")
def grips(spec):
    landmarks = build_person(spec).landmarks
    found = {side: grip_at_rest(landmarks, side) for side in ("left", "right")}
    assert all(grip is not None for grip in found.values())
    return found


def test_both_hands_hold_alike(grips):
    mirror = np.diag([1.0, 1.0, -1.0])
    left, right = grips["left"], grips["right"]
    assert np.allclose(left[:3, 3], mirror @ right[:3, 3], atol=1e-6)
    for column in (0, 1):
        assert np.allclose(left[:3, column], mirror @ right[:3, column], atol=1e-6)
    assert np.allclose(np.linalg.det(left[:3, :3]), 1.0)


def test_fingers_of_a_closed_hand_go_round_what_it_holds(spec, grips):
    data = load_body_data()
    vertices = curl_hands(data, rest_vertices(shape_of(spec)), spec.hand_curl, spec.hands_closed)
    for side in ("left", "right"):
        into = rigid.inverse(grips[side])
        for finger in fingers_of(data, vertices, side[0])[1:]:
            around = rigid.apply(into, vertices[finger.weights.sum(1) > 0.7].astype(np.float64))
            angles = np.sort(np.arctan2(around[:, 1], around[:, 2]))
            widest_gap = np.degrees(np.diff([*angles, angles[0] + 2 * np.pi]).max())
            assert widest_gap < 235, "the finger does not go round"
            assert np.hypot(around[:, 1], around[:, 2]).min() < 0.03


def test_a_thing_for_both_hands_runs_through_them():
    left, right = (
        rigid.transform(np.eye(3), np.array([0.3, 1.0, -0.3])),
        rigid.transform(np.eye(3), np.array([0.3, 1.2, 0.3])),
    )
    held = Held(hand="both", prop=Prop(name="Prop_0", kind="barbell", size_cm=(200, 40, 40)))
    at = held_transform(held, {"left": left, "right": right})
    assert at is not None
    middle = rigid.apply(at, np.array([0.0, 0.2, 0.0]))
    assert np.allclose(middle, [0.3, 1.1, 0.0])
    end = rigid.apply(at, np.array([1.0, 0.2, 0.0])) - middle
    assert np.allclose(np.cross(end, [0.0, 0.2, 0.6]), 0.0, atol=1e-9)


def test_without_landmarks_of_the_hand_nothing_is_held():
    held = Held(hand="right", prop=Prop(name="Prop_0", kind="cup"))
    assert held_transform(held, {}) is None


def test_a_bag_hangs_down_whichever_way_the_hand_is_turned():
    turn = rigid.axis_angle_matrix([0.3, 0.5, 0.8], 1.1)
    grip = rigid.transform(turn, np.array([0.1, 0.9, 0.2]))
    at = held_transform(Held(hand="right", prop=Prop(name="Prop_0", kind="bag")), {"right": grip})
    assert at is not None
    assert np.allclose(at[:3, 1], [0.0, 1.0, 0.0])
    assert np.allclose(at[:3, 3], grip[:3, 3])
