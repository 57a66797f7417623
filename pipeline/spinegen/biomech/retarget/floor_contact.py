"""Joint angles that keep hands, knees and feet on the floor: damped least squares around the written pose, many frames at once."""

from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array
from ..model.contacts import FLOOR_STATIONS
from ..model.spine_model import SpineModel

_METRES = 0.007
"""A contact may miss by about this much ..."""
_CHUNK = 400
_LONGEST_STEP, _SMALL_STEP = 0.25, 2e-4
_DAMPING = 30.0
"""Added to every coordinate's weight for the length of one step, so that toes that roll over the floor settle."""
_FLOOR = tuple(FLOOR_STATIONS)
_HEIGHTS = np.array(list(FLOOR_STATIONS.values()))
STIFFNESS_RAD: dict[str, float] = {
    "lumbar": 0.08,
    "thoracic": 0.08,
    "lower_cervical": 0.08,
    "upper_cervical": 0.08,
    "pelvis": 0.12,
}
"""... while a joint may leave the written angle by about this much, by region ..."""
_STIFFNESS_LIMB_RAD = 0.15
"""... and those of the limbs by this much."""
_FREE_M = 1.0


@dataclass(frozen=True)
class Targets:
    """Where stations shall be in each frame."""

    stations: tuple[str, ...]
    positions_ground_m: Array
    """`(F, S, 3)`; NaN in a coordinate that is free."""


def stiffness(model: SpineModel) -> Array:
    """Weight `(Q,)` of leaving the written value of each coordinate."""
    spread = [
        _FREE_M if c.kind == "translation" else STIFFNESS_RAD.get(c.region, _STIFFNESS_LIMB_RAD)
        for c in model.coordinates
    ]
    return 1.0 / np.array(spread) ** 2


def plant(model: SpineModel, written: Array, targets: Targets, start: Array | None = None, rounds: int = 12) -> Array:
    """`q (F, Q)` near `written (F, Q)` whose stations meet their targets and of which nothing sinks into the floor.

    Gauss-Newton with the joint limits kept by projection; every frame is solved on its own, until its step is small.

    Args:
        targets: stations among `contacts.FLOOR_STATIONS`.
        start: where to begin, `written` when None.
        rounds: most iterations.
    """
    out = np.array(written if start is None else start, dtype=np.float64)
    columns = [_FLOOR.index(name) for name in targets.stations]
    goals = np.full((len(out), len(_FLOOR), 3), np.nan)
    goals[:, columns] = targets.positions_ground_m
    low, high = model.limits
    keep = stiffness(model)
    open_frames = np.arange(len(out))
    for _ in range(rounds):
        still_open = []
        for first in range(0, len(open_frames), _CHUNK):
            some = open_frames[first : first + _CHUNK]
            step = _step(model, written[some], goals[some], out[some], keep)
            size = np.abs(step).max(1)
            step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(size, 1e-12))[:, None]
            moved = np.clip(out[some] + step, low, high)
            still_open.append(some[np.abs(moved - out[some]).max(1) > _SMALL_STEP])
            out[some] = moved
        open_frames = np.concatenate(still_open)
        if len(open_frames) == 0:
            break
    return out


def _step(model: SpineModel, written: Array, goals: Array, q: Array, keep: Array) -> Array:
    """Gauss-Newton step `(F, Q)`."""
    positions, jacobian = model.station_jacobian(q, _FLOOR)
    wanted = np.isfinite(goals)
    error = np.where(wanted, goals - positions, 0.0)
    slope = np.where(wanted[..., None], jacobian, 0.0)
    sunk = np.maximum(_HEIGHTS - positions[..., 1], 0.0)
    sunk[wanted[..., 1]] = 0.0
    error[..., 1] += sunk
    slope[..., 1, :] = np.where((sunk > 0)[..., None], jacobian[..., 1, :], slope[..., 1, :])
    rows = slope.reshape(len(q), -1, q.shape[1]) / _METRES
    misses = error.reshape(len(q), -1, 1) / _METRES
    turned = rows.transpose(0, 2, 1)
    normal = turned @ rows + np.diag(keep + _DAMPING)
    gradient = turned @ misses + (keep * (written - q))[..., None]
    return np.asarray(np.linalg.solve(normal, gradient)[..., 0], dtype=np.float64)
