"""What the lifting network is trained by."""

import torch
from torch import Tensor

from .points import BODY_IDS, COUNT, SPINE

SPINE_WEIGHT, CHAIN_WEIGHT, MOTION_WEIGHT, UP_WEIGHT = 2.0, 4.0, 1.0, 0.05
"""Of a centroid against a body point; of a step from vertebra to vertebra, of a step in time, and of the direction up, against a point."""


def weights() -> Tensor:
    """`(53,)`, mean 1."""
    weight = torch.ones(COUNT)
    weight[SPINE] = SPINE_WEIGHT * len(BODY_IDS) / len(SPINE)
    return weight / weight.mean()


def loss_of(outputs: Tensor, points_m: Tensor, up: Tensor) -> Tensor:
    """Mean over the batch, in metres.

    Args:
        outputs: `(N, T, OUTPUTS)` of the network.
        points_m: `(N, T, 53, 3)` in axes of the view, S1 at 0.
        up: `(N, T, 3)` unit vectors in the same axes.
    """
    found = outputs[..., : 3 * COUNT].unflatten(-1, (COUNT, 3))
    missed = found - points_m
    total = (weights().to(missed) * _length(missed)).mean()
    chain = missed[..., SPINE[1:], :] - missed[..., SPINE[:-1], :]
    total = total + CHAIN_WEIGHT * _length(chain).mean()
    if missed.shape[1] > 1:
        total = total + MOTION_WEIGHT * _length(missed[:, 1:] - missed[:, :-1]).mean()
    return total + UP_WEIGHT * _length(outputs[..., 3 * COUNT :] - up).mean()


def _length(vectors: Tensor) -> Tensor:
    return torch.sqrt((vectors**2).sum(-1) + 1e-8)
