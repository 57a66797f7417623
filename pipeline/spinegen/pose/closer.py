"""Closer looks, at head and trunk and then at the head: the network's input is small, and a whole person leaves the spine a third of it, a face a tenth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from . import geometry

LIMBS = ("elbow", "wrist", "knee", "ankle", "toe", "heel")
HEAD_POINTS = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "head", "neck", "neck_02", "neck_03")


@dataclass(frozen=True)
class CloserLook:
    """At some of a person's keypoints, in a crop of their own."""

    keypoints: tuple[int, ...]
    margin: float
    """Room around them as a share of their longer side."""
    least_score: float = 0.0
    """Mean score of its keypoints from which on the look is taken."""

    def worth(self, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(N,) of scores (N, 37)."""
        return np.asarray(scores[:, self.keypoints].mean(axis=1) >= self.least_score)

    def regions(
        self, keypoints_px: NDArray[np.float64], turns_rad: NDArray[np.float64], input_hw: tuple[int, int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre (N, 2) and size (N, 2) in pixels of crops that are turned clockwise.

        Args:
            keypoints_px: (N, 37, 2) as they are known so far.
            turns_rad: (N,).
        """
        turn = geometry.rotations(turns_rad)
        points = np.einsum("nij,nkj->nki", turn, keypoints_px[:, self.keypoints])
        low, high = points.min(axis=1), points.max(axis=1)
        margin = self.margin * (high - low).max(axis=1, keepdims=True)
        _, sizes = geometry.crop_regions(np.concatenate([low - margin, high - low + 2 * margin], axis=1), input_hw)
        return np.einsum("nji,nj->ni", turn, (low + high) / 2), sizes

    def joined(
        self,
        first_px: NDArray[np.float64],
        first_scores: NDArray[np.float64],
        closer_px: NDArray[np.float64],
        closer_scores: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Points (N, 37, 2) and scores (N, 37) of both: its keypoints in the mean, weighted by the squares of the scores; the others as they were."""
        points = first_px.copy()
        ids = list(self.keypoints)
        weights = np.stack([first_scores[:, ids], closer_scores[:, ids]]).clip(1e-3) ** 2
        weights /= weights.sum(axis=0)
        points[:, ids] = weights[0][..., None] * first_px[:, ids] + weights[1][..., None] * closer_px[:, ids]
        return points, self.mean_of_both(first_scores, closer_scores)

    def mean_of_both(self, first: NDArray[np.float64], nearer: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 37): its keypoints in the mean, the others as they were."""
        both, ids = first.copy(), list(self.keypoints)
        both[:, ids] = (first[:, ids] + nearer[:, ids]) / 2
        return both


TRUNK = CloserLook(tuple(i for i, name in enumerate(skeleton.NAMES) if not any(part in name for part in LIMBS)), 0.35)
"""Head and trunk; arms, in the room around them, tell which way somebody faces: with a third of it the look is worse than the first."""
HEAD = CloserLook(tuple(skeleton.INDEX[name] for name in HEAD_POINTS), 1.2, 0.3)
"""Head and neck, with shoulders and breast; from half as far the look is worse. A head that the picture's edge cuts off is not looked for."""
LOOKS = (TRUNK, HEAD)
"""In turn, each where the one before has put the keypoints."""
