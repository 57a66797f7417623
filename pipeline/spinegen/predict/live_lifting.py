"""3D while a film is seen: each frame lifted with those before it, none after."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from ..geometry.types import Array
from ..labels.spine_angles import ANGLES, spine_angles_deg
from ..lifting.lens import Lens
from ..lifting.lifter import lift_track
from ..lifting.onnx_file import LiftingFile
from .space import Space

REMEMBERED = 12
"""Frames before a frame that it is told by."""
UP_FOLLOWS = 0.05
"""Share by which each person in each frame moves the direction up of a camera that stands still."""


@dataclass(frozen=True)
class SpaceView:
    """One person of one frame in 3D, camera axes: x right, y down, z forward."""

    keypoints_camera_m: Array
    """`(37, 3)`."""
    vertebrae_camera_m: Array
    """`(25, 3)` centroids, S1 to C1."""
    angles_deg: Array
    """`(7,)` in the order of `labels.spine_angles.ANGLES`; NaN where one means nothing."""

    @property
    def angles_by_name_deg(self) -> dict[str, float]:
        """The same by name: `lumbar_lordosis`, `thoracic_kyphosis`, and so on."""
        return dict(zip(ANGLES, self.angles_deg.tolist(), strict=True))


class LiveLifter:
    """Remembers everybody's last frames."""

    def __init__(self, network: LiftingFile, size: tuple[int, int], space: Space) -> None:
        self.network, self.space = network, space
        self.lens = Lens(*size, space.fov_deg)
        self._kept: dict[int, deque[tuple[float, Array, Array]]] = {}
        self._up: Array | None = None

    def __call__(self, number: int, time_s: float, keypoints_px: Array, scores: Array) -> SpaceView | None:
        """A person's next frame; None where too little of them is seen."""
        kept = self._kept.setdefault(number, deque(maxlen=REMEMBERED))
        kept.append((time_s, keypoints_px, scores))
        times, points, sure = (np.array(part) for part in zip(*kept, strict=True))
        track = lift_track(self.network, self.lens, times, points, scores=sure, height_m=self.space.height_m)
        if not track.known[-1]:
            return None
        told = track.up_camera[-1]
        mixed = told if self._up is None else self._up + UP_FOLLOWS * (told - self._up)
        up = self._up = mixed / np.linalg.norm(mixed)
        keypoints, vertebrae = track.keypoints_camera_m[-1], track.centroids_camera_m[-1]
        return SpaceView(keypoints, vertebrae, spine_angles_deg(keypoints, vertebrae, up))
