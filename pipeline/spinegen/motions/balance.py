"""Key postures that would not fall over: the mass centre above what stands on the floor."""

from functools import lru_cache

import numpy as np

from ..biomech.model.spine_model import SpineModel
from ..biomech.retarget.floor_contact import Targets, plant
from ..geometry.types import Array

_HIPS = ("joint/femur_r", "joint/femur_l")
_INNER_SHARE = 0.5
"""The mass centre is brought into this inner share of the box around the contacts, in both directions."""
_ROUNDS = 8
_CLOSE_M = 0.004


def mass_centre_m(model: SpineModel, q: Array) -> Array:
    """`(F, 3)` of the whole body, ground."""
    masses, centres = _masses(model)
    poses = model.forward(q)
    at = poses.position_ground_m + (poses.rotation_ground_body @ centres[..., None])[..., 0]
    return np.einsum("b,fbi->fi", masses, at) / masses.sum()


def balanced(model: SpineModel, written: Array, targets: Targets) -> Array:
    """`q (Q,)` near `written (Q,)` that meets the targets with its mass centre over the middle of their stations.

    The hips are carried over the feet, as people do it; where legs cannot, the posture stays as near as it gets.

    Args:
        targets: of one frame; the stations bear the body.
    """
    q = plant(model, written[None], targets, rounds=40)
    names = (*targets.stations, *_HIPS)
    start = written
    for _ in range(_ROUNDS):
        feet = model.station_positions(model.forward(q), targets.stations)[0][:, [0, 2]]
        middle, reach = 0.5 * (feet.min(0) + feet.max(0)), 0.5 * _INNER_SHARE * np.ptp(feet, axis=0)
        centre = mass_centre_m(model, q)[0, [0, 2]]
        miss = centre - np.clip(centre, middle - reach, middle + reach)
        if np.linalg.norm(miss) < _CLOSE_M:
            break
        hips = model.station_positions(model.forward(q), _HIPS)[0]
        goals = np.full((1, len(names), 3), np.nan)
        goals[:, : len(targets.stations)] = targets.positions_ground_m
        goals[0, -2:, 0], goals[0, -2:, 2] = hips[:, 0] - miss[0], hips[:, 2] - miss[1]
        start = np.where(_is_place(model), q[0], written)
        q = plant(model, start[None], Targets(names, goals), q, rounds=25)
    return q[0]


def _is_place(model: SpineModel) -> Array:
    return np.array([c.kind == "translation" for c in model.coordinates])


@lru_cache(maxsize=8)
def _masses(model: SpineModel) -> tuple[Array, Array]:
    bodies = [model.definition.body_of[name] for name in model.bodies]
    return np.array([b.mass_kg for b in bodies]), np.array([b.centre_m for b in bodies])
