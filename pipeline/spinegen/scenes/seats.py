"""What a seated body sits on, and what it sits at: found from its keypoints alone, so that it holds for any clip."""

from dataclasses import dataclass

import numpy as np

from ..engine.protocol.prop_kinds import SIZES_CM
from ..engine.protocol.vocabulary import Prop
from ..geometry.types import Array
from ..records.place import Place
from ..skeleton import INDEX
from .distributions import weighted_index
from .furnishing import piece
from .solids import HAND_BALLS, Body, Solid, body_of, solid_of

Rng = np.random.Generator

SEAT_UNDER_HIP_M = 0.085
"""From the hip joints down to the seat, of somebody of 1.7 m: the ischial tuberosity lies 7 to 8 cm lower, on flattened flesh."""
_HIPS_M = (0.24, 0.82)
"""Heights of the hips, at 1.7 m, at which somebody may be seated on a thing."""
_ON_FLOOR_M = 0.13
_BEHIND_FEET_M = 0.05
"""Whose weight lies further behind all that touches the floor needs a seat, or falls."""
_SEAT_TOPS = {"chair": 0.54, "office_chair": 0.54, "sofa": 0.55}
"""Height of the seat as a share of the thing's; of all others the top is the seat."""
_SEATS: tuple[tuple[str, float, float, float], ...] = (
    ("chair", 4.0, 0.36, 0.56), ("office_chair", 3.0, 0.38, 0.58), ("stool", 3.0, 0.30, 0.80), ("box", 1.5, 0.2, 0.65),
    ("bench", 2.0, 0.3, 0.6), ("sofa", 2.0, 0.3, 0.5), ("ball", 0.7, 0.4, 0.62), ("bolster", 1.0, 0.15, 0.28),
)  # fmt: skip
"""Things to sit on: kind, how often, lowest and highest seat."""
_BACKED = ("chair", "office_chair", "sofa")
_SOLID = ("box", "ball", "bolster", "sofa")
_TABLES = (("table", 4.0), ("desk", 2.0), ("counter", 1.0), ("piano", 1.0))
_MEETS_M = 0.035
"""Flesh gives way this much."""
_TRIES = 8


@dataclass(frozen=True)
class Seated:
    """Somebody who is borne by something beneath their hips."""

    hips_ground_m: Array
    """`(3,)` middle of the hip joints."""
    forward: Array
    """`(3,)` level direction of the thighs."""
    body: Body
    scale: float
    """Stature over 1.7 m."""
    ahead_m: Array
    """`(37,)` how far each keypoint is before the hips."""
    keypoints_ground_m: Array

    @property
    def top_m(self) -> float:
        """Height of the seat."""
        return float(self.hips_ground_m[1]) - SEAT_UNDER_HIP_M * self.scale

    @property
    def yaw_deg(self) -> float:
        """Yaw of a thing that faces as they do."""
        return float(np.degrees(np.arctan2(-self.forward[0], self.forward[2])))


def seated(keypoints_ground_m: Array, stature_m: float) -> Seated | None:
    """The posture `(37, 3)` as a seated one, or None: its thighs are about level, its feet are on the floor and its weight is behind
    them, and nothing else of it touches the floor."""
    k, scale = keypoints_ground_m, stature_m / 1.7
    hips = 0.5 * (_at(k, "left_hip") + _at(k, "right_hip"))
    knees = 0.5 * (_at(k, "left_knee") + _at(k, "right_knee"))
    if not _HIPS_M[0] * scale < hips[1] < min(_HIPS_M[1] * scale, _at(k, "neck")[1]):
        return None
    across = _at(k, "right_hip") - _at(k, "left_hip")
    forward = _level((knees - hips) - across * ((knees - hips) @ across) / (across @ across))
    if forward is None or np.hypot(*(knees - hips)[[0, 2]]) < 0.17 * scale:
        return None
    ahead = (k - hips) @ forward
    others = [_at(k, name)[1] for name in ("left_wrist", "right_wrist", "left_knee", "right_knee", "head")]
    feet = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("heel", "big_toe", "ankle")]
    down = [index for index in feet if k[index, 1] < _ON_FLOOR_M * scale]
    if min(others) < _ON_FLOOR_M * scale or not down:
        return None
    if _weight_ahead_m(ahead) > min(ahead[index] for index in down) - _BEHIND_FEET_M * scale:
        return None
    return Seated(hips, forward, body_of(k, stature_m), scale, ahead, k)


