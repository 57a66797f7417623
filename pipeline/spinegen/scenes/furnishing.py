"""Things by kind: their colours and stuff, in about their usual sizes."""

import numpy as np

from ..engine.protocol.prop_kinds import SIZES_CM
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
    WALLS,
    WOODS,
    one_of,
)

Rng = np.random.Generator

_WOODEN = ("table", "desk", "counter", "shelf", "cabinet", "bench", "stool", "chair", "box")
_COLOURS: dict[str, tuple[str, ...]] = {
    "sofa": CLOTHS, "couch": CLOTHS, "bolster": (*CLOTHS, *BRIGHTS[:6]), "panel": CLOTHS, "office_chair": OFFICE_SEATS,
    "dumbbell": IRONS, "barbell": IRONS, "rack": IRONS, "pole": (*IRONS, *STREET_THINGS), "shelf": CABINETS,
    "cabinet": CABINETS, "desk": CABINETS, "table": CABINETS, "chair": (*OFFICE_SEATS, *CABINETS), "stool": CABINETS,
    "bench": (*IRONS, *STREET_THINGS), "bin": STREET_THINGS, "bollard": STREET_THINGS, "street_lamp": STREET_THINGS,
    "counter": CABINETS, "railing": (*IRONS, *STREET_THINGS), "car": (*CARS,), "piano": PIANOS, "club": IRONS,
    "phone": IRONS, "bag": (*CLOTHS, *OFFICE_SEATS), "cup": (*CABINETS, *BRIGHTS), "broom": CABINETS, "bar": (*IRONS, *CABINETS),
    "wall": WALLS, "monitor": IRONS, "cone": CONES, "box": (*CABINETS, "#a08560", "#b09468"),
}  # fmt: skip
"""What colours things come in; the rest come in bright ones."""


_STUFF: dict[str, tuple[str, ...]] = {
    "sofa": ("fabric",), "wall": ("brick", "brick", "plaster", "concrete", "paving"), "counter": ("veneer", "tiles", "panels", "brick"),
    "panel": ("fabric", "veneer"), "bag": ("fabric",), "couch": ("fabric",), "box": ("veneer", "fabric", "carpet"),
    "cabinet": ("veneer", "panels"), "bolster": ("fabric",),
}  # fmt: skip
"""Generated surfaces that things come in half of the time, rather than in one colour."""
_NEVER_PLAIN = ("wall", "counter")
"""So large that in one colour they would be a stain in the picture."""


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
    colour = None if kind in ("tree", "bush", "plant") else one_of(rng, colours, 4.0 if kind == "wall" else 9.0)
    seed = int(rng.integers(2**31))
    stuff = "veneer" if wooden else None
    if stuff is None and kind in _STUFF and (rng.random() < 0.5 or kind in _NEVER_PLAIN):
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
