"""What a pose is likely to be before any marker is seen: the rhythm of spine, pelvis and hips."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ..ik.terms import Affine
from ..model.spine_model import SpineModel

# Spread of the regional spine angles in daily and sporting movement, degrees: about a third to a half of the range of motion to one side
# (White & Panjabi 1990). Wide enough for a forward fold, narrow enough that a region without markers does not run into its limits.
REGION_SPREAD_DEG: dict[tuple[str, str], float] = {
    ("lumbar", "flexion"): 22.0,
    ("lumbar", "bending"): 10.0,
    ("lumbar", "rotation"): 6.0,
    ("thoracic", "flexion"): 15.0,
    ("thoracic", "bending"): 12.0,
    ("thoracic", "rotation"): 16.0,
    ("lower_cervical", "flexion"): 20.0,
    ("lower_cervical", "bending"): 15.0,
    ("lower_cervical", "rotation"): 15.0,
    ("upper_cervical", "flexion"): 12.0,
    ("upper_cervical", "bending"): 5.0,
    ("upper_cervical", "rotation"): 20.0,
}
# Neighbouring regions move together, and the lumbar spine with the hips (Narimani & Arjmand 2018, J. Biomech. 69:169; Lee & Wong 2002, Hum.
# Mov. Sci. 21:481, for the hips). The figures are modelling choices: strong enough that regions between two markers do not cancel each other.
NEIGHBOURS: tuple[tuple[str, str], ...] = (("lumbar", "thoracic"), ("lower_cervical", "upper_cervical"))
NEIGHBOUR_CORRELATION: dict[str, float] = {"flexion": 0.5, "bending": 0.6, "rotation": 0.6}
HIP_CORRELATION = 0.4
"""Of lumbar flexion with the flexion of either hip (lumbopelvic rhythm)."""
LEVEL_SPREAD = 0.12
"""With every level free: standard deviation of a level about its share, as part of the spread of its region's angle."""
LIMB_SPREAD = 0.5
"""Spread of a limb's angle as part of its range."""
TOE_SPREAD_DEG = 10.0
"""Toes and subtalar joints mostly have few markers and stay near neutral."""


def pose_prior(model: SpineModel) -> Affine:
    """The prior of any of our models, with regional coordinates or with every level free."""
    covariance, free = _covariance(model)
    precision = np.zeros_like(covariance)
    known = np.flatnonzero(~free)
    precision[np.ix_(known, known)] = np.linalg.inv(covariance[np.ix_(known, known)])
    return Affine.normal(model.default_q, precision)


def _covariance(model: SpineModel) -> tuple[Array, NDArray[np.bool_]]:
    """Covariance `(Q, Q)` and which coordinates the prior leaves free."""
    names = list(model.coordinate_names)
    index = {name: i for i, name in enumerate(names)}
    size = len(names)
    covariance = np.zeros((size, size))
    free = np.zeros(size, dtype=bool)
    for i, coordinate in enumerate(model.coordinates):
        low, high = coordinate.range
        if coordinate.region == "pelvis":
            free[i] = True
            continue
        spread = LIMB_SPREAD * (high - low)
        if coordinate.name.startswith(("mtp", "subtalar")):
            spread = np.radians(TOE_SPREAD_DEG)
        covariance[i, i] = spread**2
    # The spine is written as shares of regional angles; a regional coordinate is its own single share.
    rhythms = {(r.region, r.motion): r for r in model.rhythms}
    carriers: dict[tuple[str, str], tuple[list[int], Array]] = {}
    for key, rhythm in rhythms.items():
        if rhythm.coordinate in index:
            carriers[key] = ([index[rhythm.coordinate]], np.ones(1))
        elif all(level in index for level in rhythm.levels):
            carriers[key] = ([index[level] for level in rhythm.levels], np.asarray(rhythm.shares))
    for key, (columns, shares) in carriers.items():
        spread = np.radians(REGION_SPREAD_DEG.get(key, 15.0))
        covariance[np.ix_(columns, columns)] = spread**2 * np.outer(shares, shares)
        if len(columns) > 1:
            floor = np.radians(0.4)
            covariance[columns, columns] += (
                np.maximum(LEVEL_SPREAD * spread * np.sqrt(shares / len(shares)), floor) ** 2
            )
    for lower, upper in NEIGHBOURS:
        for motion, correlation in NEIGHBOUR_CORRELATION.items():
            if (lower, motion) in carriers and (upper, motion) in carriers:
                spread = np.radians(REGION_SPREAD_DEG[lower, motion]) * np.radians(REGION_SPREAD_DEG[upper, motion])
                _link(covariance, carriers[lower, motion], carriers[upper, motion], correlation * spread)
    for side in ("r", "l"):
        hip = index.get(f"hip_flexion_{side}")
        if hip is not None and ("lumbar", "flexion") in carriers:
            spread = np.radians(REGION_SPREAD_DEG["lumbar", "flexion"]) * np.sqrt(covariance[hip, hip])
            _link(covariance, carriers["lumbar", "flexion"], ([hip], np.ones(1)), HIP_CORRELATION * spread)
    return covariance, free


def _link(covariance: Array, one: tuple[list[int], Array], other: tuple[list[int], Array], value: float) -> None:
    block = value * np.outer(one[1], other[1])
    covariance[np.ix_(one[0], other[0])] = block
    covariance[np.ix_(other[0], one[0])] = block.T
