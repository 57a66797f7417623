"""Relaxed hands: fingers side by side, curled a little about their own joints, more towards the little finger."""

from dataclasses import dataclass

import numpy as np

from ...geometry import rigid
from ...geometry.types import Floats
from .body_data import BodyData
from .shape import Vertices, joints

CURL_RAD = {
    1: (0.10, 0.18, 0.12),
    2: (0.22, 0.34, 0.22),
    3: (0.30, 0.40, 0.26),
    4: (0.36, 0.44, 0.28),
    5: (0.42, 0.46, 0.30),
}
"""Bend of the three joints of each finger, thumb first, in a fully relaxed hand."""


CLOSED_RAD = {
    1: (0.30, 0.55, 0.70),
    2: (0.72, 1.40, 0.95),
    3: (0.75, 1.45, 1.00),
    4: (0.80, 1.45, 1.00),
    5: (0.85, 1.40, 0.95),
}
"""The same of a fist; three quarters of it go round a bar of 3 cm."""


def bends_rad(number: int, curl: float, closed: float) -> Floats:
    """`(3,)` bend of a finger's joints: `curl` 0 straight .. 1 relaxed, of which `closed` 0 .. 1 goes towards a fist."""
    return (1.0 - closed) * curl * np.array(CURL_RAD[number]) + closed * np.array(CLOSED_RAD[number])


_FAN_CLOSES = 0.7
"""Share of the angle between fingers that a relaxed hand takes back from the modelled, spread one."""


@dataclass(frozen=True)
class Finger:
    """One finger of a body as its vertices lie."""

    number: int
    """1 thumb .. 5 little finger."""
    joints_m: Floats
    """`(4, 3)`: three joints and the tip."""
    axes: Floats
    """`(3, 3)`: unit axes about which a positive angle bends the joints towards the palm."""
    weights: Floats
    """`(V, 3)`: hold of its three bones on every vertex of the base mesh."""


def bent(joints_m: Floats, axes: Floats, angles_rad: Floats) -> list[Floats]:
    """What turning the three joints of a finger about their axes does to points of its three bones, each `(4, 4)`."""
    out, chain = [], np.eye(4)
    for joint_m, axis, angle in zip(joints_m, axes, angles_rad, strict=False):
        turn = rigid.axis_angle_matrix(axis, float(angle))
        chain = chain @ rigid.transform(turn, joint_m - turn @ joint_m)
        out.append(chain)
    return out


def fingers_of(data: BodyData, vertices_m: Vertices, side: str) -> list[Finger]:
    """Thumb to little finger of the side `"l"` or `"r"`."""
    names = [f"{side}-hand", *(f"{side}-finger-{number}-{k}" for number in CURL_RAD for k in (1, 2, 3, 4))]
    wrist, *points = joints(data, vertices_m, names)
    fingers_m = np.reshape(points, (len(CURL_RAD), 4, 3))
    thumb, first, last = fingers_m[0, 3], fingers_m[1, 0], fingers_m[4, 0]
    palm = np.cross(first - wrist, last - wrist)
    palm /= np.linalg.norm(palm)
    palm *= np.sign(np.dot(thumb - wrist, palm)) or 1.0
    axes = np.cross(np.diff(fingers_m, axis=1), palm)
    axes /= np.linalg.norm(axes, axis=2, keepdims=True)
    bones = [tuple(f"finger{number}-{k}.{side.upper()}" for k in (1, 2, 3)) for number in CURL_RAD]
    holds = [data.weights_of(own) for own in bones]
    return [Finger(*finger) for finger in zip(CURL_RAD, fingers_m, axes, holds, strict=True)]


def close_fan(data: BodyData, vertices_m: Vertices) -> Vertices:
    """The body with index, ring and little finger nearer to the middle one than they are modelled: who holds up a hand spreads none."""
    out = vertices_m.copy()
    for side in "lr":
        fingers = fingers_of(data, vertices_m, side)
        middle = _pointing(fingers[2])
        palm = np.cross(fingers[2].axes[0], middle)
        for finger in fingers[1:]:
            if finger.number == 3:
                continue
            flat = _pointing(finger) - palm * (palm @ _pointing(finger))
            apart = np.arctan2(palm @ np.cross(middle, flat), middle @ flat)
            turn = rigid.axis_angle_matrix(palm, -_FAN_CLOSES * float(apart))
            hold = finger.weights.sum(1)
            own = np.flatnonzero(hold > 0)
            from_knuckle = vertices_m[own] - finger.joints_m[0]
            out[own] += (hold[own, None] * (from_knuckle @ turn.T - from_knuckle)).astype(np.float32)
    return out


def _pointing(finger: Finger) -> Floats:
    """Unit direction of the finger's first bone."""
    along = finger.joints_m[1] - finger.joints_m[0]
    return along / np.linalg.norm(along)


def curl_hands(
    data: BodyData, vertices_m: Vertices, amount: float, closed: tuple[float, float] = (0.0, 0.0)
) -> Vertices:
    """The body with its fingers side by side, bent by `amount`, 0 straight .. 1 relaxed, and the left and right hand `closed` 0 .. 1."""
    straight = close_fan(data, vertices_m)
    out = straight.copy()
    for side, share in zip("lr", closed, strict=True):
        for finger in fingers_of(data, straight, side):
            out += _bend(straight, finger, bends_rad(finger.number, amount, share))
    return out


def _bend(vertices_m: Vertices, finger: Finger, bends: Floats) -> Vertices:
    """Displacement `(V, 3)` of one finger."""
    moved = np.zeros_like(vertices_m)
    for k, chain in enumerate(bent(finger.joints_m, finger.axes, bends)):
        weight = finger.weights[:, k]
        own = np.flatnonzero(weight > 0)
        shift = rigid.apply(chain, vertices_m[own]) - vertices_m[own]
        moved[own] += (weight[own, None] * shift).astype(np.float32)
    return moved
