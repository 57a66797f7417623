"""Points and the rays that their keypoints were seen along, differentiably: how far away the body is, and where on its ray each keypoint lies."""

import torch
from torch import Tensor

from .. import skeleton
from .points import KEYPOINT_ROWS

NEAREST_M, FARTHEST_M = 0.3, 60.0
_SEEN = 3 * skeleton.COUNT


def confidences(features: Tensor) -> Tensor:
    """`(..., 37)` of the network's input."""
    return features[..., :_SEEN].unflatten(-1, (skeleton.COUNT, 3))[..., 2]


def on_rays(features: Tensor, points_m: Tensor) -> Tensor:
    """x and y `(..., 37, 2)` of the keypoints where they keep their z and lie on their rays, once the body is as far away as suits its size best.

    A keypoint that nobody saw stays where it is.

    Args:
        features: `(..., FEATURES)`, see `view.features_of`.
        points_m: `(..., 53, 3)` in axes of the view.
    """
    seen = features[..., :_SEEN].unflatten(-1, (skeleton.COUNT, 3))
    weight = seen[..., 2:]
    ray = seen[..., :2] * torch.exp(features[..., -1:]).unsqueeze(-1)
    own = points_m[..., KEYPOINT_ROWS, :]
    off = own[..., :2] - ray * own[..., 2:]
    total = weight.sum(-2, keepdim=True).clamp_min(1e-3)
    middle, middle_off = (weight * ray).sum(-2, keepdim=True) / total, (weight * off).sum(-2, keepdim=True) / total
    # the root's place t in least squares of (X + t)_xy - ray (Z + t_z), as lifter._placed has it
    spread = (weight * (ray - middle) ** 2).sum((-1, -2)).clamp_min(1e-6)
    depth = ((weight * (ray - middle) * (off - middle_off)).sum((-1, -2)) / spread).clamp(NEAREST_M, FARTHEST_M)
    depth = depth[..., None, None]
    put = ray * (depth + own[..., 2:]) - (middle * depth - middle_off)
    return torch.where(weight > 0, put, own[..., :2])
