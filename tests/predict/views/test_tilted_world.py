"""Calibrations that do not say which way is up, of worlds that are tilted against the floor, as those that hang on their first camera."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from spinegen.geometry.types import Array
from spinegen.predict.views.cameras import Calibration, ViewCamera
from spinegen.predict.views.gravity import upward_world
from spinegen.predict.views.matching import MatchedPerson
from spinegen.predict.views.pairing import as_filmed
from spinegen.predict.views.sightings import sightings
from spinegen.predict.views.world import World, find_world
from support.rigs import RATE_HZ, film_of, ring, walker

FRAMES = 25
TIMES_S = np.arange(FRAMES) / RATE_HZ


def tilted(degrees: float) -> Array:
    """Takes ground axes to those of the world."""
    angle = np.radians(degrees)
    return np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])


def seen(cameras: list[ViewCamera], points: Array) -> MatchedPerson:
    tracks = []
    for view, camera in enumerate(cameras):
        tracks += sightings(view, camera, film_of(camera, [points]), start_s=0.0, times_s=TIMES_S)
    return MatchedPerson(tuple(tracks))


def world_of(cameras: list[ViewCamera], points: Array, up_axis: str | None = None) -> World:
    upward = partial(upward_world, cameras, [seen(cameras, points)], TIMES_S)
    rig = Calibration("OpenCV", tuple(cameras), "m", None)
    return find_world(Path("rig.json"), rig, [points], RATE_HZ, up_axis=up_axis, upward_world=upward)


def lean_deg(world: World, turn: Array) -> float:
    """Angle between what is up and what the world takes for up."""
    return float(np.degrees(np.arccos(np.clip((world.rotation_ground_world @ turn)[1, 1], -1.0, 1.0))))


def test_a_tilted_world_is_put_upright_on_its_floor() -> None:
    turn = tilted(25.0)
    points = walker(FRAMES) @ turn.T
    world = world_of(ring(3, turn=turn), points)
    assert lean_deg(world, turn) < 8.0
    assert any("turned by the" in note for note in world.notes)
    assert np.median(world.ground_m(points)[..., 1].min(axis=1)) == pytest.approx(0.0, abs=0.08)


def test_a_world_that_stands_on_the_floor_stays_as_it_is() -> None:
    points = walker(FRAMES)
    world = world_of(ring(3), points)
    np.testing.assert_array_equal(world.rotation_ground_world, np.eye(3))
    np.testing.assert_allclose(world.ground_m(points), points)


def test_who_names_the_axis_is_believed() -> None:
    turn = tilted(25.0)
    world = world_of(ring(3, turn=turn), walker(FRAMES) @ turn.T, "+y")
    np.testing.assert_array_equal(world.rotation_ground_world, np.eye(3))


def test_cameras_that_stood_on_their_sides_tell_the_same() -> None:
    cameras = ring(2)
    points = walker(FRAMES)
    on_side = [
        replace(as_filmed(Path("a.mp4"), camera, (720, 640), quarters=q, calibration_path=Path("c")), name=camera.name)
        for camera, q in zip(cameras, (1, 3), strict=True)
    ]
    # a camera on its side sees the world turned about its axis; its film is turned back
    sideways = []
    for camera, q in zip(on_side, (1, 3), strict=True):
        back = np.linalg.matrix_power(np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]), -q)
        sideways.append(
            replace(
                camera,
                rotation_camera_world=back @ camera.rotation_camera_world,
                translation_camera=back @ camera.translation_camera,
            )
        )
    up = upward_world(sideways, [seen(sideways, points)], TIMES_S)
    assert up is not None
    assert np.degrees(np.arccos(up[1])) < 8.0
