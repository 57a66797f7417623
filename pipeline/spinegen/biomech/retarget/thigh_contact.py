"""Hands that rest on thighs: a drawn person's are of another girth than the performer's, so the arms give way until the hand lies outside."""

from dataclasses import dataclass, replace

import numpy as np

from ...geometry.types import Array
from ..ik.batch import Stop, solve_batch
from ..ik.free_columns import FreeColumns
from ..ik.limits import Limits
from ..ik.residual import Dense, Index, LeastSquares, Objective, Slopes
from ..ik.terms import Pull
from ..model.contacts import FLOOR_STATIONS
from ..model.spine_model import SpineModel

_SIDES = (("r", "right"), ("l", "left"))
_CLEARANCE_M = {"landmark/{}MC2": 0.034, "landmark/{}MC5": 0.034, "landmark/{}FTP": 0.015, "joint/hand_{}": 0.028}
"""Height over the skin of a thigh under a flat hand: a little less than over a floor (see `contacts`), because flesh gives way."""
_NEED_M = np.array(list(_CLEARANCE_M.values()))
_OVER_SKIN_M = 0.01
"""Of the landmark on the front of the thigh."""
_KNEE_SHARE = 0.75
"""Girth of the leg just above the knee over that of the middle of the thigh (ANSUR II means: 39 and 56 cm, less the soft back)."""
_SUNK_M = 0.003
_MISS_M = 0.004
"""A hand may miss its place by about this ..."""
_GIVE_RAD, _WRIST_GIVES_RAD = 0.35, 0.2
"""... while a joint of the arm leaves its angle by about so much."""
_ROUNDS = 24
_LONGEST_STEP_RAD = 0.25
_STEADY_STEP_RAD = 0.1
"""Joints go back where they were by small steps, so that a hand that came out stays out."""


@dataclass(frozen=True)
class Thigh:
    """Tapered cylinder from hip to knee, many frames at once."""

    hip: Array
    knee: Array
    radius_m: Array
    """`(F,)` from the hip to the middle of the thigh, below which it narrows."""
    middle: Array
    """`(F,)`: where that is, as a share of its length."""

    def sunk(self, points: Array) -> tuple[Array, Array]:
        """How deep points `(F, P, 3)` lie under the skin `(F, P)`, negative outside, and its derivatives `(F, P, 3)` by the points."""
        axis = (self.knee - self.hip)[:, None]
        square = (axis**2).sum(-1)
        from_hip = points - self.hip[:, None]
        share = (from_hip * axis).sum(-1) / square
        along = np.clip(share, 0.0, 1.0)
        way = from_hip - along[..., None] * axis
        away = np.linalg.norm(way, axis=-1)
        narrows = (1.0 - _KNEE_SHARE) * self.radius_m[:, None] / (1.0 - self.middle[:, None])
        below = np.maximum(along - self.middle[:, None], 0.0)
        steep = np.where((below > 0.0) & (share < 1.0), narrows, 0.0) / square
        slope = -way / np.maximum(away, 1e-6)[..., None] - steep[..., None] * axis
        return self.radius_m[:, None] - narrows * below - away, slope

    def frames(self, index: Index) -> "Thigh":
        """The thigh in some frames."""
        return Thigh(self.hip[index], self.knee[index], self.radius_m[index], self.middle[index])


@dataclass(frozen=True)
class HandClearance(LeastSquares):
    """How deep a hand is in the skin of the thighs; the unknowns are the coordinates of its arm, which moves no leg."""

    model: SpineModel
    arm: FreeColumns
    hand: tuple[str, ...]
    """Stations, in the order of `_CLEARANCE_M`."""
    thighs: tuple[Thigh, Thigh]

    def value(self, x: Array) -> Array:
        """`(F, thighs * stations)`, in usual misses; 0 outside."""
        return self._depth(self.model.station_positions(self.model.forward(self.arm.whole(x)), self.hand))[0]

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        """Values and derivatives."""
        positions, jacobian = self.model.station_jacobian(self.arm.whole(x), self.hand)
        value, slope = self._depth(positions)
        own = jacobian[..., list(self.arm.columns)]
        rows = [(one[..., None, :] @ own)[..., 0, :] for one in np.split(slope, len(self.thighs), axis=1)]
        return value, Dense(np.concatenate(rows, axis=1))

    def frames(self, index: Index) -> "HandClearance":
        """The hand in some frames."""
        first, second = (thigh.frames(index) for thigh in self.thighs)
        return replace(self, arm=self.arm.frames(index), thighs=(first, second))

    def _depth(self, positions: Array) -> tuple[Array, Array]:
        """Values `(F, N)` and their derivatives `(F, N, 3)` by the stations."""
        values, slopes = [], []
        for thigh in self.thighs:
            sunk, slope = thigh.sunk(positions)
            miss = np.maximum(sunk + _NEED_M, 0.0)
            values.append(miss / _MISS_M)
            slopes.append(np.where((miss > 0.0)[..., None], slope, 0.0) / _MISS_M)
        return np.concatenate(values, axis=1), np.concatenate(slopes, axis=1)


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
    count = len(_NEED_M)
    thighs = thighs_of(at[:, 2 * count :])
    out = q
    for number, (side, hand) in enumerate(hands.items()):
        own = at[:, number * count : (number + 1) * count]
        sunk = np.max([thigh.sunk(own)[0] + _NEED_M for thigh in thighs], axis=(0, 2))
        leans = own[:, 0, 1] < FLOOR_STATIONS[hand[0]] + 0.02
        hard = np.flatnonzero((sunk > _SUNK_M) & ~leans)
        if len(hard):
            out = out.copy() if out is q else out
            columns = [i for i, c in enumerate(model.coordinates) if c.region == f"arm_{side}"]
            clearance = HandClearance(model, FreeColumns(out, tuple(columns)), tuple(hand), thighs).frames(hard)
            out[hard] = _lifted(clearance)
    return out


def thighs_of(at: Array) -> tuple[Thigh, Thigh]:
    """From hips, knees and fronts `(F, 6, 3)` of both sides."""
    out: list[Thigh] = []
    for number in range(2):
        hip, knee, front = at[:, number], at[:, 2 + number], at[:, 4 + number]
        axis = knee - hip
        middle = ((front - hip) * axis).sum(-1) / (axis**2).sum(-1)
        radius = np.linalg.norm(front - hip - middle[:, None] * axis, axis=-1) - _OVER_SKIN_M
        out.append(Thigh(hip, knee, radius, np.clip(middle, 0.1, 0.9)))
    return out[0], out[1]


def _lifted(clearance: HandClearance) -> Array:
    """`q (F, Q)` with the arm moved, within its limits, to where the hand is clear."""
    model, arm = clearance.model, clearance.arm
    columns = list(arm.columns)
    wrist = np.array([model.coordinates[i].name.startswith("wrist") for i in columns])
    written = arm.q[:, columns]
    stay = Pull(written, np.where(wrist, _WRIST_GIVES_RAD, _GIVE_RAD))
    low, high = model.limits
    objective = Objective((clearance, stay), Limits(low[columns], high[columns]))
    found = solve_batch(objective, written, Stop(_ROUNDS), longest_step=_LONGEST_STEP_RAD, steady_step=_STEADY_STEP_RAD)
    return arm.whole(found)
