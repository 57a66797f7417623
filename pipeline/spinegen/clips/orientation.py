"""Which way is up, and whether the capture is mirrored or upside down."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError, UsageError
from .anatomy import Places, handedness, upward

Array = NDArray[np.float64]

AXES = ("+x", "-x", "+y", "-y", "+z", "-z")
_ALONG = 0.7
"""Cosine within which feet-to-shoulders counts as standing along an axis."""
_OFTEN = 0.8
"""Share of frames that must agree before the data overrule what is declared or usual."""
_FLOOR_MARGIN_M = 0.1
"""By how much worse the floor may fit along y or z before the usual axis is kept; x is never up by custom and must fit better."""


@dataclass(frozen=True)
class Upright:
    """Found axis and what to tell."""

    axis: str
    notes: tuple[str, ...] = ()


def axis_vector(axis: str) -> Array:
    """Unit vector of `+x` .. `-z`."""
    vector = np.zeros(3)
    vector["xyz".index(axis[1])] = -1.0 if axis[0] == "-" else 1.0
    return vector


def parse_axis(text: str) -> str:
    """`z`, `Z`, `+z` or `-z` as one of `AXES`. Raises UsageError: anything else."""
    axis = text.strip().lower()
    axis = axis if axis[:1] in "+-" and axis else f"+{axis}"
    if axis not in AXES:
        raise UsageError(f"up axis {text!r} is not known; allowed are x, y, z, -x, -y, -z")
    return axis


def rotation_to_y_up(axis: str) -> Array:
    """The proper rotation `(3, 3)` that takes `axis` to +y; z up becomes (x, z, -y)."""
    up = axis_vector(axis)
    if axis[1] == "y":
        return np.diag([1.0, up[1], up[1]])
    third = axis_vector("+x") if axis[1] == "z" else axis_vector("+z")
    return np.stack([third, up, np.cross(third, up)])


def find_up(path: Path, positions_m: Array, stations: dict[int, str], declared: str | None, usual: str) -> Upright:
    """The upward axis from the body and the floor, else the declared or usual one.

    Raises:
        ClipError: the person is upside down along the declared axis and the floor does not tell why.
    """
    hint = declared or usual
    vectors = upward(Places(positions_m, stations))
    if vectors is None:
        return Upright(
            hint, () if declared else (f"no labels tell which axis is up: {hint} was taken, as usual in this format",)
        )
    shares = {axis: float((vectors @ axis_vector(axis) > _ALONG).mean()) for axis in AXES}
    found = max(AXES, key=lambda axis: shares[axis])
    if found == hint or shares[found] < _OFTEN:
        return Upright(hint)
    if found[1] == hint[1]:
        return _inverted(path, positions_m, stations, hint, found)
    margin = -_FLOOR_MARGIN_M if found[1] == "x" else 0.0 if declared else _FLOOR_MARGIN_M
    if _floor_misfit(positions_m, found) > _floor_misfit(positions_m, hint) + margin:
        return Upright(hint)
    return Upright(
        found,
        (f"the up axis is {found}, found from the body and the floor ({'declared' if declared else 'usual'}: {hint})",),
    )


def _inverted(path: Path, positions_m: Array, stations: dict[int, str], hint: str, found: str) -> Upright:
    """Head below feet along the expected axis: a capture upside down has its feet on the floor at 0, a handstand its hands."""
    heights = positions_m @ axis_vector(hint)
    seen = np.isfinite(heights)
    top = float(np.median(np.where(seen, heights, -np.inf).max(1)[seen.any(1)]))
    bottom = float(np.median(np.where(seen, heights, np.inf).min(1)[seen.any(1)]))
    size = top - bottom
    if abs(top) < 0.15 * size:
        return Upright(
            found, (f"the capture was upside down along {hint} (feet at 0, head below); it was turned over",)
        )
    if abs(bottom) < 0.15 * size:
        return Upright(hint, ("the person is upside down with the hands or head on the floor",))
    raise ClipError(
        f"{path}: head below feet in nearly every frame and no floor at 0: is the capture upside down? Say --up-axis={found} "
        f"to turn it over or --up-axis={hint} to leave it"
    )


def _floor_misfit(positions_m: Array, axis: str) -> float:
    """How badly the lowest points along an axis make a floor at 0: its unsteadiness and half its distance from 0, metres."""
    heights = positions_m @ axis_vector(axis)
    seen = np.isfinite(heights)
    lowest = np.where(seen, heights, np.inf).min(1)[seen.any(1)]
    spread = float(np.percentile(lowest, 90) - np.percentile(lowest, 10))
    return spread + 0.5 * min(abs(float(np.median(lowest))), 1.0)


def unmirror(positions_ground_m: Array, stations: dict[int, str]) -> tuple[Array, list[str]]:
    """Positions of a body with its heart on the left: z is negated where the labels show a mirrored person."""
    hand = handedness(Places(positions_ground_m, stations))
    if hand > -0.5:
        return positions_ground_m, []
    return positions_ground_m * np.array([1.0, 1.0, -1.0]), [
        "the capture was mirrored (left and right labels on the wrong sides of the body); it was mirrored back"
    ]
