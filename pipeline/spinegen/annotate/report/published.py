"""Published ranges of motion of the levels of the spine, from the model's own table."""

import csv
from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array
from ...resources import resource_path
from ...skeleton import VERTEBRAE

AXES = ("flexion", "bending", "rotation")


@dataclass(frozen=True)
class PublishedRanges:
    """Degrees, away from neutral; flexion is forward +. Levels as in `skeleton.VERTEBRAE[1:]`, L5-S1 first."""

    levels: tuple[str, ...]
    representative: Array
    """`(24, 3, 2)` low and high by axis."""
    widest: Array
    """`(24, 3, 2)` at the upper end of the reported limits."""
    source: str


def published_ranges() -> PublishedRanges:
    """Read `opensim_models/levels.csv`.

    Total flexion and extension are divided as the table's `flexion_part` says; bending and rotation are to one side.
    """
    with resource_path("opensim_models/levels.csv").open(encoding="utf-8", newline="") as handle:
        rows = {row["level"]: row for row in csv.DictReader(handle)}
    pairs = list(zip(VERTEBRAE[1:], VERTEBRAE, strict=False))
    representative, widest = np.zeros((len(pairs), 3, 2)), np.zeros((len(pairs), 3, 2))
    for i, (upper, lower) in enumerate(pairs):
        row = rows[f"{upper}_{lower}"]
        forward = float(row["flexion_part"])
        for out, suffix in ((representative, "deg"), (widest, "max_deg")):
            total = float(row[f"flexion_extension_{suffix}"])
            out[i, 0] = -(1 - forward) * total, forward * total
            for axis, name in ((1, "bending"), (2, "rotation")):
                out[i, axis] = np.array([-1.0, 1.0]) * float(row[f"{name}_{suffix}"])
    source = rows[f"{VERTEBRAE[1]}_{VERTEBRAE[0]}"]["source"].split(":")[0]
    return PublishedRanges(tuple(f"{upper}-{lower}" for upper, lower in pairs), representative, widest, source)
