"""Boxes that the detector found, kept by picture: they stay the same whichever pose network looks at them, round after round."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..predict.estimator import SpineEstimator
from .kept_arrays import keep_arrays, kept_arrays


class KeptBoxes:
    """Boxes of one file's pictures.

    Args:
        path: where they are kept.
    """

    def __init__(self, estimator: SpineEstimator, path: Path) -> None:
        self.estimator, self.path = estimator, path
        self._known = {int(frame): boxes for frame, boxes in (kept_arrays(path) or {}).items()}
        self._new = False

    def __call__(self, frame: int, image_rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(N, 4) boxes x, y, width, height of a frame, or of a picture (frame 0), the surest first."""
        if frame not in self._known:
            self._known[frame] = self.estimator.detect(image_rgb)
            self._new = True
        return self._known[frame]

    def keep(self) -> None:
        """Write what was not known before."""
        if self._new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            keep_arrays(self.path, {str(frame): boxes for frame, boxes in self._known.items()})
