"""What every film is, whatever it is read from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import SpinegenError


class VideoError(SpinegenError):
    """A video is missing, damaged or of a kind that is not read."""


@dataclass(frozen=True)
class VideoFrame:
    """One frame."""

    number: int
    """Counted from 0."""
    time_s: float
    """From the first frame on, as the file says."""
    image_rgb: NDArray[np.uint8]
    """(H, W, 3), upright."""
    quarters: int = 0
    """Quarter turns to the left by which the file says that it must be turned, and was."""


@dataclass
class Video:
    """An open film. Its frames are read once, in order; afterwards `faults` says what was wrong with it."""

    path: Path
    rate_hz: float
    """Average; the distances of frames may differ."""
    total: int | None
    """Frames that the file promises, where it does."""
    faults: list[str] = field(default_factory=list)
    """Sentences: ended early, frames that could not be decoded."""

    def frames(self) -> Iterator[VideoFrame]:
        """Every frame that can be decoded.

        Raises:
            VideoError: there is none.
        """
        raise NotImplementedError
