"""The camera is one camera whichever convention describes it."""

import cv2
import numpy as np
import pytest

from spinegen.geometry.axes import SWAP_YZ, ground_to_unreal, unreal_matrix_rotator, unreal_rotator_matrix
from spinegen.geometry.camera import Camera, OrthographicCamera


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([0, 1]))


def test_projection_agrees_with_opencv(rng: np.random.Generator) -> None:
    for _ in range(20):
        camera = Camera.look_at(
            rng.normal(0, 4, 3),
            rng.normal(0, 0.5, 3),
            roll_deg=float(rng.uniform(-30, 30)),
            focal_px=600.0,
            width=640,
            height=480,
        )
        points = rng.normal(0, 0.5, (40, 3))
        points = points[camera.to_camera(points)[:, 2] > 0.1]
        rotation_vector = cv2.Rodrigues(camera.rotation_camera_ground)[0]
        expected = cv2.projectPoints(points, rotation_vector, camera.translation_camera_m, camera.intrinsics, None)[0]
        np.testing.assert_allclose(camera.project(points)[0], expected[:, 0], atol=1e-6)


def test_unreal_pose_round_trips(rng: np.random.Generator) -> None:
    for _ in range(50):
        location, rotator = rng.normal(0, 300, 3), tuple(rng.uniform([-89, -180, -180], [89, 180, 180]))
        camera = Camera.from_unreal(location, rotator, 70.0, width=640, height=480)
        np.testing.assert_allclose(camera.location_unreal_cm, location, atol=1e-8)
        np.testing.assert_allclose(camera.rotator_deg, rotator, atol=1e-6)
        assert camera.fov_deg == pytest.approx(70.0)


def test_a_point_ahead_right_and_above_lands_right_and_above_the_centre() -> None:
    camera = Camera.from_unreal((0, 0, 100), (0, 0, 0), 90.0, width=200, height=100)
    pixel, depth = camera.project(np.array([2.0, 1.5, 0.5]))
    assert depth == pytest.approx(2.0)
    assert pixel[0] > 99.5
    assert pixel[1] < 49.5


def test_points_behind_the_camera_have_no_pixel() -> None:
    camera = Camera.from_unreal((0, 0, 0), (0, 0, 0), 90.0, width=200, height=100)
    pixel, depth = camera.project(np.array([-1.0, 0.0, 0.0]))
    assert depth < 0
    assert np.isnan(pixel).all()


def test_rotator_matrix_is_a_left_handed_frame(rng: np.random.Generator) -> None:
    for _ in range(50):
        rotator = tuple(rng.uniform([-89, -180, -180], [89, 180, 180]))
        matrix = unreal_rotator_matrix(*rotator)
        np.testing.assert_allclose(matrix.T @ matrix, np.eye(3), atol=1e-12)
        np.testing.assert_allclose(np.cross(matrix[:, 0], matrix[:, 1]), matrix[:, 2], atol=1e-12)
        np.testing.assert_allclose(unreal_matrix_rotator(matrix), rotator, atol=1e-6)


def test_axis_swap_is_its_own_inverse() -> None:
    np.testing.assert_array_equal(SWAP_YZ @ SWAP_YZ, np.eye(3))
    np.testing.assert_array_equal(ground_to_unreal([1.0, 2.0, 3.0]), [100.0, 300.0, 200.0])


def test_an_orthographic_camera_shows_its_width_from_edge_to_edge_at_any_depth() -> None:
    camera = OrthographicCamera.from_unreal((0, 0, 100), (0, 0, 0), 400.0, width=200, height=100)
    assert camera.ortho_width_m == pytest.approx(4.0)
    for ahead in (1.0, 50.0):
        pixels, depth = camera.project([[ahead, 1.0, -2.0], [ahead, 1.0, 2.0], [ahead, 2.0, 0.0], [-ahead, 1.0, 0.0]])
        np.testing.assert_allclose(pixels[:3], [[-0.5, 49.5], [199.5, 49.5], [99.5, -0.5]], atol=1e-9)
        np.testing.assert_allclose(depth, [ahead, ahead, ahead, -ahead])
        assert np.isnan(pixels[3]).all()


def test_a_pinhole_far_away_becomes_an_orthographic_camera(rng: np.random.Generator) -> None:
    points = rng.normal(0, 0.5, (20, 3))
    rotator = (-20.0, 130.0, 15.0)
    away_m = 5000.0
    forward = unreal_rotator_matrix(*rotator)[:, 0]
    eye_cm = -100.0 * away_m * forward
    pinhole = Camera.from_unreal(eye_cm, rotator, float(np.degrees(2 * np.arctan(1.5 / away_m))), width=640, height=480)
    parallel = OrthographicCamera.from_unreal(eye_cm, rotator, 300.0, width=640, height=480)
    np.testing.assert_allclose(parallel.project(points)[0], pinhole.project(points)[0], atol=0.2)
