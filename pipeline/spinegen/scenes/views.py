"""Cameras drawn around people; a draw that cannot be used says why."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from ..geometry.camera import Camera
from ..geometry.types import Array, Flags
from .camera_settings import SENSOR_WIDTH_MM, ViewSettings
from .placement import FLESH_M

LOWEST_M = 0.08
"""No camera is closer to the ground than this."""
NEAREST_M = 0.5
"""No camera is closer to a keypoint than this."""


class Rejected(Exception):
    """A draw that cannot be used; the text is the reason that the plan counts."""


@dataclass(frozen=True)
class View:
    """A camera and the draws behind it."""

    camera: Camera
    azimuth_deg: float
    """About the main person's pelvis: 0 in front, 90 on their right."""
    elevation_deg: float
    distance_m: float
    focal_mm: float
    roll_deg: float
    truncated: bool


@dataclass(frozen=True)
class Subject:
    """What the camera looks at."""

    main: Array
    """Keypoints `(37, 3)` of the main person, ground metres."""
    everyone: Array
    """Keypoints `(P, 37, 3)`."""
    heading_deg: float
    """Yaw that the main person's pelvis faces."""


def focal_px(focal_mm: float, width: int) -> float:
    """Pixels of a full-frame equivalent focal length."""
    return focal_mm / SENSOR_WIDTH_MM * width


def sample_view(rng: np.random.Generator, view: ViewSettings, subject: Subject, *, width: int, height: int) -> View:
    """A camera on an orbit about the main person.

    Raises:
        Rejected: it would stand underground or inside somebody.
    """
    azimuth, roll, focal = (d.sample(rng) for d in (view.azimuth_deg, view.roll_deg, view.focal_mm))
    shift = np.array([view.off_centre.sample(rng) * width, view.off_centre.sample(rng) * height])
    truncated = bool(rng.random() < view.truncation)
    up_kind, up = view.height_or_elevation
    size_kind, size = view.distance_or_fill
    up_value, size_value = up.sample(rng), size.sample(rng)
    framed = subject.main[None] if truncated else subject.everyone
    aim = _middle(framed)
    if truncated:
        aim = 0.5 * (aim + subject.main[rng.integers(len(subject.main))])
        size_value *= 1.0 if size_kind == "distance" else rng.uniform(1.1, 1.9)
    bearing = np.radians(subject.heading_deg + azimuth)
    distance = size_value if size_kind == "distance" else 3.5
    focal_length = focal_px(focal, width)
    placed = partial(
        _placed,
        bearing_rad=bearing,
        up_kind=up_kind,
        up_value=up_value,
        roll_deg=roll,
        focal_length_px=focal_length,
        width=width,
        height=height,
    )
    camera = placed(aim, distance_m=distance)
    for _ in range(3 if size_kind == "fill" else 1):
        corner, extent = _box(camera, framed)
        if size_kind == "fill":
            share = float((extent / (width, height)).max())
            distance = float(np.clip(distance * share / size_value, NEAREST_M, 60.0))
        if not truncated:
            aim = aim + _sideways(camera, corner + extent / 2 - (width / 2, height / 2) - shift, distance)
        camera = placed(aim, distance_m=distance)
    eye = camera.position_ground_m
    _check_place(eye, subject.everyone)
    to_eye = eye - _middle(subject.main[None])
    elevation = float(np.degrees(np.arctan2(to_eye[1], np.hypot(to_eye[0], to_eye[2]))))
    return View(camera, _wrapped(azimuth), elevation, float(np.linalg.norm(to_eye)), focal, roll, truncated)


def rig_cameras(rng: np.random.Generator, view: ViewSettings, width: int, height: int) -> tuple[Camera, ...]:
    """The fixed cameras of a rig, evenly around the middle of the scene, each with its own draws."""
    start = rng.uniform(0.0, 360.0)
    cameras = []
    for index in range(view.cameras):
        bearing = np.radians(start + index * 360.0 / view.cameras + rng.uniform(-15.0, 15.0))
        up_kind, up = view.height_or_elevation
        distance, focal, roll = (d.sample(rng) for d in (view.distance_or_fill[1], view.focal_mm, view.roll_deg))
        aim = np.array([rng.uniform(-0.2, 0.2), rng.uniform(0.8, 1.1), rng.uniform(-0.2, 0.2)])
        cameras.append(
            _placed(
                aim,
                bearing,
                distance,
                up_kind=up_kind,
                up_value=up.sample(rng),
                roll_deg=roll,
                focal_length_px=focal_px(focal, width),
                width=width,
                height=height,
            )
        )
    return tuple(cameras)


