"""Hands that rest on thighs: a drawn person's are of another girth than the performer's, so the arms give way until the hand lies outside."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ..model.contacts import FLOOR_STATIONS
from ..model.spine_model import SpineModel

_SIDES = (("r", "right"), ("l", "left"))
_CLEARANCE_M = {"landmark/{}MC2": 0.034, "landmark/{}MC5": 0.034, "landmark/{}FTP": 0.015, "joint/hand_{}": 0.028}
"""Height over the skin of a thigh under a flat hand: a little less than over a floor (see `contacts`), because flesh gives way."""
_OVER_SKIN_M = 0.01
"""Of the landmark on the front of the thigh."""
_KNEE_SHARE = 0.75
"""Girth of the leg just above the knee over that of the middle of the thigh (ANSUR II means: 39 and 56 cm, less the soft back)."""
_SUNK_M = 0.003
_MISS_M = 0.004
"""A hand may miss its place by about this ..."""
_GIVE_RAD, _WRIST_GIVES_RAD = 0.35, 0.2
"""... while a joint of the arm leaves its angle by about so much."""
_DAMPING_RAD = 0.1
"""Joints go back where they were by small steps, so that a hand that came out stays out."""
_ROUNDS = 12
_LONGEST_STEP_RAD = 0.25


@dataclass(frozen=True)
class _Thigh:
    """Tapered cylinder from hip to knee, many frames at once."""

    hip: Array
    knee: Array
    radius_m: Array
    """`(F,)` from the hip to the middle of the thigh, below which it narrows."""
    middle: Array
    """`(F,)`: where that is, as a share of its length."""

    def sunk(self, points: Array) -> tuple[Array, Array]:
        """How deep points `(F, P, 3)` lie under the skin `(F, P)`, negative outside, and the way out `(F, P, 3)`."""
        axis = self.knee - self.hip
        along = ((points - self.hip[:, None]) @ axis[:, :, None])[..., 0] / (axis**2).sum(-1)[:, None]
        along = np.clip(along, 0.0, 1.0)
        way = points - self.hip[:, None] - along[..., None] * axis[:, None]
        away = np.linalg.norm(way, axis=-1)
        below = np.clip((along - self.middle[:, None]) / (1.0 - self.middle[:, None]), 0.0, 1.0)
        radius = self.radius_m[:, None] * (1.0 - (1.0 - _KNEE_SHARE) * below)
        return radius - away, way / np.maximum(away, 1e-6)[..., None]


def hands_outside_thighs(model: SpineModel, q: Array) -> Array:
    """`q (F, Q)` with the arms' coordinates changed, where a hand is inside a thigh, so that it lies on it.

    A model without the landmarks that tell the girth of its thighs is left as it is, and so is a hand that rests on the floor.
    """
    hands = {
        side: [name.format(side.upper() if "landmark" in name else side) for name in _CLEARANCE_M] for side, _ in _SIDES
    }
    names = [
        *(name for hand in hands.values() for name in hand),
        *(f"joint/femur_{s}" for s, _ in _SIDES),
        *(f"keypoint/{word}_knee" for _, word in _SIDES),
        *(f"landmark/{s.upper()}THF" for s, _ in _SIDES),
    ]
    if any(name not in model.stations for name in names):
        return q
    # One arm moves neither the other nor the legs, so all of them are looked up once.
    at = model.station_positions(model.forward(q), names)
    need = np.array(list(_CLEARANCE_M.values()))
    thighs = _thighs(at[:, 2 * len(need) :])
    out = q
    for number, (side, hand) in enumerate(hands.items()):
        own = at[:, number * len(need) : (number + 1) * len(need)]
        sunk = np.max([thigh.sunk(own)[0] + need for thigh in thighs], axis=(0, 2))
        leans = own[:, 0, 1] < FLOOR_STATIONS[hand[0]] + 0.02
        hard = np.flatnonzero((sunk > _SUNK_M) & ~leans)
        if len(hard):
            out = out.copy() if out is q else out
            out[hard] = _lifted(model, out[hard], side, hand, [_some(thigh, hard) for thigh in thighs])
    return out


def _thighs(at: Array) -> list[_Thigh]:
    """From hips, knees and fronts `(F, 6, 3)` of both sides."""
    out = []
    for number in range(2):
        hip, knee, front = at[:, number], at[:, 2 + number], at[:, 4 + number]
        axis = knee - hip
        middle = ((front - hip) * axis).sum(-1) / (axis**2).sum(-1)
        radius = np.linalg.norm(front - hip - middle[:, None] * axis, axis=-1) - _OVER_SKIN_M
        out.append(_Thigh(hip, knee, radius, np.clip(middle, 0.1, 0.9)))
    return out


def _some(thigh: _Thigh, frames: NDArray[np.int_]) -> _Thigh:
    return _Thigh(thigh.hip[frames], thigh.knee[frames], thigh.radius_m[frames], thigh.middle[frames])


def _lifted(model: SpineModel, q: Array, side: str, hand: list[str], thighs: list[_Thigh]) -> Array:
    """Damped least squares over one arm, within its limits; legs and trunk stay."""
    arm = [i for i, c in enumerate(model.coordinates) if c.region == f"arm_{side}"]
    low, high = (limit[arm] for limit in model.limits)
    need = np.array(list(_CLEARANCE_M.values()))
    wrist = np.array([model.coordinates[i].name.startswith("wrist") for i in arm])
    stiff = np.where(wrist, _WRIST_GIVES_RAD, _GIVE_RAD) ** -2
    out, written = q.copy(), q[:, arm]
    for _ in range(_ROUNDS):
        positions, jacobian = model.station_jacobian(out, hand)
        slopes = jacobian[..., arm]
        normal = np.tile(np.diag(stiff + _DAMPING_RAD**-2), (len(out), 1, 1))
        gradient = (written - out[:, arm]) * stiff
        for thigh in thighs:
            sunk, way = thigh.sunk(positions)
            miss = np.maximum(sunk + need, 0.0)
            rows = np.einsum("fpi,fpiq->fpq", way, slopes) * (miss > 0.0)[..., None] / _MISS_M
            normal += np.swapaxes(rows, 1, 2) @ rows
            gradient += np.einsum("fpq,fp->fq", rows, miss / _MISS_M)
        step = np.linalg.solve(normal, gradient[..., None])[..., 0]
        step *= np.minimum(1.0, _LONGEST_STEP_RAD / np.maximum(np.abs(step).max(1), 1e-12))[:, None]
        out[:, arm] = np.clip(out[:, arm] + step, low, high)
    return out
