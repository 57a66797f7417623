"""A spine takes the shape that its person has, whatever is played on it."""

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fits.files import intervertebral_deg
from spinegen.biomech.model.curvature import between_deg
from spinegen.biomech.retarget.posture import Posture, SideBend, own_curves_deg, shaped
from spinegen.biomech.retarget.retarget import retarget
from spinegen.skeleton import VERTEBRAE

MODEL = load_model("unisex")
SOLES = tuple(f"sole/{part}_{side}" for part in ("heel", "ball") for side in "rl")


def standing(posture: Posture) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vertebral rotations, centroids, upward axis of the head, soles, of somebody who stands."""
    own = shaped(MODEL, posture)
    q = retarget(MODEL.default_q[None], MODEL, own.model, own.offsets_rad)
    poses = own.model.forward(q)
    rotation, centroid = own.model.vertebra_frames(poses)
    head = poses.rotation_ground_body[0, own.model.body_index["skull"], :, 1]
    return rotation, centroid[0], head, own.model.station_positions(poses, SOLES)[0]


@pytest.mark.parametrize(("kyphosis", "lordosis"), [(45.0, 50.0), (25.0, 30.0), (70.0, 60.0), (35.0, 75.0)])
def test_kyphosis_and_lordosis_are_those_asked_for_and_the_person_stands_upright(
    kyphosis: float, lordosis: float
) -> None:
    rotation, centroid, head, soles = standing(Posture(kyphosis, lordosis))
    assert -between_deg(rotation, "T12", "T1")[0] == pytest.approx(kyphosis, abs=0.5)
    assert between_deg(rotation, "S1", "T12")[0] == pytest.approx(lordosis, abs=0.5)
    plain = standing(Posture())[1]
    seventh = VERTEBRAE.index("C7")
    assert abs((centroid[seventh] - centroid[0])[0] - (plain[seventh] - plain[0])[0]) < 0.05
    assert head[1] > 0.995
    assert np.abs(soles[:, 1]).max() < 0.006


def test_the_shape_stays_under_a_motion() -> None:
    own = shaped(MODEL, Posture(55.0, 40.0))
    q = np.repeat(MODEL.default_q[None], 2, 0)
    q[1, MODEL.coordinate_index["thoracic_flexion"]] = np.radians(20.0)
    q[1, MODEL.coordinate_index["lumbar_bending"]] = np.radians(15.0)
    angles = intervertebral_deg(own.model, q)
    assert angles[1, :, 0].sum() - angles[0, :, 0].sum() == pytest.approx(20.0)
    assert angles[1, :, 1].sum() == pytest.approx(15.0)
    assert own_curves_deg(own.model)[0] == pytest.approx(55.0, abs=0.1)


def test_no_posture_is_the_model_as_it_was() -> None:
    own = shaped(MODEL, Posture())
    assert set(own.offsets_rad.values()) <= {0.0, -0.0}
    q = MODEL.default_q[None]
    np.testing.assert_array_equal(own.model.forward(q).position_ground_m, MODEL.forward(q).position_ground_m)


@pytest.mark.parametrize(("apex", "right"), [("T8", True), ("T8", False), ("L2", False)])
def test_a_curve_has_its_cobb_angle_its_apex_on_the_convex_side_and_turns_to_it(apex: str, right: bool) -> None:
    rotation, centroid, head, _ = standing(Posture(curves=(SideBend(40.0, apex, right),)))
    aside = np.degrees(np.arctan2(rotation[0, :, 2, 1], rotation[0, :, 1, 1]))
    assert 30.0 < np.ptp(aside) < 45.0
    at = VERTEBRAE.index(apex)
    ends = np.array([at - 4, min(at + 4, VERTEBRAE.index("T1"))])
    sign = 1.0 if right else -1.0
    assert sign * (centroid[at, 2] - centroid[ends, 2].mean()) > 0.01
    turned = np.degrees(np.arctan2(rotation[0, at, 2, 0], rotation[0, at, 0, 0]))
    assert sign * turned > 8.0
    assert abs(head[2]) < 0.03
    assert abs(centroid[VERTEBRAE.index("C7"), 2] - centroid[0, 2]) < 0.045


def test_a_forward_head_is_forward_and_looks_ahead() -> None:
    forward, plain = (standing(Posture(forward_head_deg=value)) for value in (25.0, 0.0))
    ahead = (forward[1][-1] - forward[1][VERTEBRAE.index("C7")])[0] - (plain[1][-1] - plain[1][VERTEBRAE.index("C7")])[
        0
    ]
    assert ahead > 0.015
    assert forward[2][1] > 0.99
