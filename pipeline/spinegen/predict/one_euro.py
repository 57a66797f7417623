"""One-Euro filter for keypoints of a video (Casiez et al., CHI 2012): steady when still, quick when moving."""

import math

import numpy as np
from numpy.typing import NDArray


class OneEuroFilter:
    """Smooths points of one person frame by frame.

    Args:
        rate_hz: frames a second, where a frame does not say how long after the last one it came.
        cutoff_hz: cut-off at rest; lower is steadier.
        speed_gain: how much the cut-off rises with speed, in Hz per box side a second.
        speed_cutoff_hz: cut-off of the speed's own filter.
    """

    def __init__(
        self, rate_hz: float, cutoff_hz: float = 1.2, speed_gain: float = 4.0, speed_cutoff_hz: float = 1.0
    ) -> None:
        self.rate_hz, self.cutoff_hz = rate_hz, cutoff_hz
        self.speed_gain, self.speed_cutoff_hz = speed_gain, speed_cutoff_hz
        self._points: NDArray[np.float64] | None = None
        self._speed: NDArray[np.float64] | None = None

    def __call__(self, points_px: NDArray[np.float64], scale_px: float, step_s: float = 0.0) -> NDArray[np.float64]:
        """(K, 2) of the next frame -> smoothed.

        Args:
            scale_px: longer side of the person's box, which makes the filter independent of the picture's size.
            step_s: time since the last call, where frames do not come evenly.
        """
        if step_s > 0:
            self.rate_hz = 1.0 / step_s
        if self._points is None or self._speed is None:
            self._points, self._speed = points_px.copy(), np.zeros(points_px.shape[:1])
            return points_px
        speed = self._speed
        step = np.linalg.norm(points_px - self._points, axis=-1) / max(scale_px, 1e-9) * self.rate_hz
        speed = speed + self._weight(np.full_like(step, self.speed_cutoff_hz)) * (step - speed)
        weight = self._weight(self.cutoff_hz + self.speed_gain * speed)[:, None]
        self._points = self._points + weight * (points_px - self._points)
        self._speed = speed
        return self._points

    def _weight(self, cutoff_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of the new value in a first-order low-pass."""
        return 1 / (1 + self.rate_hz / (2 * math.pi * cutoff_hz))
