"""Orthographic cameras: picture, mask, normals and depth agree with `geometry.camera.OrthographicCamera`."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen.engine.server.session import Session
from spinegen.geometry.axes import ground_to_unreal
from spinegen.geometry.camera import OrthographicCamera

pytestmark = pytest.mark.gl
RADIUS_M = 0.25
WIDTH, HEIGHT = 320, 240
CENTRES_M = np.array([[0.0, 1.0, 0.0], [0.9, 1.5, 0.6], [-0.8, 0.7, -0.7]])


@pytest.fixture
def place(order: Callable[..., str]) -> Callable[[OrthographicCamera], None]:
    """Puts camera 0 there, by the commands that a client would send."""

    def send(camera: OrthographicCamera) -> None:
        order(f"vset /camera/0/size {camera.width} {camera.height}")
        order("vset /camera/0/location {:.6f} {:.6f} {:.6f}".format(*camera.location_unreal_cm))
        order("vset /camera/0/rotation {:.6f} {:.6f} {:.6f}".format(*camera.rotator_deg))
        order("vset /camera/0/projection_type orthographic")
        order(f"vset /camera/0/ortho_width {camera.ortho_width_m * 100:.6f}")

    return send


@pytest.fixture
def spheres(order: Callable[..., str]) -> None:
    """In the air, so that they are seen from below too."""
    order("vset /objects/spawn SpinegenStage Stage_0")
    order('vbp Stage_0 SetGround {"kind":"none"}')
    for number, centre in enumerate(CENTRES_M):
        order("vset /objects/spawn sphere S{} {:.6f} {:.6f} {:.6f}".format(number, *ground_to_unreal(centre)))
        order(f"vset /object/S{number}/scale 1.25 1.25 1.25")


def _camera(
    eye_m: list[float] | NDArray[np.float64], rotator_deg: tuple[float, float, float], width_m: float
) -> OrthographicCamera:
    return OrthographicCamera.from_unreal(
        ground_to_unreal(eye_m), rotator_deg, 100 * width_m, width=WIDTH, height=HEIGHT
    )


def _pixels_m(camera: OrthographicCamera) -> NDArray[np.float64]:
    """Where the rays of all pixels start, camera x and y `(H, W, 2)`."""
    u, v = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    return (np.stack([u, v], -1) - camera.intrinsics[:2, 2]) / camera.intrinsics[0, 0]


def test_spheres_are_where_the_camera_says_over_200_cameras(
    session: Session, place: Callable[..., None], spheres: None, rng: np.random.Generator
) -> None:
    centroid_errors, depth_errors, compared = [], [], 0
    for _ in range(200):
        rotator = (float(rng.uniform(-85, 85)), float(rng.uniform(-180, 180)), float(rng.uniform(-40, 40)))
        looking = _camera([0.0, 0.0, 0.0], rotator, 1.0).rotation_camera_ground[2]
        eye = np.array([0.0, 1.0, 0.0]) + rng.normal(0, 0.15, 3) - looking * rng.uniform(2.5, 40.0)
        camera = _camera(eye, rotator, float(rng.uniform(2.5, 6.0)))
        place(camera)
        frame = session.frame(0)
        ids, depth_m = frame.ids, frame.depth_cm() / 100.0
        xy = _pixels_m(camera)
        aside = np.stack([np.hypot(*np.moveaxis(xy - c[:2], -1, 0)) for c in camera.to_camera(CENTRES_M)])
        middles = camera.to_camera(CENTRES_M)[:, 2, None, None]
        hits = np.where(aside < RADIUS_M, middles - np.sqrt(np.maximum(RADIUS_M**2 - aside**2, 0)), np.inf)
        expected = np.where(np.isfinite(hits).any(0), hits.argmin(0) + 2, 0)
        edge = (np.abs(aside - RADIUS_M) < 1.5 * camera.ortho_width_m / WIDTH).any(0)
        for number, centre in enumerate(CENTRES_M, 2):
            surely = (expected == number) & ~edge
            compared += int(surely.sum())
            assert (ids[surely] == number).all()
            facing = surely & (hits[number - 2] < middles[number - 2] - 0.8 * RADIUS_M)
            if facing.any():
                depth_errors.append(float(np.abs(depth_m[facing] / hits[number - 2][facing] - 1.0).max()))
            middle, _ = camera.project(centre)
            reach = RADIUS_M * camera.intrinsics[0, 0] + 1
            whole = (middle > reach).all() and (middle < [WIDTH - 1 - reach, HEIGHT - 1 - reach]).all()
            if whole and (expected[np.isfinite(hits[number - 2])] == number).all():
                v, u = np.nonzero(ids == number)
                centroid_errors.append(float(np.hypot(*(np.array([u.mean(), v.mean()]) - middle))))
        assert not (ids[(expected == 0) & ~edge] > 0).any()
    assert len(centroid_errors) > 200
    assert compared > 300_000
    assert max(centroid_errors) < 0.2
    assert max(depth_errors) < 1e-3


def test_the_size_of_a_thing_does_not_depend_on_its_distance(
    session: Session, order: Callable[..., str], place: Callable[..., None]
) -> None:
    order("vset /objects/spawn sphere S 0 0 100")
    areas = []
    for away in (1.0, 10.0, 100.0):
        place(_camera([-away, 1.0, 0.0], (0.0, 0.0, 0.0), 2.0))
        frame = session.frame(0)
        areas.append(int((frame.ids == 1).sum()))
        assert frame.depth_cm()[HEIGHT // 2, WIDTH // 2] == pytest.approx(100 * away - 20, rel=1e-3)
    assert areas[0] == pytest.approx(np.pi * (0.2 * WIDTH / 2.0) ** 2, rel=0.02)
    assert areas[0] == areas[1] == areas[2]


def test_the_ground_lies_at_its_depth(session: Session, place: Callable[..., None]) -> None:
    camera = _camera([-3.0, 4.0, 0.4], (-35.0, 10.0, 20.0), 5.0)
    place(camera)
    right, down, forward = camera.rotation_camera_ground
    height = 4.0 + _pixels_m(camera) @ np.array([right[1], down[1]])
    np.testing.assert_allclose(session.frame(0).depth_cm() / 100, height / -forward[1], rtol=1e-3)


def test_normals_do_not_depend_on_the_projection(
    session: Session, place: Callable[..., None], spheres: None, order: Callable[..., str]
) -> None:
    camera = _camera([-4.0, 1.0, 0.0], (0.0, 0.0, 0.0), 3.0)
    place(camera)
    frame = session.frame(0)
    sphere = frame.ids == 2
    xy = _pixels_m(camera)[sphere] - camera.to_camera(CENTRES_M[0])[:2]
    towards = -np.sqrt(np.maximum(RADIUS_M**2 - (xy**2).sum(-1), 0))
    expected = np.stack([towards, xy[:, 0], -xy[:, 1]], -1) / RADIUS_M
    coded = frame.normal()[sphere].astype(float) / 127.5 - 1.0
    facing = expected[:, 0] < -0.5
    assert np.abs(coded - expected)[facing].max() < 0.08


def test_the_principal_point_can_be_anywhere(session: Session, order: Callable[..., str]) -> None:
    order("vset /objects/spawn sphere S 400 0 0")
    order(f"vset /camera/0/size {WIDTH} {HEIGHT}")
    order("vset /camera/0/projection_type orthographic")
    order("vset /camera/0/ortho_width 300")
    order("vset /camera/0/principal_point 100.25 60.5")
    v, u = np.nonzero(session.frame(0).ids == 1)
    assert (u.mean(), v.mean()) == pytest.approx((100.25, 60.5), abs=0.1)


def test_the_sky_is_the_one_direction_that_the_camera_looks_in(
    session: Session, order: Callable[..., str], place: Callable[..., None]
) -> None:
    order("vset /objects/spawn SpinegenStage Stage_0")
    order('vbp Stage_0 SetBackdrop {"kind":"park","seed":2}')
    order("vbp Stage_0 SetSky 3 0.6 1 7")
    forward = _camera([0.0, 0.0, 0.0], (20.0, 30.0, 0.0), 3.0).rotation_camera_ground[2]
    place(_camera([0.0, 1.0, 0.0] - forward, (20.0, 30.0, 0.0), 0.5))
    picture = session.frame(0).lit()
    assert np.ptp(picture.reshape(-1, 3), axis=0).max() == 0
    order("vset /camera/0/projection_type perspective")
    order("vset /camera/0/fov 1")
    order("vset /camera/0/size 321 241")
    middle = session.frame(0).lit()[120, 160]
    assert np.abs(middle.astype(int) - picture[0, 0]).max() <= 3


def test_a_narrow_lens_from_far_away_sees_the_same_picture(
    session: Session, order: Callable[..., str], place: Callable[..., None]
) -> None:
    order("vset /objects/spawn SpinegenStage Stage_0")
    order('vbp Stage_0 SetBackdrop {"kind":"studio"}')
    for number, kind in enumerate(("chair", "plant", "ball")):
        order(f"vset /objects/spawn {kind} P{number} {50 * number} {60 * number - 60} 0")
    camera = _camera([-16.0, 12.0, 0.0], (-35.0, 0.0, 0.0), 2.0)
    place(camera)
    parallel = session.frame(0)
    order("vset /camera/0/projection_type perspective")
    eye = camera.position_ground_m + (20.4 - 114.6) * camera.rotation_camera_ground[2]
    order("vset /camera/0/location {:.6f} {:.6f} {:.6f}".format(*ground_to_unreal(eye)))
    order("vset /camera/0/fov 1")
    pinhole = session.frame(0)
    assert (parallel.ids == pinhole.ids).mean() > 0.97
    same = (parallel.ids == pinhole.ids) & (parallel.ids > 0)
    change = parallel.lit()[same].astype(float) - pinhole.lit()[same]
    assert np.abs(change.mean(0)).max() < 6.0


def test_settings_are_read_back_and_perspective_returns(session: Session, order: Callable[..., str]) -> None:
    order("vset /objects/spawn chair C 300 0 -100")
    before = session.frame(0).lit().copy()
    assert order("vget /camera/0/projection_type") == "perspective"
    assert order("vget /camera/0/ortho_width") == "512.000000"
    order("vset /camera/0/ortho_width 250")
    np.testing.assert_array_equal(session.frame(0).lit(), before)
    order("vset /camera/0/projection_type Orthographic")
    assert order("vget /camera/0/projection_type") == "orthographic"
    assert order("vget /camera/0/ortho_width") == "250.000000"
    assert not np.array_equal(session.frame(0).lit(), before)
    order("vset /camera/0/projection_type perspective")
    np.testing.assert_array_equal(session.frame(0).lit(), before)
