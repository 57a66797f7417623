"""What the network is given does not depend on where in the picture somebody is, or how large."""

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.geometry.rigid import axis_angle_matrix
from spinegen.lifting import points
from spinegen.lifting.view import FEATURES, features_of, view_of

RNG = np.random.default_rng(0)


def body(depth: float = 8.0) -> np.ndarray:
    return RNG.normal(0, 0.4, (5, skeleton.COUNT, 3)) + np.array([0.0, 0.0, depth])


def rays_of(points_camera: np.ndarray) -> np.ndarray:
    return points_camera[..., :2] / points_camera[..., 2:]


def test_a_turned_camera_changes_the_axis_alone() -> None:
    # a flat body at one depth from the camera: the middle of its rays stays the middle when the camera turns
    points_camera = body()
    seen = np.ones(points_camera.shape[:2])
    first = view_of(rays_of(points_camera), seen)
    turned = points_camera @ axis_angle_matrix(np.array([0.0, 1.0, 0.0]), 0.3).T
    second = view_of(rays_of(turned), seen)
    a = features_of(rays_of(points_camera), seen, first)
    b = features_of(rays_of(turned), seen, second)
    assert a.shape == (5, FEATURES)
    np.testing.assert_allclose(a[:, :-3], b[:, :-3], atol=0.05)
    assert np.abs(a[:, -3] - b[:, -3]).min() > 0.2


def test_size_is_in_one_number() -> None:
    rays = rays_of(body())
    rays -= rays.mean(axis=1, keepdims=True)
    seen = np.ones(rays.shape[:2])
    a, b = (features_of(k * rays, seen, view_of(k * rays, seen)) for k in (1.0, 0.5))
    np.testing.assert_allclose(a[:, :-1], b[:, :-1], atol=1e-5)
    np.testing.assert_allclose(a[:, -1] - b[:, -1], np.log(2.0), atol=1e-5)


def test_what_is_unseen_does_not_matter() -> None:
    rays = rays_of(body())
    seen = np.ones(rays.shape[:2])
    seen[:, 7] = 0.0
    moved = rays.copy()
    moved[:, 7] += 5.0
    a, b = (features_of(r, seen, view_of(r, seen)) for r in (rays, moved))
    np.testing.assert_array_equal(a, b)
    assert not a[:, 21:24].any()


def test_the_view_turns_the_middle_onto_its_axis() -> None:
    rays = rays_of(body()) + np.array([0.4, -0.3])
    view = view_of(rays, np.ones(rays.shape[:2]))
    middle = np.concatenate([view.middle, np.ones((5, 1))], axis=1)
    turned = (view.rotation_view_camera @ middle[..., None])[..., 0]
    assert turned[:, :2] == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(
        view.rotation_view_camera @ np.swapaxes(view.rotation_view_camera, 1, 2), [np.eye(3)] * 5, atol=1e-12
    )


def test_points_hold_every_keypoint_and_vertebra_once() -> None:
    keypoints, centroids = RNG.normal(size=(37, 3)), RNG.normal(size=(25, 3))
    for k in skeleton.KEYPOINTS:
        if k.vertebra:
            keypoints[k.id] = centroids[skeleton.VERTEBRAE.index(k.vertebra)]
    whole = points.joined(keypoints, centroids)
    assert len(whole) == points.COUNT == len(points.NAMES) == 53
    np.testing.assert_array_equal(points.keypoints_of(whole), keypoints)
    np.testing.assert_array_equal(points.centroids_of(whole), centroids)
    mirrored = points.keypoints_of(whole[points.FLIP])
    np.testing.assert_array_equal(mirrored, keypoints[list(skeleton.FLIP)])