def _weight_ahead_m(ahead: Array) -> float:
    """Where the mass centre is, roughly: shares of head, trunk, arms, thighs and shanks (Winter 2009, table 4.1)."""
    a = {name: ahead[index] for name, index in INDEX.items()}
    pairs = [0.5 * (a[f"left_{n}"] + a[f"right_{n}"]) for n in ("elbow", "hip", "knee", "ankle")]
    elbow, hip, knee, ankle = pairs
    trunk = 0.5 * (a["hip"] + a["neck"])
    return float(
        0.08 * a["head"] + 0.50 * trunk + 0.10 * elbow + 0.20 * 0.5 * (hip + knee) + 0.12 * (0.4 * knee + 0.6 * ankle)
    )


def put_seat(rng: Rng, sitter: Seated, others: list[Body], place: Place, *, name: str) -> Prop | None:
    """A thing beneath somebody, drawn among those that fit: as high as they sit, clear of their legs and back."""
    fitting = [(kind, weight) for kind, weight, low, high in _SEATS if low <= sitter.top_m <= high]
    back = float(
        sitter.ahead_m[[INDEX[n] for n in ("spine_03", "spine_05", "neck", "left_shoulder", "right_shoulder")]].min()
    )
    for _ in range(_TRIES):
        if not fitting:
            return None
        kind = fitting[weighted_index(rng, [weight for _, weight in fitting])][0]
        extent = _along(rng, sitter, kind, back)
        if extent is None:
            fitting = [(k, w) for k, w in fitting if k != kind]
            continue
        prop = _seat(rng, sitter, kind, extent, name=name)
        solid = solid_of(prop)
        own = _beneath(sitter)
        clear = solid.depth_m(own) < _MEETS_M and all(solid.depth_m(other) == 0.0 for other in others)
        if clear and place.contains(prop.location_cm[0] / 100, prop.location_cm[1] / 100):
            return prop
    return None


def _along(rng: Rng, sitter: Seated, kind: str, back: float) -> tuple[float, float] | None:
    """From where to where a seat reaches before the hips, metres; None where this kind does not fit."""
    a, scale = sitter.ahead_m, sitter.scale
    knees = min(a[INDEX["left_knee"]], a[INDEX["right_knee"]])
    heels = min(a[INDEX[f"{s}_{n}"]] for s in ("left", "right") for n in ("heel", "ankle"))
    front = knees - 0.09 * scale
    if kind in _SOLID:
        front = min(front, heels - 0.05 * scale)
    if front < 0.04:
        return None
    front = float(min(front, 0.34 * scale))
    if kind in _BACKED:
        rear = min(back - 0.17 * scale, -0.16 * scale)
        return (rear, front) if front - rear < (0.85 if kind == "sofa" else 0.68) else None
    return (-float(rng.uniform(0.15, 0.22)) * scale, front)


def _seat(rng: Rng, sitter: Seated, kind: str, extent: tuple[float, float], *, name: str) -> Prop:
    rear, front = extent
    deep, high = 100.0 * (front - rear), 100.0 * sitter.top_m
    usual = SIZES_CM[kind]
    share = _SEAT_TOPS.get(kind, 1.0)
    wide = usual[0] * float(rng.uniform(0.9, 1.15))
    if kind == "stool":
        wide = deep = max(34.0, min(deep, 44.0))
    if kind == "ball":
        wide = deep = high * float(rng.uniform(1.02, 1.1))
    middle = 0.5 * (rear + front) if kind not in ("stool", "ball") else min(front - deep / 200, 0.0)
    at = sitter.hips_ground_m + middle * sitter.forward
    made = piece(rng, kind, name, (float(at[0]), float(at[2])), yaw_deg=sitter.yaw_deg)
    return made.model_copy(update={"size_cm": (round(wide, 1), round(deep, 1), round(high / share, 1))})


