"""How a network looks at a person: along the ray through them, at one size, whatever the camera.

A ray is `(x, y)` at depth 1 in camera axes (x right, y down, z forward). Each frame has a view of its own: the smallest turn that
puts the middle of the seen keypoints on the axis, and the extent of the keypoints there.
"""

from dataclasses import dataclass

import numpy as np

from .. import skeleton
from ..geometry.types import Array, Floats

FEATURES = 3 * skeleton.COUNT + 3
_SMALLEST = 1e-4


@dataclass(frozen=True)
class View:
    """Of each frame, over any leading shape."""

    rotation_view_camera: Array
    """`(..., 3, 3)`: takes camera axes to those of the view."""
    size: Array
    """`(...)`: extent of the keypoints at depth 1: root of twice their mean squared distance from the axis."""
    middle: Array
    """`(..., 2)`: ray of the camera that is the view's axis."""


def view_of(rays: Floats, seen: Floats) -> View:
    """The view of each frame.

    Args:
        rays: `(..., 37, 2)`; what they hold where nothing is seen does not matter, if it is finite.
        seen: `(..., 37)`: over 0 where a keypoint counts.
    """
    weight = (np.asarray(seen) > 0).astype(np.float64)
    total = np.maximum(weight.sum(-1), 1.0)[..., None]
    middle = (weight[..., None] * rays).sum(-2) / total
    rotation = _turn_to_axis(middle)
    turned = _turned(np.asarray(rays, dtype=np.float64), rotation)
    spread = (weight[..., None] * turned**2).sum((-1, -2)) / total[..., 0]
    return View(rotation, np.sqrt(np.maximum(2.0 * spread, _SMALLEST**2)), middle)


def features_of(rays: Floats, confidences: Floats, view: View) -> Floats:
    """What the network is given, `(..., FEATURES)` single precision: x, y, confidence of each keypoint, the ray of the axis, log of the size.

    Args:
        rays: `(..., 37, 2)`.
        confidences: `(..., 37)` 0..1; 0 where unseen.
    """
    turned = _turned(np.asarray(rays, dtype=np.float64), view.rotation_view_camera) / view.size[..., None, None]
    surely = np.asarray(confidences, dtype=np.float64)
    placed = np.where(surely[..., None] > 0, np.clip(turned, -4.0, 4.0), 0.0)
    each = np.concatenate([placed, surely[..., None]], axis=-1)
    flat = each.reshape(*each.shape[:-2], -1)
    return np.concatenate([flat, view.middle, np.log(view.size)[..., None]], axis=-1).astype(np.float32)


def mirrored(features: Floats) -> Floats:
    """`(..., FEATURES)` of the same people in a mirror."""
    keypoints = features[..., : 3 * skeleton.COUNT].reshape(*features.shape[:-1], skeleton.COUNT, 3)
    swapped = keypoints[..., list(skeleton.FLIP), :] * np.array([-1.0, 1.0, 1.0], features.dtype)
    axis = features[..., 3 * skeleton.COUNT :] * np.array([-1.0, 1.0, 1.0], features.dtype)
    return np.concatenate([swapped.reshape(*features.shape[:-1], -1), axis], axis=-1)


def _turn_to_axis(middle: Array) -> Array:
    """The smallest rotations `(..., 3, 3)` that take rays `(..., 2)` to the z axis."""
    direction = np.concatenate([middle, np.ones((*middle.shape[:-1], 1))], axis=-1)
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    x, y, z = np.moveaxis(direction, -1, 0)
    zero, share = np.zeros_like(x), 1.0 / (1.0 + z)
    cross = np.stack([np.stack(row, -1) for row in ((zero, zero, -x), (zero, zero, -y), (x, y, zero))], -2)
    return np.eye(3) + cross + (cross @ cross) * share[..., None, None]


def _turned(rays: Array, rotation: Array) -> Array:
    """Rays `(..., K, 2)` in turned axes."""
    whole = np.concatenate([rays, np.ones((*rays.shape[:-1], 1))], axis=-1) @ np.swapaxes(rotation, -1, -2)
    return whole[..., :2] / np.maximum(whole[..., 2:], 0.05)
