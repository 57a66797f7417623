"""House fronts along both sides of a street that runs along its x axis."""

from functools import lru_cache

import numpy as np

from ...geometry.rigid import axis_angle_matrix
from ...streams import Stream, generator
from ..protocol.vocabulary import Surface
from .mesh import Material, Mesh, join
from .paints import DARK, paint
from .props import surface_material
from .shapes import box, moved, quad
from .textures import VARIANTS as PATTERNS

HALF_WIDTH_M = 14.0
"""From the street's axis to the fronts."""
LENGTH_M = 120.0
VARIANTS = 4

_GLASS = Material(None, (0.05, 0.06, 0.075), 0.08)
_FRONTS = (
    ("plaster", "#d8cfbb"), ("plaster", "#c7b299"), ("brick", "#8f4f3a"), ("brick", "#a8745a"), ("plaster", "#b9c0c2"),
    ("concrete", "#a9a59c"), ("plaster", "#cfa98b"), ("panels", "#b7b4ab"),
)  # fmt: skip


@lru_cache(maxsize=4)
def street_mesh(variant: int) -> Mesh:
    """Both rows of houses and their kerbs; the street's own axes."""
    rng = generator(variant, Stream.STREET_HOUSES)
    pieces: list[Mesh] = []
    for turn in (0.0, np.pi):
        row: list[Mesh] = []
        at = -LENGTH_M / 2
        while at < LENGTH_M / 2:
            wide = float(rng.uniform(8, 15))
            row += _house(at + wide / 2, wide, int(rng.integers(2, 6)), rng)
            at += wide
        stone = paint("#8d8a84", 0.85)
        row.append(box([0, 0.06, HALF_WIDTH_M - 3.0], [LENGTH_M, 0.12, 0.18], stone))
        pieces.append(moved(join(row), axis_angle_matrix((0, 1, 0), turn), (0, 0, 0)))
    return join(pieces)


@lru_cache(maxsize=len(_FRONTS) * PATTERNS)
def _front(number: int, pattern: int) -> Material:
    """Shared by the houses of all streets, which nobody sees from nearer than a road's half width."""
    kind, colour = _FRONTS[number]
    return surface_material(Surface.model_validate({"kind": kind, "colour": colour, "seed": pattern}), coarse=True)


def _house(middle: float, wide: float, floors: int, rng: np.random.Generator) -> list[Mesh]:
    front = _front(int(rng.integers(len(_FRONTS))), int(rng.integers(4)) % PATTERNS)
    frame = paint(["#e8e6df", "#3b3d40", "#6b4a35"][int(rng.integers(3))], 0.5)
    storey = float(rng.uniform(2.9, 3.6))
    high = floors * storey + 0.8
    z = HALF_WIDTH_M
    left, right = middle - wide / 2, middle + wide / 2
    face = quad([[right, 0, z], [left, 0, z], [left, high, z], [right, high, z]], front)
    pieces = [face, box([middle, high + 0.1, z - 0.15], [wide, 0.25, 0.5], frame)]
    bays = max(2, int(wide / rng.uniform(2.2, 3.2)))
    tall, broad = storey * float(rng.uniform(0.45, 0.6)), wide / bays * float(rng.uniform(0.4, 0.6))
    door = int(rng.integers(bays))
    for floor in range(floors):
        for bay in range(bays):
            x, y = left + (bay + 0.5) * wide / bays, 0.6 + floor * storey + storey * 0.5
            if floor == 0 and bay == door:
                pieces.append(box([x, 1.1, z - 0.02], [1.1, 2.2, 0.12], DARK))
                continue
            pieces.append(box([x, y, z], [broad + 0.16, tall + 0.16, 0.08], frame))
            pieces.append(box([x, y, z - 0.03], [broad, tall, 0.04], _GLASS))
            pieces.append(box([x, y, z - 0.045], [0.05, tall, 0.04], frame))
    return pieces
