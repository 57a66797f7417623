"""The unit of a capture: what the file or the user says, checked against the size of the body; else judged from it."""

from pathlib import Path

import numpy as np

from ..errors import ClipError
from ..geometry.types import Array
from .anatomy import Places, body_length
from .clip import seen_samples
from .raw import METRES_PER_UNIT, unit_name

LENGTH_PER_STATURE = 0.74
"""`anatomy.body_length` (shoulders to pelvis to knee to ankle) over stature."""
STATURE_RANGE_M = (0.8, 2.5)
"""A toddler to the tallest people; allowed where a unit is named."""
JUDGED_RANGE_M = (1.0, 2.3)
"""Where the unit must be judged: narrow enough that only one unit fits."""
_JUDGED = {**METRES_PER_UNIT, "CMU units of 56.4 mm": 0.0254 / 0.45}
"""The CMU library's skeleton files count in inches scaled by 0.45 (mocap.cs.cmu.edu, frequently asked questions)."""


def stature_in_units(positions: Array, stations: dict[int, str]) -> float:
    """Stature estimated in file units: from limb lengths where the labels are known, else from the extent of all points."""
    length = body_length(Places(positions, stations))
    if np.isfinite(length) and length > 0:
        return length / LENGTH_PER_STATURE
    seen = seen_samples(positions)
    low = np.where(seen[..., None], positions, np.inf).min(1)
    high = np.where(seen[..., None], positions, -np.inf).max(1)
    spans = (high - low).max(-1)[seen.any(1)]
    return float(np.percentile(spans, 95)) if len(spans) else float("nan")


def metres_per_unit(path: Path, stature: float, in_file: str | None, asked: str | None) -> tuple[float, list[str]]:
    """Metres a file unit, and notes; `asked` is the user's unit.

    Raises:
        ClipError: no unit, or not the one named, gives a person of possible size.
    """
    named = unit_name(asked) or in_file
    if not (np.isfinite(stature) and stature > 0):
        raise ClipError(f"{path}: the points have no extent: no body can be measured")
    low, high = STATURE_RANGE_M
    if named is not None:
        height = stature * METRES_PER_UNIT[named]
        if not low <= height <= high:
            fitting = [unit for unit in METRES_PER_UNIT if _fits(stature * METRES_PER_UNIT[unit])]
            hint = f"; if the coordinates are in {fitting[0]}, say --unit {fitting[0]}" if fitting else ""
            by = "given" if asked else "the file's"
            raise ClipError(
                f"{path}: in {by} unit ({named}) the person would be {_readable(height)} tall; allowed are {low:g} to {high:g} m{hint}"
            )
        return METRES_PER_UNIT[named], []
    fitting = [unit for unit, metres in _JUDGED.items() if _fits(stature * metres)]
    if not fitting:
        raise ClipError(
            f"{path}: names no unit, and in none does the person ({stature:.4g} file units tall) measure "
            f"{JUDGED_RANGE_M[0]:g} to {JUDGED_RANGE_M[1]:g} m; say it with --unit {'|'.join(METRES_PER_UNIT)}"
        )
    unit = min(fitting, key=lambda name: abs(np.log(stature * _JUDGED[name] / 1.72)))
    height = stature * _JUDGED[unit]
    return _JUDGED[unit], [f"names no unit: {unit} was judged from the body (about {height:.2f} m tall)"]


def _fits(height_m: float) -> bool:
    return JUDGED_RANGE_M[0] <= height_m <= JUDGED_RANGE_M[1]


def _readable(height_m: float) -> str:
    return f"{height_m * 1000:.3g} mm" if height_m < 0.1 else f"{height_m:.3g} m"
