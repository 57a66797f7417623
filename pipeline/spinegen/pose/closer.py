"""A second, closer look at head and trunk: the network's input is small, and a whole person leaves the spine a third of it."""

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from . import geometry

LIMBS = ("elbow", "wrist", "knee", "ankle", "toe", "heel")
HEAD_AND_TRUNK = tuple(i for i, name in enumerate(skeleton.NAMES) if not any(part in name for part in LIMBS))
MARGIN = 0.35
"""Room around them as a share of their longer side: arms tell which way somebody faces. With a third of it the look is worse than the first."""


def trunk_regions(
    keypoints_px: NDArray[np.float64], turns_rad: NDArray[np.float64], input_hw: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre (N, 2) and size (N, 2) in pixels of crops of head and trunk that are turned clockwise.

    Args:
        keypoints_px: (N, 37, 2) as the first look saw them.
        turns_rad: (N,).
    """
    turn = geometry.rotations(turns_rad)
    points = np.einsum("nij,nkj->nki", turn, keypoints_px[:, HEAD_AND_TRUNK])
    low, high = points.min(axis=1), points.max(axis=1)
    margin = MARGIN * (high - low).max(axis=1, keepdims=True)
    _, sizes = geometry.crop_regions(np.concatenate([low - margin, high - low + 2 * margin], axis=1), input_hw)
    return np.einsum("nji,nj->ni", turn, (low + high) / 2), sizes


def joined(
    first_px: NDArray[np.float64],
    first_scores: NDArray[np.float64],
    closer_px: NDArray[np.float64],
    closer_scores: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (N, 37, 2) and scores (N, 37) of both looks: head and trunk in the mean, weighted by the squares of the scores; limbs of the first."""
    points = first_px.copy()
    ids = list(HEAD_AND_TRUNK)
    weights = np.stack([first_scores[:, ids], closer_scores[:, ids]]).clip(1e-3) ** 2
    weights /= weights.sum(axis=0)
    points[:, ids] = weights[0][..., None] * first_px[:, ids] + weights[1][..., None] * closer_px[:, ids]
    return points, mean_of_both(first_scores, closer_scores)


def mean_of_both(first: NDArray[np.float64], nearer: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 37) of both looks: head and trunk in the mean, limbs of the first."""
    both, ids = first.copy(), list(HEAD_AND_TRUNK)
    both[:, ids] = (first[:, ids] + nearer[:, ids]) / 2
    return both
