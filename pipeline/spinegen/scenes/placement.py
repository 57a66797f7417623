"""People on the ground: where each stands, and where their keypoints then are."""

import numpy as np

from ..geometry import rigid
from ..geometry.types import Array
from ..records.plan_shot import PlacedPerson
from ..skeleton import INDEX
from .distributions import Number
from .motions import Motion

FLESH_M = 0.12
"""Skin, hair and shoes reach about this far beyond the keypoints."""


def placed_keypoints(placed: PlacedPerson, motion: Motion, frame: int, scale: float) -> Array:
    """Approximate keypoints `(37, 3)` on the stage: the performer's, scaled to the person's stature."""
    pelvis = motion.keypoints_ground_m[placed.anchor_frame, INDEX["hip"]] * scale
    return rigid.apply(placed.transform_world_clip(pelvis), motion.keypoints_ground_m[frame] * scale)


def heading_deg(keypoints_ground_m: Array) -> float:
    """Yaw that the pelvis faces, from the line of the hips."""
    across = keypoints_ground_m[INDEX["right_hip"]] - keypoints_ground_m[INDEX["left_hip"]]
    return float(np.degrees(np.arctan2(-across[0], across[2])))


def footprint_radius_m(keypoints_ground_m: Array, x_m: float, z_m: float) -> float:
    """Radius about (x, z) of the ground that a body takes."""
    return float(np.hypot(keypoints_ground_m[:, 0] - x_m, keypoints_ground_m[:, 2] - z_m).max()) + FLESH_M


def bodies_meet(a: Array, b: Array) -> bool:
    """Whether two people's keypoints come within two bodies' flesh of each other."""
    return bool(np.linalg.norm(a[:, None] - b[None], axis=-1).min() < 2 * FLESH_M + 0.1)


def next_place(
    rng: np.random.Generator, taken: list[tuple[float, float, float]], radius_m: float, spacing: Number
) -> tuple[float, float]:
    """A place beside people who are already there (x, z, radius), `spacing` of free ground from one of them."""
    x, z, other = taken[int(rng.integers(len(taken)))]
    bearing = rng.uniform(0.0, 2.0 * np.pi)
    distance = 0.6 * (other + radius_m) + spacing.sample(rng)
    return x + distance * float(np.cos(bearing)), z + distance * float(np.sin(bearing))
