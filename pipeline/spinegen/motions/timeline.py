"""From keys with travels and holds to frames: which two poses, how far between them, and what is being done."""

from dataclasses import dataclass

import numpy as np

from ..geometry.types import Array
from .flow import TRANSITION, FlowClip, Pose

IN_POSE = 0.12
"""Within this share of the way a frame still (or already) counts as the pose."""


@dataclass(frozen=True)
class Timeline:
    """Frames of a clip."""

    times_s: Array
    """`(F,)`."""
    before: np.ndarray
    """`(F,)` index of the key that was left, or is held."""
    blend: Array
    """`(F,)` 0 at `before`, 1 at the key after it; minimum jerk."""

    def activities(self, poses: tuple[Pose, ...]) -> list[str]:
        """One word a frame."""
        words = []
        for key, blend in zip(self.before, self.blend, strict=True):
            if blend <= IN_POSE:
                words.append(poses[key].activity)
            elif blend >= 1.0 - IN_POSE:
                words.append(poses[key + 1].activity)
            else:
                words.append(TRANSITION)
        return words


def minimum_jerk(share: Array) -> Array:
    """Position along a reach that starts and ends at rest (Flash & Hogan 1985), for `share` of its time in 0..1."""
    s = np.clip(share, 0.0, 1.0)
    return s**3 * (10.0 - 15.0 * s + 6.0 * s**2)


def timeline(clip: FlowClip, rate_hz: float) -> Timeline:
    """Frames of a clip at a rate."""
    times = np.arange(round(clip.duration_s * rate_hz)) / rate_hz
    before = np.zeros(len(times), dtype=np.int64)
    blend = np.zeros(len(times))
    leave = clip.keys[0].hold_s
    for index, key in enumerate(clip.keys[1:], start=1):
        moving = (times >= leave) & (times < leave + key.travel_s)
        before[moving] = index - 1
        blend[moving] = minimum_jerk((times[moving] - leave) / key.travel_s)
        before[times >= leave + key.travel_s] = index
        blend[times >= leave + key.travel_s] = 0.0
        leave += key.travel_s + key.hold_s
    return Timeline(times, before, blend)
