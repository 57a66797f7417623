"""The spine from its tables: 25 levels from L5/S1 to C0/C1, three rotations each, driven region by region."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...errors import ModelError
from ...geometry.types import Vector
from ...model_tables import Row, number, rows, triple
from ...skeleton import VERTEBRAE
from ..model.definition import Coordinate, Coupler, Joint, Motion, Rhythm, TransformAxis
from ..model.functions import IDENTITY, Polynomial

MM = 1e-3
AXES: dict[Motion, Vector] = {"flexion": (0.0, 0.0, -1.0), "bending": (1.0, 0.0, 0.0), "rotation": (0.0, 1.0, 0.0)}
"""Axes in the vertebra, in the order in which they turn it: forward, to the right, to the left."""
_COLUMNS: dict[Motion, str] = {"flexion": "flexion_extension", "bending": "bending", "rotation": "rotation"}
STILL = (
    TransformAxis((1.0, 0.0, 0.0)),
    TransformAxis((0.0, 1.0, 0.0)),
    TransformAxis((0.0, 0.0, 1.0)),
)
"""Three axes along which nothing moves."""


@dataclass(frozen=True)
class Vertebra:
    """Sizes of one vertebra in its own frame: origin in the disc below, x anterior, y along the body, z right."""

    name: str
    disc_m: float
    height_m: float
    depth_m: float
    width_m: float
    tilt_rad: float
    """Neutral tilt about z in the pelvis frame, + backwards."""
    centroid_m: Vector
    posterior_m: Vector
    """Near the tip of the spinous process."""
    skin_m: Vector
    """Centre of a marker on the skin over that tip."""
    top_m: Vector
    """Where the disc above begins."""


@dataclass(frozen=True)
class Spine:
    """The spine's part of a definition."""

    vertebrae: dict[str, Vertebra]
    joints: tuple[Joint, ...]
    coordinates: tuple[Coordinate, ...]
    """Regional ones first, then level by level."""
    couplers: tuple[Coupler, ...]
    rhythms: tuple[Rhythm, ...]


def build_spine() -> Spine:
    """Read the tables `vertebrae`, `levels` and the joints `L5` and `skull`."""
    vertebrae = {row["vertebra"]: _vertebra(row) for row in rows("vertebrae")}
    if tuple(vertebrae) != VERTEBRAE:
        raise ModelError(f"vertebrae.csv: expected the rows {', '.join(VERTEBRAE)}, found {', '.join(vertebrae)}")
    placed = {row["child"]: row for row in rows("joints")}
    chain = (*VERTEBRAE, "skull")
    levels = rows("levels")
    if [row["level"] for row in levels] != [level_name(a, b) for a, b in pairwise(chain)]:
        raise ModelError("levels.csv: the levels must run from L5_S1 to C0_C1, each once")
    joints = []
    for below, above in pairwise(chain):
        joints.append(_level_joint(vertebrae, placed, below, above))
    rhythms = tuple(_rhythm(region, motion) for region in regions() for motion in AXES)
    free = tuple(
        Coordinate(f"{row['level']}_{motion}", "rotation", _level_range(row, motion), region=row["region"])
        for row in levels
        for motion in AXES
    )
    range_of = {c.name: c.range for c in free}
    regional = tuple(
        Coordinate(r.coordinate, "rotation", _regional_range(r, range_of), region=r.region) for r in rhythms
    )
    couplers = tuple(
        Coupler(level, r.coordinate, Polynomial((0.0, share)))
        for r in rhythms
        for level, share in zip(r.levels, r.shares, strict=True)
    )
    return Spine(vertebrae, tuple(joints), regional + free, couplers, rhythms)


def regions() -> tuple[str, ...]:
    """Lumbar, thoracic, lower and upper cervical, in the order of the table."""
    return tuple(dict.fromkeys(row["region"] for row in rows("levels")))


