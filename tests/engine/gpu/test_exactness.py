"""Picture, mask and depth agree with `geometry.camera`."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen.engine.server.session import Session
from spinegen.geometry.axes import ground_to_unreal
from spinegen.geometry.camera import Camera

pytestmark = pytest.mark.gl
RADIUS_M = 0.25
WIDTH, HEIGHT = 320, 240


def _place(order: Callable[..., str], camera: Camera) -> None:
    x, y, z = camera.location_unreal_cm
    pitch, yaw, roll = camera.rotator_deg
    order(f"vset /camera/0/size {camera.width} {camera.height}")
    order(f"vset /camera/0/location {x:.6f} {y:.6f} {z:.6f}")
    order(f"vset /camera/0/rotation {pitch:.6f} {yaw:.6f} {roll:.6f}")
    order(f"vset /camera/0/fov {camera.fov_deg:.6f}")


def _hits(camera: Camera, centre_ground_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Planar depth `(H, W)` at which each pixel's ray meets the sphere; infinite where it passes by."""
    u, v = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(camera.intrinsics).T
    centre = camera.to_camera(centre_ground_m)
    a, b = (rays**2).sum(-1), rays @ centre
    root = b**2 - a * (centre @ centre - RADIUS_M**2)
    return np.where(root > 0, (b - np.sqrt(np.maximum(root, 0))) / a, np.inf)


def _outline_centre(camera: Camera, centre_ground_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Middle of the ellipse as which a sphere is seen, pixels (it lies a little outside the image of the centre)."""
    x, y, z = camera.to_camera(centre_ground_m)
    stretched = np.array([x * z, y * z, z * z - RADIUS_M**2]) / (z * z - RADIUS_M**2)
    return (camera.intrinsics @ stretched)[:2]


def test_spheres_are_where_the_camera_says_over_200_cameras(
    session: Session, order: Callable[..., str], rng: np.random.Generator
) -> None:
    centres = np.array([[0.0, 1.0, 0.0], [0.9, 1.5, 0.6], [-0.8, 0.7, -0.7]])
    for number, centre in enumerate(centres):
        order(f"vset /objects/spawn sphere S{number}")
        order("vset /object/S{}/location {:.6f} {:.6f} {:.6f}".format(number, *ground_to_unreal(centre)))
        order(f"vset /object/S{number}/scale 1.25 1.25 1.25")
    centroid_errors, depth_errors, compared = [], [], 0
    for _ in range(200):
        bearing, rise, distance = rng.uniform(-np.pi, np.pi), rng.uniform(-0.1, 1.4), rng.uniform(2.5, 7.0)
        away = np.array([np.cos(bearing) * np.cos(rise), np.sin(rise), np.sin(bearing) * np.cos(rise)]) * distance
        target = np.array([0.0, 1.0, 0.0]) + rng.normal(0, 0.2, 3)
        camera = Camera.look_at(
            target + away,
            target,
            roll_deg=float(rng.uniform(-40, 40)),
            focal_px=rng.uniform(220, 500),
            width=WIDTH,
            height=HEIGHT,
        )
        _place(order, camera)
        frame = session.frame(0)
        ids, depth_m = frame.ids, frame.depth_cm() / 100.0
        hits = np.stack([_hits(camera, centre) for centre in centres])
        expected = np.where(np.isfinite(hits).any(0), hits.argmin(0) + 1, 0)
        for number, centre in enumerate(centres, 1):
            alone = np.isfinite(hits[number - 1])
            inside = _shrunk((expected == number) & alone)
            compared += int(inside.sum())
            assert (ids[inside] == number).all()
            facing = inside & (hits[number - 1] < camera.to_camera(centre)[2] - 0.8 * RADIUS_M)
            if facing.any():
                depth_errors.append(float(np.abs(depth_m[facing] / hits[number - 1][facing] - 1.0).max()))
            rows, columns = np.nonzero(alone)
            whole = (
                len(rows)
                and rows.min() > 0
                and columns.min() > 0
                and rows.max() < HEIGHT - 1
                and columns.max() < WIDTH - 1
            )
            if whole and (expected[alone] == number).all():
                v, u = np.nonzero(ids == number)
                centroid_errors.append(np.hypot(*(np.array([u.mean(), v.mean()]) - _outline_centre(camera, centre))))
        outside = _shrunk(expected == 0)
        assert not (ids[outside] > 0).any()
    assert len(centroid_errors) > 150
    assert compared > 300_000
    assert max(centroid_errors) < 0.2
    assert max(depth_errors) < 1e-3


def _shrunk(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without pixels that touch another region."""
    out = region.copy()
    for axis in (0, 1):
        for step in (-1, 1):
            out &= np.roll(region, step, axis)
    out[[0, -1]] = False
    out[:, [0, -1]] = False
    return out


def test_the_principal_point_can_be_anywhere(session: Session, order: Callable[..., str]) -> None:
    order("vset /objects/spawn sphere S 400 0 0")
    order("vset /camera/0/size 320 240")
    order("vset /camera/0/fov 60")
    order("vset /camera/0/principal_point 100.25 60.5")
    v, u = np.nonzero(session.frame(0).ids == 1)
    assert u.mean() == pytest.approx(100.25, abs=0.1)
    assert v.mean() == pytest.approx(60.5, abs=0.1)


def test_the_ground_lies_at_its_depth(session: Session, order: Callable[..., str]) -> None:
    camera = Camera.look_at([-3.0, 1.7, 0.4], [0.0, 0.0, 0.0], roll_deg=0.0, focal_px=250.0, width=WIDTH, height=HEIGHT)
    _place(order, camera)
    depth_m = session.frame(0).depth_cm() / 100.0
    u, v = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(camera.intrinsics).T @ camera.rotation_camera_ground
    expected = np.where(rays[..., 1] < -0.05, -1.7 / rays[..., 1], np.nan)
    near = expected < 30
    np.testing.assert_allclose(depth_m[near], expected[near], rtol=1e-3)


def test_masks_and_depth_do_not_depend_on_the_light(session: Session, order: Callable[..., str]) -> None:
    order("vset /objects/spawn SpinegenStage Stage_0")
    order("vset /objects/spawn chair C 300 0 -100")
    before = session.frame(0)
    ids, depth = before.ids.copy(), before.depth_cm().copy()
    order("vbp Stage_0 SetSun 10 200 40000 3500 3")
    np.testing.assert_array_equal(session.frame(0).ids, ids)
    np.testing.assert_array_equal(session.frame(0).depth_cm(), depth)
