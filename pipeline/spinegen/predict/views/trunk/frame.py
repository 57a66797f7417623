"""Points of the trunk in axes of its own, in lengths of its spine: the same whoever it is, wherever they stand, in whatever unit."""

from dataclasses import dataclass

import numpy as np

from .... import skeleton
from ....geometry.types import Array
from ....geometry.vectors import unit

_LIMBS = ("elbow", "wrist", "knee", "ankle", "heel", "toe")
TRUNK_IDS = np.array([index for index, name in enumerate(skeleton.NAMES) if not any(limb in name for limb in _LIMBS)])
"""Keypoints of trunk, neck and head."""
_CORNERS = tuple(skeleton.INDEX[name] for name in ("left_hip", "right_hip", "left_shoulder", "right_shoulder"))


@dataclass(frozen=True)
class TrunkFrame:
    """Where trunks are and how they stand; NaN where a hip or a shoulder is unseen."""

    middle: Array
    """`(T, 3)` of hips and shoulders."""
    axes: Array
    """`(T, 3, 3)`: rows point forward, up along the trunk, and to the right."""
    length: Array
    """`(T,)` of the chain of vertebrae, S1 to C1."""

    def inside(self, points: Array) -> Array:
        """Points `(T, N, 3)` in axes and lengths of the trunk."""
        return np.einsum("tai,tni->tna", self.axes, points - self.middle[:, None]) / self.length[:, None, None]

    def outside(self, points: Array) -> Array:
        """The reverse."""
        return np.einsum("tai,tna->tni", self.axes, points) * self.length[:, None, None] + self.middle[:, None]


def trunk_axes(keypoints: Array) -> tuple[Array, Array]:
    """Middle `(T, 3)` and axes `(T, 3, 3)` of keypoints `(T, 37, 3)`."""
    left_hip, right_hip, left_shoulder, right_shoulder = (keypoints[:, index] for index in _CORNERS)
    up = unit(left_shoulder + right_shoulder - left_hip - right_hip)
    right = right_hip - left_hip + right_shoulder - left_shoulder
    right = unit(right - (right * up).sum(-1, keepdims=True) * up)
    middle = (left_hip + right_hip + left_shoulder + right_shoulder) / 4
    return middle, np.stack([np.cross(up, right), up, right], axis=1)


def spine_length(keypoints: Array) -> Array:
    """`(T,)` of keypoints `(T, 37, 3)`; NaN where a vertebra is unseen."""
    return np.linalg.norm(np.diff(keypoints[:, list(skeleton.SPINE_CHAIN)], axis=1), axis=-1).sum(axis=1)


def trunk_frame(keypoints: Array, length: float | None = None) -> TrunkFrame:
    """Of keypoints `(T, 37, 3)`.

    Args:
        length: of the spine where it is known to be the same in all frames, as one person's is.
    """
    middle, axes = trunk_axes(keypoints)
    known = spine_length(keypoints) if length is None else np.full(len(keypoints), length)
    return TrunkFrame(middle, axes, known)
