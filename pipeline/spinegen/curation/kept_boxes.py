"""Boxes that the detector found, kept by picture: they stay the same whichever pose network looks at them, round after round."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..files import atomic_path
from ..predict.estimator import SpineEstimator


class KeptBoxes:
    """Boxes of one file's pictures.

    Args:
        path: where they are kept.
    """

    def __init__(self, estimator: SpineEstimator, path: Path) -> None:
        self.estimator, self.path = estimator, path
        self._known = _read(path)
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
            columns: dict[str, Any] = {str(frame): boxes for frame, boxes in self._known.items()}
            with atomic_path(self.path) as temporary, temporary.open("wb") as handle:
                np.savez(handle, **columns)


def _read(path: Path) -> dict[int, NDArray[np.float64]]:
    """Nothing where nothing whole is kept."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return {int(name): kept[name] for name in kept.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