def level_name(below: str, above: str) -> str:
    """`L5_S1`, `T12_L1`, `C0_C1`: the upper bone first."""
    return f"{'C0' if above == 'skull' else above}_{below}"


def _vertebra(row: Row) -> Vertebra:
    disc, height = number(row, "disc_below_mm", MM), number(row, "body_height_mm", MM)
    x, y = number(row, "centroid_x_mm", MM), (disc + height) / 2.0
    tip_x, tip_y = x + number(row, "posterior_x_mm", MM), y + number(row, "posterior_y_mm", MM)
    depth = number(row, "depth_mm", MM)
    return Vertebra(
        row["vertebra"],
        disc,
        height,
        depth,
        number(row, "width_mm", MM),
        float(np.radians(number(row, "tilt_deg"))),
        (x, y, 0.0),
        (tip_x, tip_y, 0.0),
        (tip_x - number(row, "skin_mm", MM), tip_y, 0.0),
        (0.0, disc / 2.0 + height, 0.0),
    )


def _level_joint(vertebrae: dict[str, Vertebra], placed: dict[str, Row], below: str, above: str) -> Joint:
    level = level_name(below, above)
    base = vertebrae[below]
    tilt_below = 0.0 if below == "S1" else base.tilt_rad
    tilt_above = vertebrae[above].tilt_rad if above in vertebrae else 0.0
    if below == "S1":
        half = vertebrae[above].disc_m / 2.0
        endplate = triple(placed[above], MM)
        location = (endplate[0] - np.sin(base.tilt_rad) * half, endplate[1] + np.cos(base.tilt_rad) * half, 0.0)
    elif above == "skull":
        location = triple(placed[above], MM)
    else:
        location = (base.top_m[0], base.top_m[1] + vertebrae[above].disc_m / 2.0, 0.0)
    rotations = tuple(TransformAxis(axis, f"{level}_{motion}", IDENTITY) for motion, axis in AXES.items())
    return Joint(
        level,
        "pelvis" if below == "S1" else below,
        above,
        (float(location[0]), float(location[1]), 0.0),
        (0.0, 0.0, tilt_above - tilt_below),
        rotations,
        STILL,
    )


def _rhythm(region: str, motion: Motion) -> Rhythm:
    """Shares in proportion to the levels' ranges of motion."""
    levels = [row for row in rows("levels") if row["region"] == region]
    weight = np.array([number(row, f"{_COLUMNS[motion]}_deg") for row in levels])
    # Few digits, because OpenSim writes the factors of functions with six of them.
    shares = np.round(weight / weight.sum(), 5)
    shares[shares.argmax()] += np.round(1.0 - shares.sum(), 5)
    shares = np.round(shares, 5)
    return Rhythm(
        region,
        motion,
        f"{region}_{motion}",
        tuple(f"{row['level']}_{motion}" for row in levels),
        tuple(shares.tolist()),
    )


def _level_range(row: Row, motion: Motion) -> tuple[float, float]:
    most = float(np.radians(number(row, f"{_COLUMNS[motion]}_max_deg")))
    if motion != "flexion":
        return -most, most
    forward = number(row, "flexion_part")
    return -most * (1.0 - forward), most * forward


def _regional_range(rhythm: Rhythm, range_of: dict[str, tuple[float, float]]) -> tuple[float, float]:
    """What is known of the region as a whole, but never so much that a level would leave its own range."""
    row = next((r for r in rows("regions") if (r["region"], r["motion"]) == (rhythm.region, rhythm.motion)), None)
    if row is None:
        raise ModelError(f"regions.csv: no row for {rhythm.motion} of the region {rhythm.region}")
    pairs = list(zip(rhythm.levels, rhythm.shares, strict=True))
    return (
        max(float(np.radians(number(row, "low_deg"))), *(range_of[level][0] / share for level, share in pairs)),
        min(float(np.radians(number(row, "high_deg"))), *(range_of[level][1] / share for level, share in pairs)),
    )
