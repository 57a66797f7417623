"""People on the ground: where each stands, and where their keypoints then are."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..geometry import rigid
from ..geometry.types import Array
from ..skeleton import INDEX
from .distributions import Number
from .motions import Motion

FLESH_M = 0.12
"""Skin, hair and shoes reach about this far beyond the keypoints."""


@dataclass(frozen=True)
class PlacedPerson:
    """One person of a shot."""

    person: str
    clip: str
    frame: int
    time_s: float
    x_m: float
    """Ground position of the pelvis at `anchor_frame`."""
    z_m: float
    yaw_deg: float
    """The clip's turn about the vertical, clockwise from above."""
    anchor_frame: int

    def to_json(self) -> dict[str, Any]:
        """Plain data, as it stands in the plan."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "PlacedPerson":
        """Inverse of `to_json`."""
        return cls(**data)

    def transform_world_clip(self, pelvis_ground_m: Array) -> Array:
        """`(4, 4)` that takes the clip's ground to the stage, given the pelvis `(3,)` at the anchor frame."""
        rotation = yaw_matrix(self.yaw_deg)
        moved = rotation @ np.array([pelvis_ground_m[0], 0.0, pelvis_ground_m[2]])
        return rigid.transform(rotation, np.array([self.x_m - moved[0], 0.0, self.z_m - moved[2]]))


def yaw_matrix(yaw_deg: float) -> Array:
    """Turn about the vertical, clockwise seen from above (x towards z), as Unreal's yaw."""
    return rigid.axis_angle_matrix([0.0, 1.0, 0.0], -np.radians(yaw_deg))


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
