"""Labels and skin agree: keypoints of the surface lie on the skin, vertebral centroids inside it, feet on the ground."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fits.files import FittedClip
from spinegen.geometry import rigid
from spinegen.geometry.surface import surface_distance, winding_number
from spinegen.humans.person import build_person
from spinegen.humans.skin import skin
from spinegen.humans.spec.person_spec import Hair
from spinegen.humans.spec.sample import sample_person
from spinegen.motions.flow import load_flow
from spinegen.motions.performance import plant_keys
from spinegen.records.plan_shot import PlacedPerson
from spinegen.render.avatar import Avatar
from spinegen.render.skeleton_map import RestPose, load_skeleton_map
from spinegen.skeleton import INDEX

SURFACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "head", "left_big_toe", "right_big_toe",
           "left_small_toe", "right_small_toe", "left_heel", "right_heel")  # fmt: skip
SKIN_DISTANCE_M = 0.015
SINK_M = 0.02


def key_poses(clip: str) -> FittedClip:
    """The authored key poses of a yoga clip as if they were a fit."""
    flow, model = load_flow(), load_model()
    q = plant_keys(model, flow.clips[clip], flow.key_poses(clip))
    fit = FittedClip(Path(), clip, 1.0, np.arange(len(q), dtype=float), model.coordinate_names, q, None)
    fit.__dict__["model"] = model  # what `model` would read from the fit's .osim
    return fit


@pytest.fixture(scope="module")
def bodies():
    """Sampled people without clothes and hair, with their performers."""
    found = []
    rng = np.random.default_rng(5)
    for _ in range(2):
        spec = sample_person(rng, "yoga").model_copy(update={"garments": (), "hair": Hair(style="bald")})
        person = build_person(spec)
        positions = np.asarray(person.rest_positions_ground_m, dtype=np.float64)
        rest = rigid.transform(np.broadcast_to(np.eye(3), (len(positions), 3, 3)), positions)
        found.append((person, Avatar(RestPose(person.bones, rest, person.landmarks), load_skeleton_map())))
    return found


@pytest.fixture(scope="module")
def posed(bodies):
    """(skin vertices, faces, pose, standing) of people in key poses, somewhere on the stage."""
    found = []
    for clip in ("yoga_standing", "yoga_floor"):
        fit = key_poses(clip)
        for person, performer in bodies:
            part = next(i for i, part in enumerate(person.parts) if part.name == "skin")
            for frame in range(0, len(fit.q), 3):
                placed = PlacedPerson(
                    person="p",
                    clip=clip,
                    frame=frame,
                    time_s=float(frame),
                    x_m=1.2,
                    z_m=-0.7,
                    yaw_deg=75.0,
                    anchor_frame=frame,
                )
                pose = performer.pose(placed, fit)
                assert performer.moved_bones == person.bones
                vertices = np.asarray(skin(person, pose.transforms_ground_bone)[part], dtype=np.float64)
                found.append((vertices, person.parts[part].faces, pose, clip == "yoga_standing"))
    return found


def test_keypoints_of_the_surface_lie_on_the_skin(posed):
    for vertices, faces, pose, _ in posed:
        points = pose.keypoints_ground_m[[INDEX[name] for name in SURFACE]]
        assert surface_distance(points, vertices, faces).max() < SKIN_DISTANCE_M


def test_vertebral_centroids_are_inside_the_body(posed):
    for vertices, faces, pose, _ in posed:
        assert winding_number(pose.centroids_ground_m, vertices, faces).min() > 0.5


def test_feet_of_whoever_stands_meet_the_ground(posed):
    for vertices, _, _, standing in posed:
        if standing:
            assert -SINK_M < vertices[:, 1].min() < SINK_M


def test_people_stand_where_the_plan_puts_them(posed):
    for _, _, pose, _ in posed:
        assert np.allclose(pose.keypoints_ground_m[INDEX["hip"], [0, 2]], (1.2, -0.7), atol=1e-9)


def test_the_insteps_of_whoever_kneels_lie_on_the_floor(posed):
    kneeling = [(vertices, pose) for vertices, _, pose, standing in posed if not standing]
    assert kneeling
    for vertices, pose in kneeling:
        toes = pose.keypoints_ground_m[[INDEX[f"{side}_big_toe"] for side in ("left", "right")]]
        near = np.linalg.norm(vertices[:, None] - toes[None], axis=-1).min(1) < 0.06
        assert -SINK_M < vertices[near, 1].min() < SINK_M
