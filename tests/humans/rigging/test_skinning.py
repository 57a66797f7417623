"""The skin follows the bones: bends show where the spine bends, nothing tears or collapses, labels stay inside."""

import numpy as np
import pytest

from spinegen.geometry import rigid
from spinegen.geometry.surface import surface_distance, winding_number
from spinegen.humans.person import Person, build_person
from spinegen.humans.skin import skin
from spinegen.humans.spec.sample import sample_person
from spinegen.skeleton import VERTEBRAE
from support.posing import POSES, posed, spread


@pytest.fixture(scope="module")
def bare() -> Person:
    spec = sample_person(np.random.default_rng(21), "yoga")
    return build_person(spec.model_copy(update={"garments": ()}))


def moved(person: Person, transforms: np.ndarray, landmark: str, bone: str) -> np.ndarray:
    index = person.bones.index(bone)
    offset = person.landmarks.points[landmark] - person.rest_positions_ground_m[index]
    return rigid.apply(transforms[index], offset)


@pytest.mark.parametrize("pose", ["rest", *POSES])
def test_vertebrae_and_joint_centres_stay_inside_the_body(bare: Person, pose: str) -> None:
    transforms = posed(bare, POSES.get(pose, {}))
    vertices = skin(bare, transforms)[0]
    owner = {v: v if v != "S1" else "pelvis" for v in VERTEBRAE}
    points = [moved(bare, transforms, f"centroid/{v}", owner[v]) for v in VERTEBRAE]
    names = [f"{n}_{s}" for n in ("femur", "tibia", "talus", "humerus", "ulna", "hand", "clavicle") for s in "rl"]
    points += [transforms[bare.bones.index(name), :3, 3] for name in names]
    inside = winding_number(np.array(points), vertices, bare.parts[0].faces)
    outside = [name for name, value in zip([*VERTEBRAE, *names], inside, strict=True) if value < 0.5]
    assert not outside


def test_the_throat_does_not_swallow_the_vertebrae_when_the_chin_is_on_the_chest(bare: Person) -> None:
    neck = spread(("C7", "C6", "C5", "C4", "C3", "C2", "C1", "skull"), (0.0, 0.0, -75.0))
    transforms = posed(bare, neck)
    points = np.array([moved(bare, transforms, f"centroid/C{i}", f"C{i}") for i in range(1, 8)])
    vertices = skin(bare, transforms)[0]
    assert winding_number(points, vertices, bare.parts[0].faces).min() > 0.5
    assert surface_distance(points, vertices, bare.parts[0].faces).min() > 0.002


def test_surface_keypoints_lie_on_the_skin(bare: Person) -> None:
    vertices = np.concatenate([part.vertices_ground_m for part in bare.parts if part.kind in ("skin", "eye")])
    for name, point in bare.landmarks.points.items():
        if name.startswith("keypoint/") and not name.endswith("knee"):
            assert np.linalg.norm(vertices - point, axis=1).min() < 0.005, name


@pytest.mark.parametrize("pose", list(POSES))
def test_extreme_poses_neither_tear_nor_collapse_the_skin(bare: Person, pose: str) -> None:
    part, vertices = bare.parts[0], skin(bare, posed(bare, POSES[pose]))[0]
    edges = np.concatenate([part.faces[:, [0, 1]], part.faces[:, [1, 2]], part.faces[:, [2, 0]]])
    before = np.linalg.norm(part.vertices_ground_m[edges[:, 0]] - part.vertices_ground_m[edges[:, 1]], axis=1)
    after = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)
    stretch = after[before > 0.002] / before[before > 0.002]
    assert np.percentile(stretch, 99.8) < 3.0
    assert np.percentile(stretch, 0.5) > 0.1


def test_a_bend_of_one_lumbar_level_shows_at_that_level(bare: Person) -> None:
    vertices, rest = skin(bare, posed(bare, {"L3": (0.0, 0.0, -20.0)}))[0], bare.parts[0].vertices_ground_m
    points = bare.landmarks.points
    back = (np.abs(rest[:, 2]) < 0.03) & (rest[:, 0] < points["centroid/L3"][0])
    shift = np.linalg.norm(vertices - rest, axis=1)
    below = back & (rest[:, 1] < points["centroid/S1"][1]) & (rest[:, 1] > points["joint/femur_r"][1])
    above = back & (np.abs(rest[:, 1] - points["centroid/T8"][1]) < 0.03)
    assert shift[below].max() < 0.004
    expected = 2 * np.sin(np.radians(10.0)) * np.linalg.norm(rest[above] - points["joint/L3"], axis=1)
    np.testing.assert_allclose(shift[above], expected, rtol=0.05)


def test_weights_along_the_back_run_smoothly_from_level_to_level(bare: Person) -> None:
    part, points = bare.parts[0], bare.landmarks.points
    weights = part.weights.toarray()
    for vertebra in ("L4", "L2", "T11", "T8", "T5", "C5"):
        near = np.linalg.norm(part.vertices_ground_m[:, 1:] - points[f"centroid/{vertebra}"][1:], axis=1) < 0.015
        near &= part.vertices_ground_m[:, 0] < points[f"centroid/{vertebra}"][0]
        own = weights[near][:, bare.bones.index(vertebra)].mean()
        assert 0.2 < own < 0.85, (vertebra, own)
