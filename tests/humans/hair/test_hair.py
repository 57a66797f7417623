"""Hair hangs from the head, outside the body, in every pose; faces carry beards where beards grow."""

import numpy as np
import pytest

from spinegen.geometry.nearest import PointTree
from spinegen.humans.body import bones
from spinegen.humans.body.body_data import load_body_data
from spinegen.humans.body.face_frame import face_frame
from spinegen.humans.body.shape import rest_vertices
from spinegen.humans.mesh import mesh_ops
from spinegen.humans.mesh.mesh import MeshPart
from spinegen.humans.person import Person, build_person, shape_of
from spinegen.humans.rigging.joints import find_spine
from spinegen.humans.rigging.weights import bone_weights
from spinegen.humans.skin import skin
from spinegen.humans.spec.person_spec import Hair
from spinegen.humans.spec.sample import sample_person
from support.posing import ARMS_OVERHEAD, FORWARD_FOLD, posed

LONG = Hair(style="long", length_m=0.35, volume_m=0.016, seed=3)
ARMS = tuple(bones.INDEX[f"{name}_{side}"] for name in ("humerus", "ulna", "radius") for side in "rl")


@pytest.fixture(scope="module")
def person() -> Person:
    spec = sample_person(np.random.default_rng(1), "yoga")
    return build_person(spec.model_copy(update={"hair": LONG}))


def posed_parts(person: Person, pose: dict) -> dict[str, np.ndarray]:
    return dict(zip([p.name for p in person.parts], skin(person, posed(person, pose)), strict=True))


def part(person: Person, name: str) -> MeshPart:
    return next(p for p in person.parts if p.name == name)


@pytest.mark.parametrize("pose", [{}, ARMS_OVERHEAD, FORWARD_FOLD], ids=["rest", "overhead", "fold"])
def test_hair_does_not_pass_through_arms(person: Person, pose: dict) -> None:
    parts, body = posed_parts(person, pose), part(person, "skin")
    arms = np.flatnonzero(np.asarray(body.weights[:, ARMS].sum(1)).ravel() > 0.6)
    normals = mesh_ops.normals(parts["skin"], body.faces)[arms]
    points = parts["skin"][arms]
    distance, nearest = PointTree(points).query(parts["hair"])
    height = np.einsum("ni,ni->n", parts["hair"] - points[nearest], normals[nearest])
    assert ((height < -0.003) & (distance < 0.06)).mean() < 0.01


def test_long_hair_hangs_down_whatever_the_head_does(person: Person) -> None:
    for pose in ({}, FORWARD_FOLD):
        hair = posed_parts(person, pose)["hair"]
        knots = part(person, "hair").shaping.guides_m.shape[1]  # type: ignore[union-attr]
        locks = hair.reshape(-1, knots, 2, 3).mean(2)
        fall = locks[:, -1] - locks[:, -4]
        steep = -fall[:, 1] / np.linalg.norm(fall, axis=1)
        assert np.median(steep) > 0.8


def test_locks_keep_their_length(person: Person) -> None:
    shaping = part(person, "hair").shaping
    knots = shaping.guides_m.shape[1]  # type: ignore[union-attr]

    def lengths(pose: dict) -> np.ndarray:
        locks = posed_parts(person, pose)["hair"].reshape(-1, knots, 2, 3).mean(2)
        return np.linalg.norm(np.diff(locks, axis=1), axis=2).sum(1)

    assert np.abs(lengths(FORWARD_FOLD) / lengths({}) - 1.0).mean() < 0.12


def test_the_mouth_lies_below_the_nose() -> None:
    data = load_body_data()
    for seed in range(4):
        spec = sample_person(np.random.default_rng(seed), "street")
        vertices = rest_vertices(shape_of(spec))
        weights = bone_weights(data, vertices, find_spine(vertices, spec.stature_m, spec.bmi))
        face = face_frame(data, vertices, weights)
        assert 0.055 < (face.eye_y_m - face.mouth_m[1]) / face.size < 0.1
