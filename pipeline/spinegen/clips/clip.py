"""The clip: labelled trajectories of one person in OpenSim's ground frame."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ..errors import ClipError
from ..geometry.types import Array, Flags

Kind = Literal["markers", "joints"]


def seen_samples(positions: Array) -> Flags:
    """`(..., 3)` to `(...)`: where all three coordinates are finite."""
    return np.logical_and.reduce(np.isfinite(positions), axis=-1)


@dataclass(frozen=True)
class Clip:
    """What every reader returns, whatever the file was.

    The arrays are read-only by convention; use `frames` and `select` to make another clip.
    """

    name: str
    """File stem."""
    source: Path
    rate_hz: float
    times_s: Array
    """`(F,)`, starting at 0."""
    labels: tuple[str, ...]
    """M names without subject prefix."""
    positions_ground_m: Array
    """`(F, M, 3)`: x, y up, z in metres; NaN in all three where a marker was not seen."""
    kind: Kind
    """`markers` lie on the skin; `joints` are joint centres (BVH, AMASS, 3D keypoints)."""
    notes: tuple[str, ...] = ()
    """What the reader found out or corrected, one sentence each."""

    def __post_init__(self) -> None:
        shape = (len(self.times_s), len(self.labels), 3)
        if self.positions_ground_m.shape != shape:
            raise ClipError(f"{self.source}: positions have shape {self.positions_ground_m.shape}, expected {shape}")

    @property
    def frame_count(self) -> int:
        """F."""
        return len(self.times_s)

    @property
    def duration_s(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return self.frame_count / self.rate_hz

    @property
    def seen(self) -> Flags:
        """`(F, M)`: where a marker has a position."""
        return seen_samples(self.positions_ground_m)

    @property
    def gap_fraction(self) -> float:
        """Share of all marker samples that are missing, 0 to 1."""
        return float(1.0 - self.seen.mean())

    def index(self, label: str) -> int:
        """Column of a label.

        Raises:
            ClipError: the clip has no such label.
        """
        try:
            return self.labels.index(label)
        except ValueError:
            raise ClipError(f"{self.source}: has no marker {label!r}; found: {', '.join(self.labels)}") from None

    def select(self, labels: tuple[str, ...]) -> "Clip":
        """The same clip with only these labels, in this order."""
        columns = [self.index(label) for label in labels]
        return replace(self, labels=tuple(labels), positions_ground_m=self.positions_ground_m[:, columns])

    def frames(self, frames: slice) -> "Clip":
        """The same clip cut to a range of frames; times start at 0 again and the rate follows the step."""
        times = self.times_s[frames]
        if len(times) == 0:
            raise ClipError(
                f"{self.source}: frames {frames.start}:{frames.stop} hold nothing; it has {self.frame_count}"
            )
        return replace(
            self,
            times_s=times - times[0],
            positions_ground_m=self.positions_ground_m[frames],
            rate_hz=self.rate_hz / abs(frames.step or 1),
        )
