"""Angles of the spine from points: a chain bent by known turns gives them back."""

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.geometry.rigid import axis_angle_matrix
from spinegen.labels.spine_angles import ANGLES, spine_angles_deg

UP = np.array([0.0, 1.0, 0.0])
LEFT, FRONT = np.array([0.0, 0.0, -1.0]), np.array([1.0, 0.0, 0.0])
STEP_M = 0.025


def chain(bends_deg: dict[str, float] | None = None, tilt_deg: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Somebody whose vertebrae stand upon each other, each leaning forward on the one below by so much; x forward, y up, z right."""
    centroids = [np.array([-0.03, 1.0, 0.0])]
    lean = tilt_deg
    for name in skeleton.VERTEBRAE[1:]:
        lean += (bends_deg or {}).get(name, 0.0)
        angle = np.radians(lean)
        centroids.append(centroids[-1] + STEP_M * np.array([np.sin(angle), np.cos(angle), 0.0]))
    centroids = np.array(centroids)
    keypoints = np.zeros((skeleton.COUNT, 3))
    for k in skeleton.KEYPOINTS:
        if k.vertebra:
            keypoints[k.id] = centroids[skeleton.VERTEBRAE.index(k.vertebra)]
    for side, z in (("left", -1.0), ("right", 1.0)):
        keypoints[skeleton.INDEX[f"{side}_hip"]] = [0.0, 0.9, 0.09 * z]
        keypoints[skeleton.INDEX[f"{side}_shoulder"]] = [0.0, 1.4, 0.2 * z]
    return keypoints, centroids


def angles(points: tuple[np.ndarray, np.ndarray], up: np.ndarray = UP) -> dict[str, float]:
    return dict(zip(ANGLES, spine_angles_deg(*points, up).tolist(), strict=True))


def turned(points: tuple[np.ndarray, np.ndarray], rotation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return points[0] @ rotation.T, points[1] @ rotation.T


def test_a_straight_spine_has_no_angle_but_that_of_the_pelvis() -> None:
    found = angles(chain())
    assert found.pop("pelvic_tilt") == pytest.approx(np.degrees(np.arctan2(0.03, 0.1)))
    assert all(value == pytest.approx(0.0, abs=1e-6) for value in found.values())


def test_curves_are_the_sums_of_the_turns_between_their_ends() -> None:
    hollow = {"L4": 0.0, "L3": -10.0, "L2": -15.0}
    assert angles(chain(hollow))["lumbar_lordosis"] == pytest.approx(25.0)
    round_back = {"T9": 12.0, "T6": 20.0}
    assert angles(chain(round_back))["thoracic_kyphosis"] == pytest.approx(32.0)
    nod = {"C7": 0.0, "C6": 30.0}
    assert angles(chain(nod))["neck_flexion"] == pytest.approx(30.0)


def test_who_leans_forward_bends_forward_and_who_leans_back_has_a_negative_bend() -> None:
    assert angles(chain(tilt_deg=40.0))["forward_bend"] == pytest.approx(40.0)
    assert angles(chain(tilt_deg=-20.0))["forward_bend"] == pytest.approx(-20.0)
    assert angles(chain(tilt_deg=120.0))["forward_bend"] == pytest.approx(120.0)


def test_a_bend_to_the_right_is_positive_and_its_mirror_image_negative() -> None:
    keypoints, centroids = chain()
    turn = axis_angle_matrix(FRONT, np.radians(25.0))
    bent = (centroids - centroids[0]) @ turn.T + centroids[0]
    assert angles((keypoints, bent))["side_bend"] == pytest.approx(25.0)
    assert angles((keypoints, bent * [1, 1, -1]))["side_bend"] == pytest.approx(-25.0)


def test_shoulders_turned_to_the_left_against_the_hips_are_a_positive_rotation() -> None:
    keypoints, centroids = chain()
    turn = axis_angle_matrix(UP, np.radians(35.0))
    for side in ("left", "right"):
        row = skeleton.INDEX[f"{side}_shoulder"]
        keypoints[row] = turn @ keypoints[row]
    assert angles((keypoints, centroids))["rotation"] == pytest.approx(35.0)


def test_angles_do_not_depend_on_the_frame() -> None:
    points = chain({"L3": -20.0, "T7": 30.0, "C5": 15.0}, tilt_deg=10.0)
    rotation = axis_angle_matrix(np.array([0.6, 0.0, 0.8]), 1.1)
    before, after = angles(points), angles(turned(points, rotation), rotation @ UP)
    assert after == pytest.approx(before)


def test_leaning_forward_means_nothing_for_who_lies_on_a_side() -> None:
    points = turned(chain({"L3": -20.0}), axis_angle_matrix(FRONT, np.pi / 2))
    found = angles(points)
    assert np.isnan(found["forward_bend"])
    assert np.isnan(found["pelvic_tilt"])
    assert found["lumbar_lordosis"] == pytest.approx(20.0)


def test_missing_points_give_missing_angles_and_leave_the_others() -> None:
    keypoints, centroids = chain({"L3": -20.0})
    centroids[skeleton.VERTEBRAE.index("C1")] = np.nan
    found = angles((keypoints, centroids))
    assert np.isnan(found["neck_flexion"])
    assert found["lumbar_lordosis"] == pytest.approx(20.0)
