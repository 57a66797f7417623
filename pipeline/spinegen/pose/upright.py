"""People who lie, hang or stand on their hands: the crop is turned until their trunk stands, as most photographs showed it to the network.

BlazePose turns its crops so, too (arXiv 2006.10204), from hips and shoulders of the frame before.
"""

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from . import geometry

TILT_RAD = np.radians(35)
"""A trunk that leans less is left as it is: networks are trained to see that much, and more."""
KEYPOINT_MARGIN = 0.12
"""Room around the keypoints, as a share of their longer side, when they make a turned box tighter: skin and hair reach beyond them."""

TRUNK = (skeleton.INDEX["hip"], skeleton.INDEX["neck"])
"""The keypoints that tell how the trunk stands."""


def turns_to_upright(keypoints_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 37, 2) -> (N,) clockwise turns in radians, -pi..pi, after which the neck is straight above the hip; NaN of NaN."""
    trunk = keypoints_px[:, TRUNK[1]] - keypoints_px[:, TRUNK[0]]
    return -np.arctan2(trunk[:, 0], -trunk[:, 1])


def leaning(turns_rad: NDArray[np.float64], done_rad: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N,) whether the trunk leans too much in a crop that was turned by `done_rad`."""
    left = turns_rad - done_rad
    return np.abs(np.arctan2(np.sin(left), np.cos(left))) > TILT_RAD


def turns_of_leaning(
    keypoints_px: NDArray[np.float64], among: NDArray[np.bool_] | bool = True
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N,) turns of those who lean, 0 of all others, and (N, 37, 2) the keypoints that make their crops tight, NaN of all others.

    Args:
        keypoints_px: (N, 37, 2), NaN where nothing is known.
        among: (N,) who may be turned.
    """
    turns = turns_to_upright(keypoints_px)
    chosen = among & leaning(turns, np.zeros(len(turns)))
    return np.where(chosen, turns, 0.0), np.where(chosen[:, None, None], keypoints_px, np.nan)


def turned_regions(
    boxes_xywh_px: NDArray[np.float64],
    turns_rad: NDArray[np.float64],
    input_hw: tuple[int, int],
    keypoints_px: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre (N, 2) and size (N, 2) in pixels of crops that are turned clockwise.

    A turned box holds all of the straight one; what keypoints are known make it tighter.

    Args:
        boxes_xywh_px: (N, 4), straight.
        turns_rad: (N,).
        keypoints_px: (N, 37, 2), NaN where nothing is known.
    """
    turn = geometry.rotations(turns_rad)
    low, high = boxes_xywh_px[:, :2], boxes_xywh_px[:, :2] + boxes_xywh_px[:, 2:]
    middle = (low + high) / 2
    half = np.einsum("nij,nj->ni", np.abs(turn), (high - low) / 2)
    points = np.einsum("nij,nkj->nki", turn, keypoints_px - middle[:, None])
    near, far = points.min(axis=1), points.max(axis=1)
    margin = KEYPOINT_MARGIN * (far - near).max(axis=1, keepdims=True)
    lowest, highest = np.fmax(-half, near - margin), np.fmin(half, far + margin)
    _, sizes = geometry.crop_regions(np.concatenate([lowest, highest - lowest], axis=1), input_hw)
    back = np.einsum("nji,nj->ni", turn, (lowest + highest) / 2)
    return middle + back, sizes
