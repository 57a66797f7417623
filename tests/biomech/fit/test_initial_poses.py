"""First poses in any posture, and whole turns."""

import numpy as np
import pytest

from spinegen.biomech.fit.initial_poses import first_poses
from spinegen.biomech.fit.pelvis import pelvis_angles
from spinegen.biomech.fit.setup import make_problem
from support.known_motions import centroids, marked_model, vertebra_error_mm

POSTURES: dict[str, dict[str, float]] = {
    "upside down": {"pelvis_tilt": 180, "shoulder_elevation_r": 110, "shoulder_elevation_l": 110},
    "prone": {"pelvis_tilt": -90, "lumbar_flexion": -15},
    "supine": {"pelvis_tilt": 90, "hip_flexion_r": 60, "knee_angle_r": 90},
    "on the side": {"pelvis_list": 88, "hip_flexion_l": 30},
    "child's pose": {
        "pelvis_tilt": -60,
        "lumbar_flexion": 50,
        "thoracic_flexion": 25,
        "hip_flexion_r": 130,
        "hip_flexion_l": 130,
        "knee_angle_r": 145,
        "knee_angle_l": 145,
        "shoulder_elevation_r": 100,
        "shoulder_elevation_l": 100,
    },
    "fold": {
        "pelvis_tilt": -70,
        "lumbar_flexion": 60,
        "hip_flexion_r": 70,
        "hip_flexion_l": 70,
        "shoulder_swing_r": 60,
    },
    "arms out, seen from behind": {
        "pelvis_rotation": 180,
        "shoulder_elevation_r": 60,
        "shoulder_elevation_l": 60,
        "shoulder_swing_r": -40,
        "shoulder_swing_l": -40,
    },
}


@pytest.mark.parametrize("name", POSTURES)
def test_the_first_pose_is_found_from_markers_alone(name: str) -> None:
    model, markers = marked_model()
    q = model.default_q.copy()
    for coordinate, degrees in POSTURES[name].items():
        q[model.coordinate_index[coordinate]] = np.radians(degrees)
    observed = model.station_positions(model.forward(q[None]), markers.stations)
    problem = make_problem(model, markers, observed, 30.0, smooth=False)
    found = first_poses(model, problem, markers.stations)
    assert vertebra_error_mm(model, found, centroids(model, q[None])) < 6.0


def test_turning_on_the_spot_leaves_no_jump_in_the_angles() -> None:
    model, _ = marked_model()
    angles = pelvis_angles(model)
    q = np.repeat(model.default_q[None], 60, axis=0)
    turn = np.linspace(0.0, 5 * np.pi, 60)
    q[:, angles.columns[0]] = np.angle(np.exp(1j * turn))
    smooth = angles.unwrap(q)
    np.testing.assert_allclose(smooth[:, angles.columns[0]], turn, atol=1e-9)
    np.testing.assert_allclose(
        model.forward(smooth).rotation_ground_body, model.forward(q).rotation_ground_body, atol=1e-9
    )
