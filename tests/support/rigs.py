"""A rig of calibrated cameras around people whose keypoints are known."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from spinegen import skeleton
from spinegen.biomech.anatomy.assemble import load_model
from spinegen.predict.film import Film
from spinegen.predict.film_person import FilmPerson
from spinegen.predict.views.cameras import ViewCamera
from spinegen.predict.views.sightings import Sighting, sightings

RATE_HZ = 25.0
Z_UP = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""Ground (x, y up, z) as (z, x, y)."""
LENS = (-0.21, 0.08, 0.001, -0.0008, 0.02)


def walker(frames: int, start_m: tuple[float, float] = (0.0, 0.0), yaw: float = 0.0) -> np.ndarray:
    """`(T, 37, 3)` of somebody who walks and bends, ground metres."""
    model = load_model("unisex")
    q = np.tile(model.default_q, (frames, 1))
    names = list(model.coordinate_names)
    swing = np.sin(np.arange(frames) / 4)
    for name, size in (("hip_flexion_r", 0.4), ("hip_flexion_l", -0.4), ("lumbar_flexion", 0.3)):
        if name in names:
            q[:, names.index(name)] += size * swing
    stations = tuple(f"keypoint/{name}" for name in skeleton.NAMES)
    points = model.station_positions(model.forward(q), stations)
    points = points - [points[0, skeleton.INDEX["hip"], 0], points[..., 1].min(), points[0, skeleton.INDEX["hip"], 2]]
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    travel = np.arange(frames)[:, None] * np.array([0.01, 0.0, 0.004])
    return (points + travel[:, None]) @ turn.T + [start_m[0], 0.0, start_m[1]]


def ring(
    count: int = 4, *, lens: Sequence[float] = LENS, turn: np.ndarray | None = None, scale: float = 1.0
) -> list[ViewCamera]:
    """Cameras 4 m around the origin; the world is ground axes turned by `turn`, in metres times `scale`."""
    world = np.eye(3) if turn is None else turn
    cameras = []
    for index in range(count):
        bearing = 2 * np.pi * (index + 0.3) / count
        eye = np.array([4 * np.cos(bearing), 1.2 + 0.2 * index, 4 * np.sin(bearing)])
        forward = np.array([0.0, 0.9, 0.0]) - eye
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 1.0, 0.0])
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(forward, right), forward])
        intrinsics = np.array([[800.0 + index, 0, 319.5], [0, 805.0, 359.5], [0, 0, 1.0]])
        rotation_world = rotation @ world.T
        cameras.append(
            ViewCamera(
                f"cam_{index + 1}",
                (640, 720),
                intrinsics,
                np.array(lens),
                False,
                rotation_world,
                -rotation @ eye * scale,
            )
        )
    return cameras


def film_of(camera: ViewCamera, people_world: Sequence[np.ndarray], *, order: Sequence[int] | None = None) -> Film:
    """What a network without error sees."""
    rows = []
    for number, index in enumerate(order or range(len(people_world)), 1):
        pixels = camera.project(people_world[index])
        low, high = np.nanmin(pixels, axis=1), np.nanmax(pixels, axis=1)
        ones = np.ones(pixels.shape[:2])
        rows.append(
            FilmPerson(number, list(range(len(pixels))), np.concatenate([low, high - low], 1), pixels, ones, ones < 0)
        )
    count = len(people_world[0])
    return Film((np.arange(count) / RATE_HZ).tolist(), rows, RATE_HZ, [], camera.size_wh or (0, 0))


def tracks_of(cameras: Sequence[ViewCamera], films: Sequence[Film]) -> list[Sighting]:
    """Everybody in every view at the films' own times."""
    times = np.asarray(films[0].times_s)
    return [
        track
        for view, (c, f) in enumerate(zip(cameras, films, strict=True))
        for track in sightings(view, c, f, start_s=0.0, times_s=times)
    ]


def pose2sim_toml(cameras: Sequence[ViewCamera]) -> str:
    """The rig as Pose2Sim writes it."""
    return (
        "\n".join(toml_section(camera, "fisheye = false") for camera in cameras)
        + "\n[metadata]\nadjusted = false\nerror = 0.0\n"
    )


def toml_section(camera: ViewCamera, last: str = "") -> str:
    """One camera as Pose2Sim and Anipose write it."""
    rotation = cv2.Rodrigues(camera.rotation_camera_world)[0].ravel()
    width, height = camera.size_wh or (0, 0)
    return (
        f'[{camera.name}]\nname = "{camera.name}"\nsize = [ {width}.0, {height}.0,]\nmatrix = {camera.intrinsics.tolist()}\n'
        f"distortions = {camera.distortion.tolist()}\nrotation = {rotation.tolist()}\n"
        f"translation = {camera.translation_camera.tolist()}\n{last}\n"
    )


def write_rig(path: Path, cameras: Sequence[ViewCamera]) -> Path:
    """A Pose2Sim file."""
    path.write_text(pose2sim_toml(cameras))
    return path
