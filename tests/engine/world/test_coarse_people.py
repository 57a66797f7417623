"""People's coarse triangles, which blurred shadows are made of, lie where the fine ones do."""

import numpy as np
import pytest

from spinegen.engine.world.body import Body
from spinegen.engine.world.skin_tables import COARSE_M
from spinegen.geometry import rigid
from spinegen.geometry.nearest import PointTree
from spinegen.humans.person import build_person
from spinegen.humans.spec.sample import sample_person


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(build_person(sample_person(np.random.default_rng(5), "sport")))


def test_they_are_few_and_near_the_skin_in_every_pose(body: Body) -> None:
    positions = body.rig.rest_positions_ground_m
    bent = rigid.transform(np.broadcast_to(np.eye(3), (len(positions), 3, 3)), positions)
    elbow = [i for i, bone in enumerate(body.rig.bones) if bone.startswith(("ulna_r", "radius_r", "hand_r"))]
    turn = rigid.axis_angle_matrix((0, 0, 1), np.radians(80))
    centre = positions[elbow[0]]
    for bone in elbow:
        bent[bone, :3, :3] = turn
        bent[bone, :3, 3] = centre + turn @ (positions[bone] - centre)
    mesh = body.skin().copy().posed(bent)
    assert mesh.coarse_faces is not None
    assert mesh.spanning is not None
    assert len(mesh.coarse_faces) < len(mesh.faces) / 3
    assert set(np.unique(mesh.coarse_faces)) == set(mesh.spanning.tolist())
    distance, _ = PointTree(mesh.vertices_m[mesh.spanning]).query(mesh.vertices_m)
    assert np.percentile(distance, 99) < 2.5 * COARSE_M


def test_copies_share_them(body: Body) -> None:
    still = np.eye(4)[None].repeat(len(body.rig.bones), 0)
    one, other = (body.skin().copy().posed(still) for _ in range(2))
    assert one is not other
    assert one.coarse_faces is other.coarse_faces