def rig_view(camera: Camera, subject: Subject) -> View:
    """One rig camera described about the main person.

    Raises:
        Rejected: somebody stands in the camera.
    """
    eye = camera.position_ground_m
    _check_place(eye, subject.everyone)
    to_eye = eye - _middle(subject.main[None])
    bearing = np.degrees(np.arctan2(to_eye[2], to_eye[0]))
    elevation = float(np.degrees(np.arctan2(to_eye[1], np.hypot(to_eye[0], to_eye[2]))))
    focal = float(camera.intrinsics[0, 0]) / camera.width * SENSOR_WIDTH_MM
    azimuth = _wrapped(float(bearing - subject.heading_deg))
    return View(camera, azimuth, elevation, float(np.linalg.norm(to_eye)), focal, 0.0, False)


def swayed(camera: Camera, rng: np.random.Generator, view: ViewSettings, times_s: Array) -> tuple[Camera, ...]:
    """The camera at each time of a take, held by hand: slow drift and quicker tremor on place and direction."""
    frequencies = np.array([0.25, 0.7, 1.9])
    sizes = np.array([1.0, 0.45, 0.12])
    phases = rng.uniform(0.0, 2.0 * np.pi, (6, 3))
    waves = np.sin(2.0 * np.pi * frequencies * times_s[:, None, None] + phases) @ sizes
    moved = []
    for wave in waves:
        pitch, yaw, roll = camera.rotator_deg
        location = camera.location_unreal_cm + 100.0 * view.sway_m * wave[:3]
        location[2] = max(location[2], 100.0 * LOWEST_M)
        turned = (pitch + view.sway_deg * wave[3], yaw + view.sway_deg * wave[4], roll + 0.5 * view.sway_deg * wave[5])
        moved.append(Camera.from_unreal(location, turned, camera.fov_deg, width=camera.width, height=camera.height))
    return tuple(moved)


def inside_share(camera: Camera, keypoints_ground_m: Array) -> float:
    """Share of keypoints whose pixel lies in the picture."""
    return float(inside_picture(camera, keypoints_ground_m).mean())


def inside_picture(camera: Camera, keypoints_ground_m: Array) -> Flags:
    """`(N,)` bool: keypoints whose pixel lies in the picture."""
    pixels, depth = camera.project(keypoints_ground_m)
    with np.errstate(invalid="ignore"):
        return (depth > 0) & (pixels >= -0.5).all(-1) & (pixels < (camera.width - 0.5, camera.height - 0.5)).all(-1)


def box_px(camera: Camera, keypoints_ground_m: Array) -> tuple[float, float]:
    """Width and height in pixels of a person's box, flesh included, whether or not it fits the picture."""
    _, extent = _box(camera, keypoints_ground_m[None])
    return float(extent[0]), float(extent[1])


def _check_place(eye: Array, everyone: Array) -> None:
    if eye[1] < LOWEST_M:
        raise Rejected("camera below the ground")
    if np.linalg.norm(everyone - eye, axis=-1).min() < NEAREST_M:
        raise Rejected("camera too close")


def _placed(
    aim: Array,
    bearing_rad: float,
    distance_m: float,
    *,
    up_kind: str,
    up_value: float,
    roll_deg: float,
    focal_length_px: float,
    width: int,
    height: int,
) -> Camera:
    if up_kind == "elevation":
        rise = float(np.sin(np.radians(up_value)))
    else:
        rise = float(np.clip((up_value - aim[1]) / distance_m, -0.94, 0.94))
    level = float(np.sqrt(1.0 - rise * rise))
    direction = np.array([level * np.cos(bearing_rad), rise, level * np.sin(bearing_rad)])
    return Camera.look_at(
        aim + distance_m * direction, aim, roll_deg=roll_deg, focal_px=focal_length_px, width=width, height=height
    )


def _middle(points: Array) -> Array:
    flat = points.reshape(-1, 3)
    return 0.5 * (flat.min(0) + flat.max(0))


def _box(camera: Camera, people: Array) -> tuple[Array, Array]:
    """Corner and extent in pixels of all people, flesh included."""
    in_camera = camera.to_camera(people.reshape(-1, 3))
    depth = np.maximum(in_camera[:, 2], 0.2)
    focal = camera.intrinsics[0, 0]
    pixels = in_camera[:, :2] / depth[:, None] * focal + camera.intrinsics[:2, 2]
    margin = (0.75 * FLESH_M * focal / depth)[:, None]
    low, high = (pixels - margin).min(0), (pixels + margin).max(0)
    return low, high - low


def _sideways(camera: Camera, offset_px: Array, distance_m: float) -> Array:
    """The move of the aim that brings `offset_px` from the middle to the middle."""
    right, down = camera.rotation_camera_ground[:2]
    return (right * offset_px[0] + down * offset_px[1]) * distance_m / camera.intrinsics[0, 0]


def _wrapped(angle_deg: float) -> float:
    return float((angle_deg + 180.0) % 360.0 - 180.0)
