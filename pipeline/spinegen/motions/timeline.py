"""From keys with travels and holds to frames: which two poses, how far between them, and what is being done."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.interpolate import CubicSpline

from ..geometry.types import Array
from .flow import TRANSITION, FlowClip, Key, Pose

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
    """`(F,)` 0 at `before`, 1 at the key after it: minimum jerk, even where either key is passed without coming to rest."""
    arrivals_s: Array
    """`(K,)` when each key is reached."""

    def activities(self, poses: tuple[Pose, ...]) -> list[str]:
        """One word a frame."""
        words = []
        for key, blend in zip(self.before, self.blend, strict=True):
            after = min(key + 1, len(poses) - 1)
            if blend <= IN_POSE or poses[key].activity == poses[after].activity:
                words.append(poses[key].activity)
            elif blend >= 1.0 - IN_POSE:
                words.append(poses[after].activity)
            else:
                words.append(TRANSITION)
        return words


def minimum_jerk(share: Array) -> Array:
    """Position along a reach that starts and ends at rest (Flash & Hogan 1985), for `share` of its time in 0..1."""
    s = np.clip(share, 0.0, 1.0)
    return s**3 * (10.0 - 15.0 * s + 6.0 * s**2)


def timeline(clip: FlowClip, rate_hz: float) -> Timeline:
    """Frames of a clip at a rate."""
    keys = clip.played
    times = np.arange(round(clip.duration_s * rate_hz)) / rate_hz
    before = np.zeros(len(times), dtype=np.int64)
    blend = np.zeros(len(times))
    arrivals = np.zeros(len(keys))
    leave = keys[0].hold_s
    for index, key in enumerate(keys[1:], start=1):
        arrivals[index] = leave + key.travel_s
        moving = (times >= leave) & (times < arrivals[index])
        share = (times[moving] - leave) / key.travel_s
        before[moving] = index - 1
        blend[moving] = share if key.through or keys[index - 1].through else minimum_jerk(share)
        before[times >= arrivals[index]] = index
        blend[times >= arrivals[index]] = 0.0
        leave += key.travel_s + key.hold_s
    return Timeline(times, before, blend, arrivals)


def between_keys(keys_q: Array, clip: FlowClip, frames: Timeline) -> Array:
    """Key postures `(K, Q)` joined over time `(F, Q)`: reaches at rest at both ends, splines through keys that are passed."""
    keys, after = clip.played, np.minimum(frames.before + 1, len(keys_q) - 1)
    share = frames.blend[:, None]
    out = (1.0 - share) * keys_q[frames.before] + share * keys_q[after]
    for first, last in _passages(keys):
        run = slice(first, last + 1)
        start = frames.arrivals_s[first] + keys[first].hold_s
        knots = np.concatenate([[start], frames.arrivals_s[first + 1 : last + 1]])
        ends = tuple("natural" if keys[end].through else "clamped" for end in (first, last))
        inside = (frames.times_s >= knots[0]) & (frames.times_s <= knots[-1])
        out[inside] = CubicSpline(knots, keys_q[run], bc_type=ends)(frames.times_s[inside])  # type: ignore[arg-type]
    return out


def _passages(keys: tuple[Key, ...]) -> list[tuple[int, int]]:
    """First and last key of every run whose inner keys are all passed."""
    rests = [number for number, key in enumerate(keys) if not key.through]
    runs = pairwise(sorted({0, len(keys) - 1, *rests}))
    return [(a, b) for a, b in runs if b - a > 1 or keys[a].through or keys[b].through]
