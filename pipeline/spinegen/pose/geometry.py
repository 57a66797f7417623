"""From a person's box to the network's input and back; the affine map of MMPose's top-down pipeline, which its clients share."""

import numpy as np
from numpy.typing import NDArray

BOX_PADDING = 1.25
"""Side of the crop as a multiple of the box (MMPose, rtmlib, spinepose)."""


def crop_regions(
    boxes_xywh_px: NDArray[np.float64], input_hw: tuple[int, int], padding: float = BOX_PADDING
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre (N, 2) and size (N, 2) in pixels of the padded crops with the input's aspect ratio."""
    height, width = input_hw
    boxes = np.asarray(boxes_xywh_px, dtype=np.float64).reshape(-1, 4)
    centers = boxes[:, :2] + boxes[:, 2:] / 2
    sizes = boxes[:, 2:] * padding
    crop_width = np.maximum(sizes[:, 0], sizes[:, 1] * width / height)
    return centers, np.stack([crop_width, crop_width * height / width], axis=1)


def transforms_input_image(
    centers_px: NDArray[np.float64],
    sizes_px: NDArray[np.float64],
    input_hw: tuple[int, int],
    turns_rad: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """(N, 2, 3) maps from image pixels to input pixels: the crop's centre goes to (width / 2, height / 2).

    Args:
        turns_rad: (N,) by how much the picture is turned clockwise about the crop's centre; None: not at all.
    """
    height, width = input_hw
    scale = (width / sizes_px[:, 0])[:, None, None]
    linear = scale * rotations(np.zeros(len(scale)) if turns_rad is None else turns_rad)
    shift = np.array([width, height]) / 2 - np.einsum("nij,nj->ni", linear, centers_px)
    return np.concatenate([linear, shift[..., None]], axis=2)


def rotations(turns_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2, 2) clockwise turns in pixel axes (x right, y down)."""
    cosine, sine = np.cos(turns_rad), np.sin(turns_rad)
    return np.stack([np.stack([cosine, -sine], -1), np.stack([sine, cosine], -1)], axis=1)


def apply_affine(matrices: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2, 3) maps on (N, K, 2) points."""
    return np.einsum("nij,nkj->nki", matrices[:, :, :2], points) + matrices[:, None, :, 2]


def compose(outer: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2, 3) map that first does `inner`, then `outer`."""
    linear = outer[:, :, :2] @ inner[:, :, :2]
    shift = (outer[:, :, :2] @ inner[:, :, 2:])[..., 0] + outer[:, :, 2]
    return np.concatenate([linear, shift[..., None]], axis=2)


def invert(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2, 3) inverse maps."""
    linear = np.linalg.inv(matrices[:, :, :2])
    return np.concatenate([linear, -(linear @ matrices[:, :, 2:])], axis=2, dtype=np.float64)
