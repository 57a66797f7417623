"""What a camera system makes of true marker positions: noise, gaps, and for a while two labels swapped."""

import numpy as np
from pydantic import Field

from ..config import Settings
from ..geometry.types import Array


class Sampling(Settings):
    """Faults of a capture."""

    rate_hz: float = Field(default=60.0, ge=10, le=1000)
    noise_mm: float = Field(default=3.0, ge=0, le=50)
    """Standard deviation an axis."""
    gap_share: float = Field(default=0.04, ge=0, le=0.5)
    """Share of marker samples that are lost, in stretches of 0.1 to 1 s."""
    swapped_pair: tuple[str, str] | None = ("RANL", "RANM")
    """Two labels that are exchanged for a stretch in the middle of the clip."""
    swapped_s: float = Field(default=1.5, ge=0, le=60)


def sample_markers(
    positions_ground_m: Array, labels: tuple[str, ...], sampling: Sampling, rng: np.random.Generator
) -> Array:
    """`(F, M, 3)` true positions as a capture would give them; NaN where a marker is lost."""
    out = positions_ground_m + rng.normal(0.0, sampling.noise_mm / 1000.0, positions_ground_m.shape)
    frames, markers = out.shape[:2]
    if sampling.swapped_pair is not None:
        a, b = (labels.index(label) for label in sampling.swapped_pair)
        middle, half = frames // 2, round(0.5 * sampling.swapped_s * sampling.rate_hz)
        stretch = slice(max(middle - half, 0), middle + half)
        out[stretch, a], out[stretch, b] = out[stretch, b].copy(), out[stretch, a].copy()
    wanted = round(sampling.gap_share * frames * markers)
    lost = np.zeros((frames, markers), dtype=bool)
    longest = min(frames, max(2, round(sampling.rate_hz)))
    while lost.sum() < wanted:
        length = int(rng.integers(min(max(1, longest // 10), longest), longest, endpoint=True))
        length = min(length, int(wanted - lost.sum()))
        start, marker = int(rng.integers(0, frames - length, endpoint=True)), int(rng.integers(markers))
        lost[start : start + length, marker] = True
    out[lost] = np.nan
    return out
