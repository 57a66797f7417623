"""Cameras drawn by chance around moving people: near and far, from eye level and above, level and tilted, people anywhere in the picture."""

from dataclasses import dataclass

import numpy as np

from ..geometry.types import Array, Flags, Floats
from .points import ROOT

NEAREST_M, FARTHEST_M = 1.6, 12.0
ROLL_DEG = 2.5
FIELD_ERROR = 0.06
"""Deviation of the logarithm of the focal length that a user names against the true one."""
LEAST_DEPTH_M = 0.25
"""Points nearer to the camera's plane are not seen."""


@dataclass(frozen=True)
class Seen:
    """Windows as cameras see them."""

    points_camera_m: Floats
    """`(N, T, P, 3)`."""
    rays: Floats
    """`(N, T, P, 2)` as they are measured with the focal length that the user names."""
    up_camera: Floats
    """`(N, 3)` unit vectors."""
    in_front: Flags
    """`(N, T, P)`: before the camera."""


def watch(rng: np.random.Generator, points_ground_m: Floats) -> Seen:
    """Each window of `(N, T, P, 3)` from a camera of its own."""
    count, frames = points_ground_m.shape[:2]
    root = points_ground_m[:, frames // 2, ROOT][:, None, None]
    distance = np.exp(rng.uniform(np.log(NEAREST_M), np.log(FARTHEST_M), count))
    aside = _aside(rng, count)
    rotation = aside @ _towards(rng, count)
    points = (points_ground_m - root) @ np.swapaxes(rotation, -1, -2)[:, None]
    points = points + (distance[:, None] * aside[..., 2])[:, None, None]
    in_front = points[..., 2] > LEAST_DEPTH_M
    scale = np.exp(rng.normal(0.0, FIELD_ERROR, count))[:, None, None, None]
    rays = scale * points[..., :2] / np.maximum(points[..., 2:], LEAST_DEPTH_M)
    return Seen(points, rays, rotation[..., 1], in_front)


def _towards(rng: np.random.Generator, count: int) -> Array:
    """Rotations `(N, 3, 3)` from ground to axes of a camera that looks at a point from anywhere around and mostly from about its height."""
    azimuth = rng.uniform(0.0, 2.0 * np.pi, count)
    high = rng.random(count) < 0.2
    elevation = np.radians(np.where(high, rng.uniform(10.0, 70.0, count), rng.normal(4.0, 9.0, count)))
    forward = np.stack(
        [np.cos(elevation) * np.cos(azimuth), -np.sin(elevation), np.cos(elevation) * np.sin(azimuth)], axis=-1
    )
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right, axis=-1, keepdims=True)
    level = np.stack([right, np.cross(forward, right), forward], axis=-2)
    return _about("z", np.radians(rng.normal(0.0, ROLL_DEG, count))) @ level


def _aside(rng: np.random.Generator, count: int) -> Array:
    """Turns `(N, 3, 3)` of the camera that put what was in the middle anywhere in its picture."""
    return _about("x", rng.uniform(-0.28, 0.28, count)) @ _about("y", rng.uniform(-0.5, 0.5, count))


def _about(axis: str, angle_rad: Array) -> Array:
    c, s, zero, one = np.cos(angle_rad), np.sin(angle_rad), np.zeros_like(angle_rad), np.ones_like(angle_rad)
    rows = {
        "x": ((one, zero, zero), (zero, c, -s), (zero, s, c)),
        "y": ((c, zero, s), (zero, one, zero), (-s, zero, c)),
        "z": ((c, -s, zero), (s, c, zero), (zero, zero, one)),
    }[axis]
    return np.stack([np.stack(row, -1) for row in rows], -2)
