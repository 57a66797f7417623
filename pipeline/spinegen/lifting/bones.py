"""Limbs that keep their length: every bone of a track as long as it is in the median of its frames, both sides alike."""

import numpy as np

from .. import skeleton
from ..geometry.types import Array
from .points import KEYPOINT_ROWS

_CHAINS = (
    ("shoulder", "elbow", ("elbow", "wrist")),
    ("elbow", "wrist", ("wrist",)),
    ("hip", "knee", ("knee", "ankle", "heel", "big_toe", "small_toe")),
    ("knee", "ankle", ("ankle", "heel", "big_toe", "small_toe")),
)
"""Upper end, lower end, and what moves with the lower end; from the trunk outwards."""


def steady_bones(points_m: Array) -> Array:
    """`(T, 53, 3)` with upper arms, forearms, thighs and shanks of one length each; directions stay as they are, NaN stays NaN."""
    out = points_m.copy()
    for upper, lower, moved in _CHAINS:
        ends = {side: (_row(side, upper), _row(side, lower)) for side in ("left", "right")}
        lengths = np.stack([np.linalg.norm(out[:, b] - out[:, a], axis=-1) for a, b in ends.values()])
        if not np.isfinite(lengths).any():
            return out
        wanted = float(np.nanmedian(lengths))
        for side, (a, b) in ends.items():
            bone = out[:, b] - out[:, a]
            length = np.maximum(np.linalg.norm(bone, axis=-1, keepdims=True), 1e-6)
            shift = bone * (wanted / length - 1.0)
            out[:, [_row(side, name) for name in moved]] += shift[:, None]
    return out


def _row(side: str, name: str) -> int:
    return int(KEYPOINT_ROWS[skeleton.INDEX[f"{side}_{name}"]])
