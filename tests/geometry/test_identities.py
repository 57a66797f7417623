"""Every way around the conventions ends where it began: ground, Unreal world, camera, payloads and bones, on random poses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinegen.engine.protocol.actor_calls import decode_rig, encode_pose, encode_rig
from spinegen.geometry import rigid
from spinegen.geometry.axes import (
    SWAP_YZ,
    ground_to_unreal,
    rotation_between_ground_and_unreal,
    unreal_matrix_rotator,
    unreal_rotator_matrix,
    unreal_to_ground,
)
from spinegen.geometry.camera import Camera

SEEDS = st.integers(0, 2**32 - 1)
ANGLES = st.tuples(st.floats(-89.9, 89.9), st.floats(-180, 180), st.floats(-180, 180))
"""Pitch, yaw, roll."""


def poses(seed: int, count: int = 12) -> np.ndarray:
    """Random transforms `(count, 4, 4)` in ground metres."""
    rng = np.random.default_rng(seed)
    quaternions = rng.normal(size=(count, 4))
    quaternions /= np.linalg.norm(quaternions, axis=1, keepdims=True)
    return rigid.transform(rigid.quaternion_matrix(quaternions), rng.uniform(-20, 20, (count, 3)))


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_points_and_turns_go_to_unreal_and_back(seed: int) -> None:
    pose = poses(seed)
    np.testing.assert_allclose(unreal_to_ground(ground_to_unreal(pose[:, :3, 3])), pose[:, :3, 3], atol=1e-12)
    there = rotation_between_ground_and_unreal(pose[:, :3, :3])
    np.testing.assert_allclose(np.linalg.det(there), 1.0)
    np.testing.assert_allclose(rotation_between_ground_and_unreal(there), pose[:, :3, :3], atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_it_is_the_same_to_turn_a_point_before_or_after_the_change_of_axes(seed: int) -> None:
    pose, point = poses(seed), np.random.default_rng(seed).normal(size=3)
    moved = pose[:, :3, :3] @ point + pose[:, :3, 3]
    there = rotation_between_ground_and_unreal(pose[:, :3, :3]) @ ground_to_unreal(point)
    np.testing.assert_allclose(ground_to_unreal(moved), there + ground_to_unreal(pose[:, :3, 3]), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(ANGLES)
def test_a_rotator_is_the_matrix_that_unreal_makes_of_it(rotator: tuple[float, float, float]) -> None:
    matrix = unreal_rotator_matrix(*rotator)
    np.testing.assert_allclose(unreal_rotator_matrix(*unreal_matrix_rotator(matrix)), matrix, atol=1e-9)
    # About Z, then the turned Y, then the turned X, as quaternions of UE: its left-handed turns mirror ours.
    p, y, r = np.radians(np.asarray(rotator) / 2)
    half = {"z": (np.cos(y), 0, 0, np.sin(y)), "y": (np.cos(p), 0, -np.sin(p), 0), "x": (np.cos(r), -np.sin(r), 0, 0)}
    turns = [rigid.quaternion_matrix(np.asarray(half[axis], float)[None])[0] for axis in "zyx"]
    np.testing.assert_allclose(turns[0] @ turns[1] @ turns[2], matrix, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(SEEDS, ANGLES, st.floats(20, 120))
def test_one_point_has_one_pixel_and_depth_whichever_way_it_goes(
    seed: int, rotator: tuple[float, float, float], fov_deg: float
) -> None:
    rng = np.random.default_rng(seed)
    location = rng.uniform(-500, 500, 3)
    camera = Camera.from_unreal(location, rotator, fov_deg, width=640, height=480)
    points = rng.uniform(-8, 8, (30, 3))
    # By Unreal's own axes: forward, right and up of the rotator.
    forward, right, up = ((ground_to_unreal(points) - location) @ unreal_rotator_matrix(*rotator)).T
    focal = 320.0 / np.tan(np.radians(fov_deg) / 2)
    np.testing.assert_allclose(camera.to_camera(points) * 100.0, np.stack([right, -up, forward], 1), atol=1e-6)
    pixels, depths = camera.project(points)
    seen = forward > 1.0
    expected = np.stack([focal * right / forward + 319.5, -focal * up / forward + 239.5], 1)
    np.testing.assert_allclose(pixels[seen], expected[seen], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(depths * 100.0, forward, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_payload_of_set_pose_is_read_as_it_was_meant(seed: int) -> None:
    pose = poses(seed)
    names = tuple(f"bone_{i}" for i in range(len(pose)))
    tag, _, rig = encode_pose("t7", names, pose).partition(";")
    found, transforms = decode_rig(rig)
    assert (tag, found) == ("t7", names)
    np.testing.assert_allclose(transforms[:, :3, 3], pose[:, :3, 3], atol=1e-8)
    np.testing.assert_allclose(transforms[:, :3, :3], pose[:, :3, :3], atol=3e-6)
    assert "e-" not in encode_rig(names, pose)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_quaternions_on_the_wire_are_those_of_unreal(seed: int) -> None:
    pose = poses(seed, 3)
    x, y, z, w = np.array([row.split(",")[4:] for row in encode_rig("abc", pose).split(";")], float).T
    # FQuat turns a vector v into v + 2 q x (q x v + w v), in Unreal's axes.
    q, v = np.stack([x, y, z], 1), np.random.default_rng(seed).normal(size=3)
    turned = v + 2.0 * np.cross(q, np.cross(q, v) + w[:, None] * v)
    np.testing.assert_allclose(turned @ SWAP_YZ, pose[:, :3, :3] @ (SWAP_YZ @ v), atol=2e-5)


@pytest.mark.parametrize("seed", range(3))
def test_a_camera_that_looks_at_a_point_has_it_in_its_middle_in_both_worlds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    eye, target = rng.uniform(-5, 5, 3), rng.uniform(-1, 1, 3)
    camera = Camera.look_at(eye, target, roll_deg=12.0, focal_px=500.0, width=640, height=480)
    twin = Camera.from_unreal(camera.location_unreal_cm, camera.rotator_deg, camera.fov_deg, width=640, height=480)
    for one in (camera, twin):
        np.testing.assert_allclose(one.project(target)[0], (319.5, 239.5), atol=1e-6)
