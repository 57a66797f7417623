"""Fingers under a hand that rests on the floor."""

import itertools

import numpy as np
import pytest

from spinegen.geometry import rigid
from spinegen.humans.body import bones
from spinegen.humans.body.body_data import load_body_data
from spinegen.humans.body.hands import curl_hands, fingers_of
from spinegen.humans.body.shape import rest_vertices
from spinegen.humans.person import Person, build_person, shape_of
from spinegen.humans.rigging.contact_points import KNUCKLE_OVER_PALM_M
from spinegen.humans.rigging.opening_fingers import OpeningFingers
from spinegen.humans.skin import blend, bone_rows
from spinegen.humans.spec.sample import sample_person

SUNK_M = 0.012
"""A finger presses this much of its flesh into the floor at most."""


def _people(count: int) -> list[Person]:
    rng = np.random.default_rng(np.random.SeedSequence([31, 4]))
    return [build_person(sample_person(rng, "yoga")) for _ in range(count)]


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return _people(6)


def _flat_hand(person: Person, side: str, height_m: float = 0.0, pitch_deg: float = 0.0) -> np.ndarray:
    """Bone transforms `(B, 4, 4)`: at rest, but one palm lies flat at a height over the floor, or its fingertips lean down."""
    data = load_body_data()
    vertices = curl_hands(data, rest_vertices(shape_of(person.spec)), person.spec.hand_curl)
    fingers = fingers_of(data, vertices, side)
    points = person.landmarks.points
    wrist = points[f"joint/hand_{side}"]
    way = fingers[1].joints_m[0] - wrist, fingers[4].joints_m[0] - wrist
    back = np.cross(way[1], way[0]) * (1.0 if side == "r" else -1.0)
    back /= np.linalg.norm(back)
    forward = way[0] + way[1] - ((way[0] + way[1]) @ back) * back
    forward /= np.linalg.norm(forward)
    turn = np.stack([forward, back, np.cross(forward, back)])
    lean = rigid.axis_angle_matrix((0, 0, 1), -np.radians(pitch_deg))
    turn = lean @ turn
    knuckles = np.stack([points[f"landmark/{side.upper()}MC{digit}"] for digit in (2, 5)])
    lift = height_m + KNUCKLE_OVER_PALM_M - (turn @ (knuckles - wrist).T)[1].min()
    transforms = rigid.transform(np.broadcast_to(np.eye(3), (len(person.bones), 3, 3)), person.rest_positions_ground_m)
    transforms[bones.INDEX[f"hand_{side}"]] = rigid.transform(turn, (0.0, lift, 0.0))
    return transforms


def _hand(person: Person, transforms: np.ndarray, side: str, opening: bool = True) -> np.ndarray:
    """Posed skin of one hand."""
    part = next(part for part in person.parts if part.name == "skin")
    rows = bone_rows(transforms, person.rest_positions_ground_m)
    vertices = blend(part.weights, rows, part.vertices_ground_m)
    if opening:
        assert isinstance(part.shaping, OpeningFingers)
        vertices = part.shaping.posed(rows, vertices)
    return vertices[part.weights[:, bones.INDEX[f"hand_{side}"]].toarray()[:, 0] > 0.98]


@pytest.mark.parametrize("side", ["l", "r"])
def test_the_fingers_of_a_resting_palm_lie_on_the_floor(people: list[Person], side: str) -> None:
    for person in people:
        transforms = _flat_hand(person, side)
        stiff, opened = (_hand(person, transforms, side, opening) for opening in (False, True))
        assert stiff[:, 1].min() < -2 * SUNK_M
        assert opened[:, 1].min() > -SUNK_M
        assert opened[:, 1].max() < stiff[:, 1].max() + 0.01


def test_a_hand_clear_of_the_floor_keeps_its_curl(people: list[Person]) -> None:
    for person in people:
        transforms = _flat_hand(person, "r", height_m=0.3)
        np.testing.assert_array_equal(_hand(person, transforms, "r"), _hand(person, transforms, "r", opening=False))


def test_fingers_open_gradually_as_the_hand_comes_down(people: list[Person]) -> None:
    person = people[0]
    heights = np.linspace(0.1, 0.0, 101)
    hands = [_hand(person, _flat_hand(person, "r", h), "r") - [0.0, h, 0.0] for h in heights]
    steps = np.array([np.abs(after - before).max() for before, after in itertools.pairwise(hands)])
    assert steps.max() < 0.009
    assert np.abs(hands[-1] - hands[0]).max() > 0.02


def test_fingers_that_lean_steeply_bend_no_further_than_joints_do(people: list[Person]) -> None:
    for person in people:
        part = next(part for part in person.parts if part.name == "skin")
        assert isinstance(part.shaping, OpeningFingers)
        for pitch in (40.0, 90.0, 170.0):
            transforms = _flat_hand(person, "r", pitch_deg=pitch)
            rows = bone_rows(transforms, person.rest_positions_ground_m)
            for finger in part.shaping.fingers:
                if finger.hand != bones.INDEX["hand_r"]:
                    continue
                turn = rows[finger.hand, :9].reshape(3, 3)
                angles = finger.angles(turn[1], rows[finger.hand, 10])
                assert (angles >= 0.0).all()
                assert (angles <= finger.most_rad + 1e-12).all()
            assert np.isfinite(_hand(person, transforms, "r")).all()
