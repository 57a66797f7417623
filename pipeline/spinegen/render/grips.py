"""Where a hand holds a thing, and how the thing then lies: from the landmarks of the hand, whatever engine draws it."""

import numpy as np

from ..engine.protocol.vocabulary import Prop
from ..geometry import rigid
from ..geometry.types import Array
from ..geometry.vectors import unit
from ..humans.body.landmarks import Landmarks
from ..records.plan_shot import Held

HANDS = ("left", "right")
_KNUCKLE_OVER_PALM_M = 0.038
"""Landmarks of the knuckles stand this far over the skin of the palm (`humans.rigging.contact_points`)."""
_FIST_M = 0.012
"""From the skin of the palm to the middle of what the fingers close round."""
_BEYOND_KNUCKLES_M = 0.012
_HANGS = ("bag",)
_STANDS_ON_ITS_UNDERSIDE = ("dumbbell", "barbell", "box")
_LIES_IN_THE_PALM = ("ball",)


def grip_at_rest(landmarks: Landmarks, side: str) -> Array | None:
    """`(4, 4)` frame of a hand's grip in the rest pose: x towards the thumb, y out of the palm; None where the person has no such landmarks."""
    letter = side[0].upper()
    names = (f"landmark/{letter}MC2", f"landmark/{letter}MC5", f"landmark/{letter}FTP")
    if any(name not in landmarks.points for name in names):
        return None
    second, fifth, tip = (landmarks.points[name] for name in names)
    middle = 0.5 * (second + fifth)
    x = unit(second - fifth)
    along = tip - middle
    along = unit(along - (along @ x) * x)
    y = np.cross(x, along) * (1.0 if side == "right" else -1.0)
    centre = middle + (_KNUCKLE_OVER_PALM_M + _FIST_M) * y + _BEYOND_KNUCKLES_M * along
    return rigid.transform(np.stack([x, y, np.cross(x, y)], axis=1), centre)


def held_transform(held: Held, grips_ground: dict[str, Array]) -> Array | None:
    """`(4, 4)` place of a held thing's own axes, given the frame of each hand's grip; None where a hand has none."""
    if held.hand == "both":
        if any(hand not in grips_ground for hand in HANDS):
            return None
        return _between(held.prop, *(grips_ground[hand] for hand in HANDS))
    if held.hand not in grips_ground:
        return None
    grip = grips_ground[held.hand]
    if held.prop.kind in _HANGS:
        across = grip[:3, 2] * np.array([1.0, 0.0, 1.0])
        return _upright(grip[:3, 3], across if np.linalg.norm(across) > 0.1 else np.array([0.0, 0.0, 1.0]))
    turned = grip @ rigid.transform(rigid.axis_angle_matrix([1.0, 0.0, 0.0], np.radians(held.roll_deg)), np.zeros(3))
    return turned @ rigid.transform(np.eye(3), _origin_m(held.prop))


def _between(prop: Prop, left: Array, right: Array) -> Array:
    """A thing that both hands hold: its X axis runs through them, and it is as upright as that lets it be."""
    x = unit(right[:3, 3] - left[:3, 3])
    up = np.array([0.0, 1.0, 0.0]) if abs(x[1]) < 0.95 else np.array([1.0, 0.0, 0.0])
    z = unit(np.cross(x, up))
    middle = 0.5 * (left[:3, 3] + right[:3, 3])
    frame = rigid.transform(np.stack([x, np.cross(z, x), z], axis=1), middle)
    if prop.kind == "broom":
        # The lower hand is the one further down the handle.
        below = x if right[1, 3] < left[1, 3] else -x
        z = unit(np.cross(-below, up))
        return rigid.transform(np.stack([-below, np.cross(z, -below), z], axis=1), middle)
    return frame @ rigid.transform(np.eye(3), _origin_m(prop))


def _origin_m(prop: Prop) -> Array:
    """Origin of a thing in the grip's axes: what stands on its underside is held at its middle."""
    height = (prop.size_cm or (0.0, 0.0, 0.0))[2] / 100
    if prop.kind in _STANDS_ON_ITS_UNDERSIDE:
        return np.array([0.0, -height / 2, 0.0])
    return np.array([0.0, -_FIST_M if prop.kind in _LIES_IN_THE_PALM else 0.0, 0.0])


def _upright(at: Array, along: Array) -> Array:
    z = unit(along)
    up = np.array([0.0, 1.0, 0.0])
    return rigid.transform(np.stack([np.cross(up, z), up, z], axis=1), at)
