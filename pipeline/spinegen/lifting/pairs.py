"""What a step of the training is given: keypoints as a 2D network would give them, and the points they come from."""

from dataclasses import dataclass

import numpy as np

from ..geometry.types import Floats
from .cameras import watch
from .faults import measured
from .points import FLIP, KEYPOINT_ROWS, ROOT
from .sequences import Sequences
from .view import features_of, view_of

LENGTHS, SHARES = (1, 5, 11), (0.3, 0.4, 0.3)
"""Frames of a window, and how often steps have them."""


@dataclass(frozen=True)
class Pairs:
    """Windows of one length, single precision."""

    features: Floats
    """`(N, T, FEATURES)`."""
    points_m: Floats
    """`(N, T, 53, 3)` in axes of each frame's view, S1 at 0."""
    up: Floats
    """`(N, T, 3)` in the same axes."""


def draw_pairs(
    rng: np.random.Generator,
    sequences: Sequences,
    frames_a_step: int,
    length: int | None = None,
    *,
    clean: bool = False,
) -> Pairs:
    """About `frames_a_step` frames in windows of one length, which is drawn too unless it is given.

    Args:
        clean: keypoints of all windows are the true ones, not only of a share.
    """
    length = length or LENGTHS[int(rng.choice(len(LENGTHS), p=SHARES))]
    windows = sequences.windows(rng, max(1, frames_a_step // length), length)
    mirrored = rng.random(len(windows)) < 0.5
    windows[mirrored] = (windows[mirrored] * np.array([1.0, 1.0, -1.0], windows.dtype))[:, :, FLIP]
    return pairs_of(rng, windows, clean)


def pairs_of(rng: np.random.Generator, windows_m: Floats, clean: bool = False) -> Pairs:
    """Windows `(N, T, 53, 3)`, ground axes, each seen by a camera of its own.

    Args:
        clean: keypoints are the true ones, all seen.
    """
    seen = watch(rng, windows_m)
    rays = seen.rays[:, :, KEYPOINT_ROWS]
    shown = seen.in_front[:, :, KEYPOINT_ROWS].astype(np.float64)
    if clean:
        confidences = shown
    else:
        rays, confidences = measured(rng, rays, view_of(rays, shown).size)
        confidences = confidences * shown
    view = view_of(rays, confidences)
    turn = np.swapaxes(view.rotation_view_camera, -1, -2)
    points = (seen.points_camera_m - seen.points_camera_m[:, :, ROOT, None]) @ turn
    up = (seen.up_camera[:, None, None] @ turn)[:, :, 0]
    return Pairs(features_of(rays, confidences, view), points.astype(np.float32), up.astype(np.float32))
