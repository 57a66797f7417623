"""One person over a film."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class FilmPerson:
    """One person over all frames of a film that saw them."""

    number: int
    frames: list[int]
    """Indices into the film's times."""
    boxes_xywh_px: NDArray[np.float64]
    """(T, 4)."""
    keypoints_px: NDArray[np.float64]
    """(T, 37, 2), smoothed; NaN where unseen for too long."""
    scores: NDArray[np.float64]
    """(T, 37)."""
    filled: NDArray[np.bool_]
    """(T, 37): unseen there, or where no spine can have it; told by the frames around, or by the vertebrae beside it."""
