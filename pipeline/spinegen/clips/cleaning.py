"""Samples that are no measurements: infinities, exact zeros, frozen and faraway points, markers never seen."""

from pathlib import Path

import numpy as np

from ..errors import ClipError
from ..geometry.types import Array
from .clip import Kind, seen_samples
from .words import listed

FROZEN_S = 0.25
"""A marker that keeps exactly one position this long while others move is a tracker's filled gap."""
FAR_M = 50.0
"""Samples farther than this from the middle of all points are no part of a capture."""
CONSTANT_FRAMES = 10
"""From this many identical frames on a file is no capture (an averaged static pose may have fewer)."""


def gaps_from_invalid(positions: Array) -> Array:
    """A copy with NaN in all three axes wherever one is not finite or all three are exactly zero."""
    out = np.array(positions, dtype=np.float64)
    bad = ~seen_samples(out) | (out == 0.0).all(-1)
    out[bad] = np.nan
    return out


def drop_unseen(path: Path, positions: Array, labels: tuple[str, ...]) -> tuple[Array, tuple[str, ...], list[str]]:
    """Without markers that have no sample at all.

    Raises:
        ClipError: no marker has any.
    """
    seen = np.logical_or.reduce(seen_samples(positions), axis=0)
    if not seen.any():
        raise ClipError(f"{path}: none of its {len(labels)} markers is ever seen: {listed(labels, 20)}")
    if seen.all():
        return positions, labels, []
    lost = tuple(label for label, there in zip(labels, seen, strict=True) if not there)
    kept = tuple(label for label, there in zip(labels, seen, strict=True) if there)
    return positions[:, seen], kept, [f"never seen and left out: {listed(lost, 20)}"]


def drop_empty_end(positions: Array) -> tuple[Array, list[str]]:
    """Without the last frames in which nothing at all is seen (padding, or the end of a take)."""
    filled = np.flatnonzero(np.logical_or.reduce(seen_samples(positions), axis=1))
    extra = len(positions) - (int(filled[-1]) + 1) if len(filled) else 0
    if extra == 0:
        return positions, []
    return positions[:-extra], [f"the last {extra} frames show no marker and were left out"]


def refuse_constant(path: Path, positions: Array) -> None:
    """Raises ClipError: nothing moves over `CONSTANT_FRAMES` frames or more."""
    if len(positions) < CONSTANT_FRAMES:
        return
    low = np.where(np.isfinite(positions), positions, np.inf).min(0)
    high = np.where(np.isfinite(positions), positions, -np.inf).max(0)
    if (high == low).all():
        raise ClipError(
            f"{path}: all {len(positions)} frames are identical; a moving capture (or fewer frames) is needed"
        )


def faraway_to_gaps(positions_m: Array) -> tuple[Array, list[str]]:
    """Samples beyond `FAR_M` from the median point become gaps."""
    flat = positions_m.reshape(-1, 3)
    centre = np.nanmedian(flat, axis=0)
    with np.errstate(invalid="ignore", over="ignore"):
        far = (np.abs(positions_m - centre) > FAR_M).any(-1)
    if not far.any():
        return positions_m, []
    out = positions_m.copy()
    out[far] = np.nan
    return out, [f"{int(far.sum())} samples more than {FAR_M:g} m away were taken as gaps"]


def frozen_to_gaps(positions: Array, labels: tuple[str, ...], rate_hz: float, kind: Kind) -> tuple[Array, list[str]]:
    """Stretches in which a marker keeps exactly one position while most others move become gaps (all but the first frame)."""
    frames = len(positions)
    least = max(round(FROZEN_S * rate_hz), 5)
    if kind != "markers" or frames <= least:
        return positions, []
    still = np.zeros(positions.shape[:2], dtype=bool)
    still[1:] = (positions[1:] == positions[:-1]).all(-1)
    seen = seen_samples(positions)
    others_move = still.sum(1) < 0.5 * np.maximum(seen.sum(1), 1)
    candidates = still & others_move[:, None]
    out, hit = positions, []
    for column in np.flatnonzero(candidates.sum(0) >= least):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], candidates[:, column].astype(np.int8), [0]])))
        for start, stop in edges.reshape(-1, 2):
            if stop - start >= least:
                if out is positions:
                    out = positions.copy()
                out[start:stop, column] = np.nan
                hit.append(labels[column])
    return out, [f"frozen stretches were taken as gaps: {listed(tuple(dict.fromkeys(hit)), 20)}"] if hit else []
