"""Where an arm points, in words that a person would use, turned into the model's shoulder coordinates.

`arm_raise`: degrees from hanging down (0) over level (90) to overhead (180). `arm_plane`: the way it is raised, 0 sideways, 90
forward, 180 across the body, -90 backward. `arm_turn`: turn about the upper arm's own length, inward positive, from the turn
that the arm has when it is swung straight there from hanging; at 0 a bent elbow of a hanging arm points the forearm forward.
All are relative to the chest.
"""

import numpy as np

from ..geometry.rigid import rotation_vector_matrix
from ..geometry.types import Array

WORDS = ("arm_raise", "arm_plane", "arm_turn")
_ELEVATION_AXIS = np.array([-0.766, 0.0, 0.643])
_SWING_AXIS = np.array([0.643, 0.0, 0.766])
"""Of the right shoulder in the chest's axes, as in `coordinates.csv`."""
_WITH_SCAPULA = 1.5
"""The scapula turns half as far again about the axis of elevation."""
_FORWARD_DEG = 90.0
_FURTHEST_BACK_RAD = 1.2
"""Of the elevation with its scapula; beyond, the arm comes there another way."""


def shoulder_angles(raise_deg: float, plane_deg: float = _FORWARD_DEG, turn_deg: float = 0.0) -> dict[str, float]:
    """`shoulder_elevation`, `shoulder_swing` and `shoulder_rotation`, degrees, of an arm (of either: the mirror has the same)."""
    lift, plane = np.radians([raise_deg, plane_deg])
    way = np.array([np.sin(lift) * np.sin(plane), -np.cos(lift), np.sin(lift) * np.cos(plane)])
    swing = float(np.arcsin(np.clip(-way @ _ELEVATION_AXIS, -1.0, 1.0)))
    raised = float(np.arctan2(way @ _SWING_AXIS, -way[1]))
    if raised < -_FURTHEST_BACK_RAD:
        # The same direction by way of the other side of the shoulder: across the chest, or past overhead.
        swing, raised = np.pi - swing, raised + np.pi
    bare = rotation_vector_matrix(raised * _ELEVATION_AXIS) @ rotation_vector_matrix(swing * _SWING_AXIS)
    wanted = _straight_from_hanging(way, float(lift), float(plane)) @ _about_y(float(np.radians(turn_deg)))
    twist = bare.T @ wanted
    turn = np.degrees(np.arctan2(twist[0, 2], twist[0, 0]))
    return {
        "shoulder_elevation": float(np.degrees(raised)) / _WITH_SCAPULA,
        "shoulder_swing": float(np.degrees(swing)),
        "shoulder_rotation": float(turn),
    }


def _straight_from_hanging(way: Array, lift: float, plane: float) -> Array:
    """Smallest rotation from hanging down to `way`."""
    axis = np.array([-np.cos(plane), 0.0, np.sin(plane)])
    assert np.allclose(rotation_vector_matrix(lift * axis) @ [0.0, -1.0, 0.0], way, atol=1e-9)
    return rotation_vector_matrix(lift * axis)


def _about_y(angle: float) -> Array:
    return rotation_vector_matrix(np.array([0.0, angle, 0.0]))
