"""A person built from a spec: bones, parts, weights, landmarks, determinism."""

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.geometry import rigid
from spinegen.humans.person import Person, build_person
from spinegen.humans.skin import skin
from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.humans.spec.sample import sample_person

WARDROBES = ("yoga", "sport", "street", "office")


@pytest.fixture(scope="module")
def person() -> Person:
    return build_person(sample_person(np.random.default_rng(5), "yoga"))


def rest_transforms(person: Person) -> np.ndarray:
    rotation = np.tile(np.eye(3), (len(person.bones), 1, 1))
    return rigid.transform(rotation, person.rest_positions_ground_m)


def test_the_spec_survives_json_and_the_same_generator_draws_the_same_person() -> None:
    for wardrobe in WARDROBES:
        spec = sample_person(np.random.default_rng(11), wardrobe)
        assert PersonSpec.model_validate_json(spec.model_dump_json()) == spec
        assert sample_person(np.random.default_rng(11), wardrobe) == spec


def test_a_person_stands_as_tall_as_the_spec_says_with_the_soles_on_the_ground(person: Person) -> None:
    top = person.landmarks.points["keypoint/head"]
    assert top[1] == pytest.approx(person.spec.stature_m, abs=1e-3)
    feet = min(float(part.vertices_ground_m[:, 1].min()) for part in person.parts)
    assert abs(feet) < 0.01
    assert person.landmarks.stature_m == person.spec.stature_m


def test_every_vertex_is_held_by_bones_and_every_number_is_finite(person: Person) -> None:
    for part in person.parts:
        assert np.isfinite(part.vertices_ground_m).all()
        assert np.isfinite(part.uv).all()
        assert part.weights.shape == (len(part.vertices_ground_m), len(person.bones))
        np.testing.assert_allclose(np.asarray(part.weights.sum(1)).ravel(), 1.0, atol=1e-5)
        assert part.faces.min() >= 0
        assert part.faces.max() < len(part.vertices_ground_m)


def test_bones_at_rest_leave_the_skin_at_rest(person: Person) -> None:
    for part, moved in zip(person.parts, skin(person, rest_transforms(person)), strict=True):
        np.testing.assert_allclose(moved, part.vertices_ground_m, atol=2e-6)


def test_landmarks_name_every_vertebra_joint_and_surface_keypoint(person: Person) -> None:
    points = person.landmarks.points
    for vertebra in skeleton.VERTEBRAE:
        assert points[f"posterior/{vertebra}"][0] < points[f"centroid/{vertebra}"][0]
    for bone in person.bones:
        assert points[f"joint/{bone}"].shape == (3,)
    for name in (*skeleton.NAMES[:5], "head", *skeleton.NAMES[20:26]):
        assert f"keypoint/{name}" in points


def test_right_is_right(person: Person) -> None:
    for name, point in person.landmarks.points.items():
        if name.endswith("_r") or "/right_" in name:
            assert point[2] > 0, name
        if name.endswith("_l") or "/left_" in name:
            assert point[2] < 0, name
