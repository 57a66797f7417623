"""Things by kind: their usual sizes, colours and stuff."""

import numpy as np

from ..engine.protocol.vocabulary import Prop
from .colours import (
    BRIGHTS,
    CABINETS,
    CARS,
    CLOTHS,
    CONES,
    IRONS,
    OFFICE_SEATS,
    PIANOS,
    STREET_THINGS,
    WOODS,
    one_of,
)

Rng = np.random.Generator

SIZES_CM: dict[str, tuple[float, float, float]] = {
    "mat": (183, 61, 0.6), "block": (23, 15, 10), "bolster": (65, 24, 24), "ball": (65, 65, 65), "dumbbell": (32, 14, 14),
    "barbell": (210, 45, 45), "rack": (120, 140, 220), "bench": (120, 35, 45), "step": (95, 38, 18), "box": (50, 50, 50),
    "chair": (45, 48, 88), "office_chair": (62, 62, 105), "stool": (36, 36, 48), "table": (140, 80, 74),
    "desk": (150, 75, 74), "sofa": (200, 90, 80), "couch": (190, 65, 75), "shelf": (90, 32, 180),
    "cabinet": (90, 45, 110), "plant": (50, 50, 120), "tree": (300, 300, 500), "bush": (120, 120, 110),
    "panel": (120, 8, 175), "pole": (9, 9, 280), "cone": (32, 32, 48), "bollard": (22, 22, 95),
    "street_lamp": (60, 40, 450), "bin": (42, 42, 80), "monitor": (55, 18, 45), "wall": (200, 20, 220),
    "sphere": (40, 40, 40), "cylinder": (40, 40, 60), "counter": (200, 65, 100), "railing": (260, 6, 105),
    "car": (430, 178, 146), "piano": (148, 62, 122), "racket": (68, 1, 25), "club": (105, 3, 11), "broom": (150, 30, 6),
    "bar": (120, 3, 3), "phone": (15.5, 7.4, 0.9), "cup": (10.5, 8, 8), "bottle": (23, 7, 7), "bag": (36, 14, 34),
}  # fmt: skip
"""Usual extents along the thing's own X, Y and Z."""

_WOODEN = ("table", "desk", "counter", "shelf", "cabinet", "bench", "stool", "chair", "box")
_COLOURS: dict[str, tuple[str, ...]] = {
    "sofa": CLOTHS, "couch": CLOTHS, "bolster": (*CLOTHS, *BRIGHTS[:6]), "panel": CLOTHS, "office_chair": OFFICE_SEATS,
    "dumbbell": IRONS, "barbell": IRONS, "rack": IRONS, "pole": (*IRONS, *STREET_THINGS), "shelf": CABINETS,
    "cabinet": CABINETS, "desk": CABINETS, "table": CABINETS, "chair": (*OFFICE_SEATS, *CABINETS), "stool": CABINETS,
    "bench": (*IRONS, *STREET_THINGS), "bin": STREET_THINGS, "bollard": STREET_THINGS, "street_lamp": STREET_THINGS,
    "counter": CABINETS, "railing": (*IRONS, *STREET_THINGS), "car": (*CARS,), "piano": PIANOS, "club": IRONS,
    "phone": IRONS, "bag": (*CLOTHS, *OFFICE_SEATS), "cup": (*CABINETS, *BRIGHTS), "broom": CABINETS, "bar": (*IRONS, *CABINETS),
    "monitor": IRONS, "cone": CONES, "box": (*CABINETS, "#a08560", "#b09468"),
}  # fmt: skip
"""What colours things come in; the rest come in bright ones."""


_STUFF: dict[str, tuple[str, ...]] = {
    "sofa": ("fabric",), "wall": ("brick", "plaster", "concrete", "panels", "tiles"), "counter": ("veneer", "tiles", "panels", "brick"),
    "panel": ("fabric", "veneer"), "bag": ("fabric",), "couch": ("fabric",), "box": ("veneer", "fabric", "carpet"),
    "cabinet": ("veneer", "panels"), "bolster": ("fabric",),
}  # fmt: skip
"""Generated surfaces that things come in half of the time, rather than in one colour."""


def piece(
    rng: Rng,
    kind: str,
    name: str,
    at_m: tuple[float, float],
    *,
    yaw_deg: float,
    size: tuple[float, float] = (0.88, 1.12),
) -> Prop:
    """A thing on the ground at x, z: its usual size times a factor from the range `size`, in colours and of stuff that it comes in."""
    scale = float(rng.uniform(*size))
    extents = tuple(round(extent * scale, 2) for extent in SIZES_CM[kind])
    wooden = kind in _WOODEN and rng.random() < 0.7
    colours = WOODS if wooden else _COLOURS.get(kind, BRIGHTS)
    colour = None if kind in ("tree", "bush", "plant") else one_of(rng, colours)
    seed = int(rng.integers(2**31))
    stuff = "veneer" if wooden else None
    if stuff is None and kind in _STUFF and rng.random() < 0.5:
        stuff = _STUFF[kind][int(rng.integers(len(_STUFF[kind])))]
    return Prop.model_validate(
        {
            "name": name,
            "kind": kind,
            "location_cm": (round(at_m[0] * 100, 2), round(at_m[1] * 100, 2), 0.0),
            "yaw_deg": round(yaw_deg, 2),
            "size_cm": extents,
            "colour": colour,
            "surface": {"kind": stuff, "colour": colour, "seed": seed % 3} if stuff else None,
            "seed": seed,
        }
    )
