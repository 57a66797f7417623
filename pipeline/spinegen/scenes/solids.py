"""Bodies and things as simple solids, so that a plan knows what would run into what and what hides whom: balls along limbs, upright boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.protocol.prop_kinds import SIZES_CM
from ..engine.protocol.vocabulary import Prop
from ..geometry.types import Array, Flags
from ..skeleton import INDEX

_LIMBS: tuple[tuple[str, str, float], ...] = (
    ("hip", "spine_03", 0.15), ("spine_03", "neck", 0.15), ("neck", "head", 0.10),
    ("left_hip", "left_knee", 0.085), ("right_hip", "right_knee", 0.085),
    ("left_knee", "left_ankle", 0.06), ("right_knee", "right_ankle", 0.06),
    ("left_heel", "left_big_toe", 0.045), ("right_heel", "right_big_toe", 0.045),
    ("left_shoulder", "left_elbow", 0.055), ("right_shoulder", "right_elbow", 0.055),
    ("left_elbow", "left_wrist", 0.045), ("right_elbow", "right_wrist", 0.045),
)  # fmt: skip
"""Limbs with their half thickness at a stature of 1.7 m, clothes not counted."""
_HAND_M, _HAND_RADIUS_M = 0.16, 0.05
"""A hand reaches this far beyond the wrist."""
_BALLS = np.linspace(0.0, 1.0, 7)
HAND_BALLS = 2 * len(_BALLS)
"""So many of a body's last balls are its hands."""


@dataclass(frozen=True)
class Body:
    """Balls along a body."""

    centres_ground_m: Array
    """`(N, 3)`."""
    radii_m: Array
    """`(N,)`."""


def body_of(keypoints_ground_m: Array, stature_m: float) -> Body:
    """The body with these keypoints `(37, 3)`."""
    scale = stature_m / 1.7
    ends = [(keypoints_ground_m[INDEX[a]], keypoints_ground_m[INDEX[b]], r) for a, b, r in _LIMBS]
    for side in ("left", "right"):
        elbow, wrist = (keypoints_ground_m[INDEX[f"{side}_{name}"]] for name in ("elbow", "wrist"))
        along = (wrist - elbow) / max(float(np.linalg.norm(wrist - elbow)), 1e-6)
        ends.append((wrist, wrist + _HAND_M * scale * along, _HAND_RADIUS_M))
    centres = np.concatenate([a + _BALLS[:, None] * (b - a) for a, b, _ in ends])
    return Body(centres, np.repeat([r * scale for *_, r in ends], len(_BALLS)))


@dataclass(frozen=True)
class Solid:
    """Boxes that turn together about a vertical axis."""

    middle_ground_m: Array
    """`(3,)`, of the axes in which the boxes lie."""
    yaw_deg: float
    low_m: Array
    """`(N, 3)` lower corners along the thing's own x, y (up), z."""
    high_m: Array
    """`(N, 3)`."""

    def local(self, points_ground_m: Array) -> Array:
        """Points `(N, 3)` in the boxes' axes."""
        way = points_ground_m - self.middle_ground_m
        turn = np.radians(self.yaw_deg)
        cosine, sine = np.cos(turn), np.sin(turn)
        x = way[:, 0] * cosine + way[:, 2] * sine
        return np.stack([x, way[:, 1], way[:, 2] * cosine - way[:, 0] * sine], axis=1)

    def depth_m(self, body: Body) -> float:
        """How deep the body is in it; 0 where they do not meet."""
        at = self.local(body.centres_ground_m)[:, None]
        outside = np.linalg.norm(np.maximum(np.maximum(self.low_m - at, at - self.high_m), 0.0), axis=-1)
        return float(np.maximum(body.radii_m[:, None] - outside, 0.0).max())

    def meets(self, other: "Solid") -> bool:
        """Whether this thing stands in the other: a grid of points in its boxes is looked at, those of thin boxes at their middle."""
        turn = np.radians(self.yaw_deg)
        rows = np.array([[np.cos(turn), 0.0, -np.sin(turn)], [0.0, 1.0, 0.0], [np.sin(turn), 0.0, np.cos(turn)]])
        grid = np.stack(np.meshgrid(*[np.linspace(0.03, 0.97, 6)] * 3, indexing="ij"), -1).reshape(-1, 3)
        points = np.concatenate([low + grid * (high - low) for low, high in zip(self.low_m, self.high_m, strict=True)])
        world = points @ rows.T + self.middle_ground_m
        return other.depth_m(Body(world, np.full(len(world), 1e-6))) > 0.0

    def near(self, point_ground_m: Array, distance_m: float) -> bool:
        """Whether a point lies within a distance of it."""
        return self.depth_m(Body(point_ground_m[None], np.array([distance_m]))) > 0.0

    def hides(self, eye_ground_m: Array, points_ground_m: Array) -> Flags:
        """`(N,)` bool: whether a box stands between the eye and each point."""
        start = self.local(eye_ground_m[None])[0]
        way = self.local(points_ground_m) - start
        with np.errstate(divide="ignore", invalid="ignore"):
            a = (self.low_m - start)[None] / way[:, None]
            b = (self.high_m - start)[None] / way[:, None]
        enter, leave = np.fmin(a, b).max(-1), np.fmax(a, b).min(-1)
        return ((enter < leave) & (leave > 0.0) & (enter < 0.98)).any(1)


