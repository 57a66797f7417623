"""Where an arm is said to point, it points."""

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.motions.arms import shoulder_angles
from spinegen.motions.flow import Pose
from spinegen.motions.performance import written_q


@pytest.mark.parametrize(
    ("raised", "plane", "way"),
    [
        (0, 90, (0, -1, 0)),
        (90, 90, (1, 0, 0)),
        (90, 0, (0, 0, 1)),
        (40, -90, (-0.643, -0.766, 0)),
        (80, 130, (0.754, -0.174, -0.633)),
        (170, 45, (0.123, 0.985, 0.123)),
    ],
)
def test_the_upper_arm_points_where_it_is_said_to(raised: float, plane: float, way: tuple[float, float, float]) -> None:
    model = load_model("unisex")
    pose = Pose(activity="a", contacts=(), angles={"arm_raise": raised, "arm_plane": plane})
    at = model.station_positions(
        model.forward(written_q(model, pose)[None]),
        ("joint/humerus_r", "joint/ulna_r", "joint/humerus_l", "joint/ulna_l"),
    )[0]
    for start, end, mirror in ((0, 1, 1.0), (2, 3, -1.0)):
        arm = (at[end] - at[start]) / np.linalg.norm(at[end] - at[start])
        angle = np.degrees(np.arccos(np.clip(arm @ (np.array(way) * [1.0, 1.0, mirror]), -1, 1)))
        assert angle < 6.0


def test_a_bent_elbow_points_forward_when_the_arm_hangs_and_up_when_it_is_forward() -> None:
    model = load_model("unisex")
    for raised, way in ((0.0, (1, 0, 0)), (90.0, (0, 1, 0))):
        pose = Pose(activity="a", contacts=(), angles={"arm_raise": raised, "arm_plane": 90, "elbow_flexion": 90})
        at = model.station_positions(model.forward(written_q(model, pose)[None]), ("joint/ulna_r", "joint/hand_r"))[0]
        forearm = (at[1] - at[0]) / np.linalg.norm(at[1] - at[0])
        assert forearm @ np.array(way) > 0.9


def test_turning_inward_turns_the_forearm_across_the_body() -> None:
    assert shoulder_angles(0.0, 90.0, 40.0)["shoulder_rotation"] == pytest.approx(40.0)
