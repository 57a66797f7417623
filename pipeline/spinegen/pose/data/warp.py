"""Random geometry of a batch: which part of the cached crop the network sees, and where the keypoints go."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ... import skeleton
from .. import closer, geometry, upright
from ..settings import AugmentSettings

UPPER_BODY = tuple(
    i
    for i, name in enumerate(skeleton.NAMES)
    if not any(part in name for part in ("knee", "ankle", "toe", "heel", "hip"))
)
LOWER_BODY = tuple(i for i in range(skeleton.COUNT) if i not in UPPER_BODY)
HALF_BODY_MINIMUM = 6


@dataclass(frozen=True)
class Warp:
    """A batch's geometry."""

    matrices_crop_input: NDArray[np.float64]
    """(N, 2, 3) maps from input pixels to cached-crop pixels."""
    keypoints_input_px: NDArray[np.float64]
    """(N, 37, 2), left and right already exchanged where mirrored."""
    visibility: NDArray[np.int64]
    """(N, 37)."""


def plain_warp(
    boxes_px: NDArray[np.float64],
    keypoints_px: NDArray[np.float64],
    visibility: NDArray[np.int64],
    input_hw: tuple[int, int],
) -> Warp:
    """The crop that validation and the predictor use."""
    centers, sizes = geometry.crop_regions(boxes_px, input_hw)
    forward = geometry.transforms_input_image(centers, sizes, input_hw)
    return Warp(geometry.invert(forward), geometry.apply_affine(forward, keypoints_px), visibility)


def random_warp(
    rng: np.random.Generator,
    boxes_px: NDArray[np.float64],
    keypoints_px: NDArray[np.float64],
    visibility: NDArray[np.int64],
    *,
    input_hw: tuple[int, int],
    settings: AugmentSettings,
) -> Warp:
    """Half body, the turn to an upright trunk, head and trunk from close, shift, scale, rotation and mirror, drawn anew for each person.

    Args:
        boxes_px: (N, 4) boxes in the cached crops.
        keypoints_px: (N, 37, 2) in the cached crops.
        visibility: (N, 37).
    """
    count = len(boxes_px)
    boxes = _half_bodies(rng, boxes_px, keypoints_px, visibility, probability=settings.half_body)
    shifts = rng.uniform(-1, 1, (count, 2)) * settings.shift * boxes[:, 2:].mean(axis=1, keepdims=True)
    scales = rng.uniform(*settings.scale, (count, 1))
    turned = rng.random(count) < settings.rotation
    angles = np.radians(np.clip(rng.normal(0, 0.5, count), -1, 1) * settings.rotation_deg) * turned
    mirrored = rng.random(count) < settings.flip
    whole = (boxes == boxes_px).all(axis=1)
    labelled = (visibility[:, upright.TRUNK] > 0).all(axis=1)
    chosen = whole & labelled & (rng.random(count) < settings.upright)
    turns, known = upright.turns_of_leaning(keypoints_px, chosen)
    centers, sizes = upright.turned_regions(boxes, turns, input_hw, known)
    close = whole & (visibility[:, closer.TRUNK.keypoints] > 0).all(axis=1) & (rng.random(count) < settings.trunk)
    centers[close], sizes[close] = closer.TRUNK.regions(keypoints_px[close], turns[close], input_hw)
    face = whole & ~close & (visibility[:, closer.HEAD.keypoints] > 0).all(axis=1) & (rng.random(count) < settings.head)
    centers[face], sizes[face] = closer.HEAD.regions(keypoints_px[face], turns[face], input_hw)
    forward = geometry.compose(
        _spin(angles, mirrored, input_hw),
        geometry.transforms_input_image(centers + shifts, sizes * scales, input_hw, turns),
    )
    moved = geometry.apply_affine(forward, keypoints_px)
    seen = visibility.copy()
    flip = list(skeleton.FLIP)
    moved[mirrored] = moved[mirrored][:, flip]
    seen[mirrored] = seen[mirrored][:, flip]
    return Warp(geometry.invert(forward), moved, seen)


def _spin(angles: NDArray[np.float64], mirrored: NDArray[np.bool_], input_hw: tuple[int, int]) -> NDArray[np.float64]:
    """(N, 2, 3) rotation about the input's centre, then the mirror image x -> width - 1 - x."""
    height, width = input_hw
    center = np.array([(width - 1) / 2, (height - 1) / 2])
    linear = geometry.rotations(angles)
    linear[mirrored, 0] *= -1
    return np.concatenate([linear, (center - linear @ center)[..., None]], axis=2)


def _half_bodies(
    rng: np.random.Generator,
    boxes: NDArray[np.float64],
    keypoints: NDArray[np.float64],
    visibility: NDArray[np.int64],
    *,
    probability: float,
) -> NDArray[np.float64]:
    """Some boxes shrunk to the upper or the lower half of the body."""
    out = boxes.copy()
    chosen = rng.random(len(boxes)) < probability
    upper = rng.random(len(boxes)) < 0.5
    for row in np.flatnonzero(chosen):
        ids = np.array(UPPER_BODY if upper[row] else LOWER_BODY)
        ids = ids[visibility[row, ids] > 0]
        if len(ids) < HALF_BODY_MINIMUM:
            continue
        low, high = keypoints[row, ids].min(axis=0), keypoints[row, ids].max(axis=0)
        size = np.maximum((high - low) * 1.2, 0.25 * boxes[row, 2:].max())
        out[row] = [*((low + high) / 2 - size / 2), *size]
    return out
