"""SimCC decoding in numpy: two distributions a keypoint -> a point and a score (Li et al., arXiv 2107.03332)."""

import numpy as np
from numpy.typing import NDArray

from .. import skeleton


def decode(
    simcc_x: NDArray[np.floating], simcc_y: NDArray[np.floating], split_ratio: float = 2.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (N, K, 2) in input pixels and scores (N, K), as MMPose's clients do it.

    The point is the fullest bin divided by the split ratio; the score is the mean of both maxima; where it is not positive the point
    is bin -1.
    """
    bins = np.stack([simcc_x.argmax(axis=-1), simcc_y.argmax(axis=-1)], axis=-1).astype(np.float64)
    scores = (simcc_x.max(axis=-1).astype(np.float64) + simcc_y.max(axis=-1)) / 2
    bins[scores <= 0] = -1
    return bins / split_ratio, scores


def to_image(
    points_input_px: NDArray[np.float64],
    centers_px: NDArray[np.float64],
    sizes_px: NDArray[np.float64],
    input_hw: tuple[int, int],
) -> NDArray[np.float64]:
    """(N, K, 2) input pixels -> image pixels; inverse of `geometry.transforms_input_image`."""
    height, width = input_hw
    extent = np.array([width, height], dtype=np.float64)
    return points_input_px / extent * sizes_px[:, None] + centers_px[:, None] - sizes_px[:, None] / 2


def average_with_mirrored(
    simcc_x: NDArray[np.floating],
    simcc_y: NDArray[np.floating],
    mirrored_x: NDArray[np.floating],
    mirrored_y: NDArray[np.floating],
    *,
    split_ratio: float = 2.0,
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Mean of the outputs for a picture and for its mirror image (flip test).

    Mirroring takes pixel x to width - 1 - x, so bin b to bins - split_ratio - b: the reversed bins move by split_ratio - 1.
    """
    flip = list(skeleton.FLIP)
    back = mirrored_x[:, flip, ::-1]
    shift = round(split_ratio) - 1
    if shift > 0:
        back = np.concatenate([back[..., shift:], back[..., -1:].repeat(shift, axis=-1)], axis=-1)
    return (simcc_x + back) / 2, (simcc_y + mirrored_y[:, flip]) / 2