def _from(*parts: Sequence[float]) -> Array:
    return np.array(parts, dtype=np.float64)


_WHOLE = _from((-0.5, 0.0, -0.5, 0.5, 1.0, 0.5))
_TOP_ON_LEGS = _from((-0.5, 0.93, -0.5, 0.5, 1.0, 0.5), (-0.5, 0, -0.5, -0.44, 1, -0.4), (0.44, 0, -0.5, 0.5, 1, -0.4),
                     (-0.5, 0, 0.4, -0.44, 1, 0.5), (0.44, 0, 0.4, 0.5, 1, 0.5))  # fmt: skip
_SEAT_AND_BACK = _from((-0.5, 0.49, -0.5, 0.5, 0.54, 0.5), (-0.47, 0.54, -0.5, 0.47, 1.0, -0.42))
_PARTS: dict[str, Array] = {
    "table": _TOP_ON_LEGS,
    "desk": np.concatenate([_TOP_ON_LEGS, _from((0.2, 0, -0.45, 0.48, 0.95, 0.45), (-0.45, 0.4, -0.45, 0.45, 0.95, -0.4))]),
    "bench": _from((-0.5, 0.87, -0.5, 0.5, 1.0, 0.5)),
    "stool": _from((-0.4, 0.93, -0.4, 0.4, 1.0, 0.4)),
    "chair": _SEAT_AND_BACK,
    "office_chair": np.concatenate([_SEAT_AND_BACK, _from((-0.08, 0, -0.08, 0.08, 0.5, 0.08))]),
    "sofa": _from((-0.5, 0.1, -0.5, 0.5, 0.55, 0.5), (-0.5, 0.5, -0.5, 0.5, 1.0, -0.25), (-0.5, 0.1, -0.5, -0.41, 0.73, 0.5),
                  (0.41, 0.1, -0.5, 0.5, 0.73, 0.5)),
    "piano": _from((-0.5, 0.0, -0.5, 0.5, 1.0, 0.1), (-0.5, 0.53, 0.1, 0.5, 0.63, 0.5), (-0.5, 0, 0.36, -0.46, 0.6, 0.48),
                   (0.46, 0, 0.36, 0.5, 0.6, 0.48)),
    "railing": _from((-0.5, 0.93, -0.5, 0.5, 1.0, 0.5), (-0.5, 0.1, -0.4, 0.5, 0.3, 0.4), (-0.5, 0.5, -0.4, 0.5, 0.6, 0.4)),
    "car": _from((-0.5, 0.12, -0.48, 0.5, 0.58, 0.48), (-0.29, 0.55, -0.41, 0.24, 1.0, 0.41)),
    "plant": _from((-0.2, 0, -0.2, 0.2, 0.4, 0.2), (-0.36, 0.35, -0.36, 0.36, 1.0, 0.36)),
    "tree": _from((-0.05, 0, -0.05, 0.05, 0.5, 0.05), (-0.4, 0.4, -0.4, 0.4, 1.0, 0.4)),
    "bush": _from((-0.4, 0.0, -0.4, 0.4, 0.95, 0.4)),
    "ball": _from((-0.38, 0.0, -0.38, 0.38, 0.95, 0.38)),
}  # fmt: skip
"""Boxes of a thing as shares of its extent along its own x, y (up), z: x0, y0, z0, x1, y1, z1; all others are one box."""


def solid_of(prop: Prop) -> Solid:
    """A standing thing of its own or its kind's usual size."""
    size_cm = prop.size_cm or SIZES_CM[prop.kind]
    parts = _PARTS.get(prop.kind, _WHOLE) * np.tile(np.array([size_cm[0], size_cm[2], size_cm[1]]) / 100.0, 2)
    x, z, y = np.array(prop.location_cm) / 100.0
    return Solid(np.array([x, y, z]), prop.yaw_deg, parts[:, :3], parts[:, 3:])
