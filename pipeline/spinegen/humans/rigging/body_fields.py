"""Scalar fields over the base mesh that garments and hair are cut along: place on the arm, on the leg, on the trunk."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...geometry.types import Array, Floats
from ..body import bones
from ..body.body_data import load_body_data
from ..body.landmarks import Landmarks

Field = Floats


@dataclass(frozen=True)
class BodyFields:
    """Fields over all base-mesh vertices `(V,)`, and the heights that edges of clothes refer to; metres."""

    vertices_m: Floats
    weights: Floats
    arm_share: Field
    """Share of the weights that arms hold (0 trunk .. 1 arm)."""
    arm_m: Field
    """Way along the nearer arm from the shoulder towards the wrist."""
    arm_length_m: float
    hand_share: Field
    foot_share: Field
    hip_y_m: float
    navel_y_m: float
    under_bust_y_m: float
    """Below the fold under the breasts."""
    neck_m: Array
    """Base of the neck `(3,)` (C7-T1)."""
    knee_y_m: float
    ankle_y_m: float
    shoulder_y_m: float
    shoulder_z_m: float


def body_fields(vertices_m: Floats, weights: Floats, landmarks: Landmarks) -> BodyFields:
    """Evaluate the fields on one body."""
    points = landmarks.points

    def held(*names: str) -> Field:
        return weights[:, [bones.INDEX[f"{n}_{s}"] for n in names for s in "rl"]].sum(1)

    along = np.full((2, len(vertices_m)), -1.0, np.float32)
    away = np.empty((2, len(vertices_m)), np.float32)
    for i, side in enumerate("rl"):
        along[i], away[i] = _along_arm(vertices_m, [points[f"joint/{n}_{side}"] for n in ("humerus", "ulna", "hand")])
    nearer = away.argmin(0)
    arm = [
        float(np.linalg.norm(points[f"joint/{b}_r"] - points[f"joint/{a}_r"]))
        for a, b in (("humerus", "ulna"), ("ulna", "hand"))
    ]
    return BodyFields(
        vertices_m=vertices_m,
        weights=weights,
        arm_share=held("humerus", "ulna", "radius", "hand"),
        arm_m=along[nearer, np.arange(len(vertices_m))],
        arm_length_m=sum(arm),
        hand_share=held("hand"),
        foot_share=held("talus", "calcn", "toes"),
        hip_y_m=float(points["joint/femur_r"][1]),
        navel_y_m=float(points["centroid/L4"][1]),
        under_bust_y_m=_under_bust_y_m(vertices_m),
        neck_m=points["joint/C7"],
        knee_y_m=float(points["joint/tibia_r"][1]),
        ankle_y_m=float(points["joint/talus_r"][1]),
        shoulder_y_m=float(points["joint/humerus_r"][1]),
        shoulder_z_m=float(points["joint/humerus_r"][2]),
    )


def _under_bust_y_m(vertices_m: Floats) -> float:
    data = load_body_data()
    body = data.vertices_of("body")
    breasts = data.hold_of(("breast",))[body] > 0.5
    return float(vertices_m[body[breasts], 1].min()) - 0.015


def _along_arm(points_m: Floats, joints: list[Array]) -> tuple[Field, Field]:
    """Arc length along shoulder-elbow-wrist of the nearest point, and the distance to it."""
    best_along, best = np.zeros(len(points_m), np.float32), np.full(len(points_m), np.inf, np.float32)
    start = 0.0
    for i, (a, b) in enumerate(pairwise(joints)):
        length = float(np.linalg.norm(b - a))
        unit = (b - a) / length
        raw = (points_m - a) @ unit
        t = np.clip(raw, -1.0 if i == 0 else 0.0, length if i == 0 else length + 1.0)
        distance = np.linalg.norm(points_m - a - np.clip(t, 0.0, length)[:, None] * unit, axis=1)
        closer = distance < best
        best_along[closer] = (start + t)[closer]
        best[closer] = distance[closer]
        start += length
    return best_along, best