def _beneath(sitter: Seated) -> Body:
    """The body without what lies on the seat: hips, thighs and the flesh of the seat; and without hands, which rest on thighs and seats."""
    centres = sitter.body.centres_ground_m
    keep = centres[:, 1] - sitter.top_m > 0.22 * sitter.scale
    ahead = (centres - sitter.hips_ground_m) @ sitter.forward
    keep |= centres[:, 1] < sitter.top_m - 0.03
    keep |= ahead < -0.3
    keep[-HAND_BALLS:] = False
    return Body(centres[keep], sitter.body.radii_m[keep])


def put_table(
    rng: Rng, sitter: Seated, others: list[Body], place: Place, *, eye_ground_m: Array, name: str
) -> list[Prop]:
    """A table before somebody, at times with a screen or keys, so that it hides lap and legs; nothing where none fits."""
    front = (
        float(((sitter.body.centres_ground_m - sitter.hips_ground_m) @ sitter.forward)[:14].max()) + 0.13 * sitter.scale
    )
    for _ in range(_TRIES):
        kind = _TABLES[weighted_index(rng, [weight for _, weight in _TABLES])][0]
        wide, deep, high = SIZES_CM[kind]
        wide, deep = wide * rng.uniform(0.7, 1.25), deep * rng.uniform(0.8, 1.15)
        if kind != "piano":
            high = 100.0 * (sitter.top_m + float(rng.uniform(0.2, 0.36)) * sitter.scale)
        gap = front + float(rng.uniform(0.02, 0.16)) + (0.22 if kind in ("counter", "piano") else 0.0)
        at = sitter.hips_ground_m + (gap + deep / 200) * sitter.forward
        turned = sitter.yaw_deg + 180.0 + float(rng.normal(0.0, 4.0))
        made = piece(rng, kind, name, (float(at[0]), float(at[2])), yaw_deg=turned)
        prop = made.model_copy(update={"size_cm": (round(float(wide), 1), round(float(deep), 1), round(high, 1))})
        solid = solid_of(prop)
        if solid.depth_m(sitter.body) > _MEETS_M or any(solid.depth_m(other) > 0.0 for other in others):
            continue
        seen = ~solid.hides(eye_ground_m, sitter.keypoints_ground_m)
        if solid.near(eye_ground_m, 0.3) or seen.mean() < 0.35 or not _inside(place, solid):
            continue
        return [prop, *_upon(rng, prop, name)]
    return []


def _upon(rng: Rng, table: Prop, name: str) -> list[Prop]:
    """A screen on a desk or table, by chance."""
    if table.kind not in ("desk", "table") or rng.random() > 0.4:
        return []
    assert table.size_cm is not None
    wide, deep, high = table.size_cm
    turn = np.radians(table.yaw_deg)
    # The front of a table faces who sits at it; the screen stands on its far half.
    aside, back = float(rng.uniform(-0.25, 0.25)) * wide, -0.25 * deep
    x = table.location_cm[0] + aside * np.cos(turn) - back * np.sin(turn)
    y = table.location_cm[1] + aside * np.sin(turn) + back * np.cos(turn)
    made = piece(rng, "monitor", f"{name}_screen", (x / 100, y / 100), yaw_deg=table.yaw_deg + float(rng.normal(0, 8)))
    return [made.model_copy(update={"location_cm": (round(x, 2), round(y, 2), high)})]


def _inside(place: Place, solid: Solid) -> bool:
    reach = 0.4 * float(np.linalg.norm(solid.high_m.max(0)[[0, 2]]))
    x, _, z = solid.middle_ground_m
    return place.contains(float(x), float(z), margin_m=reach)


def _at(keypoints: Array, name: str) -> Array:
    return keypoints[INDEX[name]]


def _level(vector: Array) -> Array | None:
    flat = vector * np.array([1.0, 0.0, 1.0])
    length = float(np.linalg.norm(flat))
    return flat / length if length > 1e-3 else None
