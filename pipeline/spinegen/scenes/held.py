"""What people hold: by what they do, else by chance; only hands that are closed, and clear of the floor, hold things."""

import numpy as np

from ..geometry.types import Array
from ..records.plan_shot import Held
from ..skeleton import INDEX
from .furnishing import piece
from .population import Member
from .settings import HeldSettings

Rng = np.random.Generator

_WITH: dict[str, tuple[str, str]] = {
    "racket": ("racket", "right"), "golf": ("club", "right"), "phone": ("phone", "right"), "throw": ("ball", "right"),
    "sweep": ("broom", "both"), "shovel": ("broom", "both"), "lift_box": ("box", "both"), "carry": ("box", "both"),
    "deadlift": ("barbell", "both"), "press": ("barbell", "both"),
}  # fmt: skip
"""What the shipped activities are done with, and in which hand."""
_CLOSED = 0.5
_OVER_FLOOR_M = 0.28
_BAG_M = 0.65
"""A bag that hangs from a lower wrist would reach into the floor."""
_APART_M = {"box": (0.22, 0.65), "barbell": (0.3, 1.1), "broom": (0.2, 1.1)}
"""Between the wrists of both hands on a thing."""
_IN_HAND: dict[str, tuple[float, float]] = {"ball": (0.1, 0.22), "dumbbell": (0.6, 1.1), "box": (0.3, 0.5)}
"""Factors on the usual sizes of things that come in other sizes where a hand has to hold them."""


def held_things(
    rng: Rng, settings: HeldSettings, member: Member, activity: str, *, keypoints_ground_m: Array, name: str
) -> tuple[Held, ...]:
    """What a member holds at a moment, with keypoints `(37, 3)`; `name` begins the names of the things."""
    if rng.random() >= settings.chance:
        return ()
    closed = dict(zip(("left", "right"), (share > _CLOSED for share in member.hands_closed), strict=True))
    wrists = {side: keypoints_ground_m[INDEX[f"{side}_wrist"]] for side in closed}
    free = [side for side in closed if closed[side] and wrists[side][1] > _OVER_FLOOR_M]
    if activity in _WITH:
        kind, hand = _WITH[activity]
        return _thing(rng, kind, hand, free, wrists=wrists, name=name)
    if not free:
        return ()
    hands = free if len(free) == 2 and rng.random() < 0.4 else [free[int(rng.integers(len(free)))]]
    kind = settings.kinds.sample(rng)
    return tuple(one for hand in hands for one in _thing(rng, kind, hand, free, wrists=wrists, name=f"{name}_{hand}"))


def _thing(rng: Rng, kind: str, hand: str, free: list[str], *, wrists: dict[str, Array], name: str) -> tuple[Held, ...]:
    if kind in ("box", "barbell") and hand != "both":
        hand = "both"
    if hand == "both":
        apart = float(np.linalg.norm(wrists["left"] - wrists["right"]))
        low, high = _APART_M.get(kind, (0.0, 2.0))
        if len(free) < 2 or not low < apart < high:
            return ()
    elif hand not in free or (kind == "bag" and wrists[hand][1] < _BAG_M):
        return ()
    factors = _IN_HAND.get(kind, (0.88, 1.12))
    prop = piece(rng, kind, name, (0.0, 0.0), yaw_deg=0.0, size=factors)
    if kind == "box":
        size = (
            round(100.0 * float(np.linalg.norm(wrists["left"] - wrists["right"])) - 3.0, 1),
            *(round(float(rng.uniform(20, 42)), 1) for _ in range(2)),
        )
        prop = prop.model_copy(update={"size_cm": size})
    if kind == "barbell":
        wide, high = float(rng.uniform(120, 215)), float(rng.uniform(20, 45))
        prop = prop.model_copy(update={"size_cm": (round(wide, 1), round(high, 1), round(high, 1))})
    roll = float(rng.uniform(-180.0, 180.0)) if kind in ("racket", "bar", "club") else 0.0
    return (Held.model_validate({"hand": hand, "prop": prop, "roll_deg": round(roll, 1)}),)
