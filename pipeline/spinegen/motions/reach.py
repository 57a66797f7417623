"""Where an arm may be, in the words of `arms`: hanging, before or beside the body, overhead, with any bend of the elbow."""

import numpy as np

from ..biomech.model.spine_model import SpineModel
from ..geometry.types import Array
from .arms import shoulder_angles

Rng = np.random.Generator

HANGING, LEVEL = 0.45, 0.35
"""Shares of arms that hang more or less, and that reach about level; the others are raised higher."""
_PLANE_DEG, _TURN_DEG, _FOREARM_DEG = (60.0, 40.0), (10.0, 35.0), (0.0, 35.0)
"""Mean and standard deviation of the way an arm is raised (0 sideways, 90 forward), of its turn, and of the forearm's."""
_GIRDLE_RISES, _FREE_BELOW_DEG = 0.12, 60.0
"""Elevation of the clavicle for every degree that the arm is raised beyond what it can be without."""


def draw_arm(rng: Rng) -> dict[str, float]:
    """Angles of one arm and its girdle, degrees, by the names of their coordinates less the side."""
    luck = rng.random()
    if luck < HANGING:
        raised, elbow = abs(rng.normal(0.0, 25.0)), 5.0 + 120.0 * rng.beta(1.0, 1.6)
    elif luck < HANGING + LEVEL:
        raised, elbow = rng.uniform(20.0, 110.0), rng.uniform(0.0, 140.0)
    else:
        raised, elbow = rng.uniform(90.0, 175.0), 130.0 * rng.beta(1.0, 1.5)
    return shoulder_angles(raised, rng.normal(*_PLANE_DEG), rng.normal(*_TURN_DEG)) | {
        "elbow_flexion": float(elbow),
        "pronation": rng.normal(*_FOREARM_DEG),
        "clavicle_protraction": rng.normal(0.0, 6.0),
        "clavicle_elevation": rng.normal(0.0, 5.0) + _GIRDLE_RISES * max(0.0, raised - _FREE_BELOW_DEG),
    }


def set_arm(model: SpineModel, q: Array, side: str, angles: dict[str, float]) -> None:
    """Write an arm into `q (Q,)`, rad, in place, held to its ranges."""
    low, high = model.limits
    for name, value in angles.items():
        column = model.coordinate_index[f"{name}_{side}"]
        q[column] = np.clip(np.radians(value), low[column], high[column])
