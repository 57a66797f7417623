"""The floor of a capture: where its lowest points come to rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geometry.types import Array
from .anatomy import SEGMENTS

BAND_M = 0.03
"""Points within this height of a level lie on it."""
REST_M_S = 0.15
"""Vertical speed below which a point rests."""
REST_WINDOW_S = 0.05
"""Speeds are taken from this long before to this long after."""
LOOK_AT_FRAMES = 2000
"""Floors are looked for in at most this many frames, spread over the clip."""
SOMETIMES = 0.1
"""The floor is the lowest level on which something rests in this part of the frames: the ground before a step's top."""
LOWEST_POINT_M = 0.03
"""Where the lowest marker or joint of a person on the floor lies (a heel marker, the joint at the ball of the foot)."""
LOWEST_ANKLE_M = 0.08
"""The same where a capture has nothing below the ankles."""


@dataclass(frozen=True)
class Support:
    """What the lowest points along one axis do."""

    level_m: float
    """Height along the axis at which most of them are."""
    share: float
    """Part of the frames in which the lowest point rests at that level, 0 to 1."""
    floor_m: float
    """Lowest level on which something rests now and then; the lowest points themselves where nothing does."""
    rests: bool
    """Whether anything rests there."""
    lowest: int
    """Column that is lowest most often."""
    speed_m_s: float
    """Median speed of the lowest point in whatever direction: near 0 where it bears somebody."""


def support(positions_m: Array, axis: Array, rate_hz: float) -> Support | None:
    """How the lowest points along a unit vector rest; None where nothing is seen.

    Args:
        positions_m: `(F, M, 3)` of the whole clip.
    """
    count = len(positions_m)
    frames = np.unique(np.linspace(0, count - 1, min(count, LOOK_AT_FRAMES)).round().astype(int))
    heights = _heights(positions_m, frames, axis)
    some = np.isfinite(heights).any(1)
    frames, heights = frames[some], heights[some]
    if len(frames) == 0:
        return None
    column = np.argmin(np.where(np.isfinite(heights), heights, np.inf), axis=1)
    rows = np.arange(len(frames))
    low = heights[rows, column]
    reach = max(1, round(REST_WINDOW_S * rate_hz))
    before, after = np.maximum(frames - reach, 0), np.minimum(frames + reach, count - 1)
    moved = (positions_m[after, column] - positions_m[before, column]) * (rate_hz / np.maximum(after - before, 1))[
        :, None
    ]
    calm = np.nan_to_num(np.abs(moved @ axis), nan=np.inf) < REST_M_S
    seen_moving = moved[np.isfinite(moved).all(-1)]
    speed = float(np.median(np.linalg.norm(seen_moving, axis=-1))) if len(seen_moving) else 0.0
    level = _densest(low)
    lowest = int(np.bincount(column).argmax())
    share = float((calm & (np.abs(low - level) <= BAND_M)).mean())
    if calm.mean() < SOMETIMES:
        return Support(level, share, float(np.percentile(low, 2)), False, lowest, speed)
    floor = float(np.percentile(low[calm], 5))
    near = low[calm & (np.abs(low - floor) <= BAND_M)]
    return Support(level, share, float(np.median(near)) if len(near) else floor, True, lowest, speed)


def standing_height_m(lowest: int, stations: dict[int, str]) -> float:
    """At which height the lowest point of somebody on the floor lies, for the column that is lowest most often."""
    return LOWEST_ANKLE_M if "ankle" in SEGMENTS.get(stations.get(lowest, ""), "") else LOWEST_POINT_M


def _heights(positions_m: Array, frames: NDArray[np.int_], axis: Array) -> Array:
    return positions_m[frames] @ axis


def _densest(values: Array) -> float:
    """Middle of the band of width `2 BAND_M` that holds most values."""
    ordered = np.sort(values)
    held = np.searchsorted(ordered, ordered + 2.0 * BAND_M, side="right") - np.arange(len(ordered))
    first = int(held.argmax())
    return float(np.median(ordered[first : first + held[first]]))
