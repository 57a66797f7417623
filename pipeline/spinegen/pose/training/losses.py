"""The four SpinePose losses (arXiv 2504.08110) and two of our own, each a scalar to be minimised.

Constants that no source gives are arguments.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ... import skeleton


def simcc_targets(points_px: Tensor, bins: int, split_ratio: float, sigma_bins: float) -> Tensor:
    """(N, K) coordinates in input pixels -> (N, K, bins) Gaussians around them, each summing to 1."""
    offsets = torch.arange(bins, device=points_px.device) - (points_px * split_ratio).unsqueeze(-1)
    return functional.softmax(-0.5 * (offsets / sigma_bins) ** 2, dim=-1)


def divergence(logits: Tensor, targets: Tensor) -> Tensor:
    """KL(target || softmax(logits)) in nats, (N, K)."""
    return (torch.xlogy(targets, targets) - targets * functional.log_softmax(logits, dim=-1)).sum(dim=-1)


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of `values` by `weights`; zero where all weights are zero."""
    return (values * weights).sum() / weights.sum().clamp(min=1e-6)


def position_loss(
    logits: tuple[Tensor, Tensor], targets: tuple[Tensor, Tensor], weights: Tensor, keypoint_weights: Tensor
) -> Tensor:
    """Mean KL divergence of both axes over labelled keypoints, by weight.

    Args:
        logits: x and y, (N, K, bins).
        targets: as from `simcc_targets`.
        weights: (N, K) of each label, 0 where there is none.
        keypoint_weights: (K,).
    """
    per_keypoint = divergence(logits[0], targets[0]) + divergence(logits[1], targets[1])
    return weighted_mean(per_keypoint, weights * keypoint_weights) / 2


def nearness_loss(
    logits: tuple[Tensor, Tensor],
    points_px: Tensor,
    weights: Tensor,
    keypoint_weights: Tensor,
    *,
    widths_px: Tensor,
    split_ratio: float,
) -> Tensor:
    """Mean negative logarithm of the OKS that a distribution has at its label, along both axes, by weight.

    It is the likelihood of the label under the distribution blurred by OKS's own Gaussian: what is near enough costs nothing, whatever its
    shape, and what is lost costs as much as in the other losses.

    Args:
        logits: x and y, (N, K, bins).
        points_px: (N, K, 2).
        weights: (N, K) of each label, 0 where there is none.
        keypoint_weights: (K,).
        widths_px: (K,) standard deviations of OKS's Gaussian.
    """
    total = logits[0].new_zeros(points_px.shape[:2])
    for number, axis in enumerate(logits):
        bins = torch.arange(axis.shape[-1], device=axis.device) / split_ratio
        away = (bins - points_px[..., number].unsqueeze(-1)) / widths_px.unsqueeze(-1)
        total = total - torch.logsumexp(functional.log_softmax(axis, dim=-1) - 0.5 * away**2, dim=-1)
    return weighted_mean(total, weights * keypoint_weights) / 2


def field_loss(
    field: Tensor, points_px: Tensor, weights: Tensor, keypoint_weights: Tensor, *, stride: float, sigma_cells: float
) -> Tensor:
    """Mean KL divergence of the softmax over all cells to a Gaussian around the label.

    Both axes at once: their sums alone also reward a whole column or row, which is slow to unlearn for limbs.

    Args:
        field: (N, K, h, w) logits; the centre of cell i is pixel (i + 0.5) * stride - 0.5.
        points_px: (N, K, 2).
        weights: (N, K) of each label, 0 where there is none.
        keypoint_weights: (K,).
    """
    height, width = field.shape[2:]
    cells = (points_px + 0.5) / stride - 0.5
    across = simcc_targets(cells[..., 0], width, 1.0, sigma_cells)
    down = simcc_targets(cells[..., 1], height, 1.0, sigma_cells)
    targets = (down.unsqueeze(-1) * across.unsqueeze(-2)).flatten(2)
    return weighted_mean(divergence(field.flatten(2), targets), weights * keypoint_weights)


def distillation_loss(
    logits: tuple[Tensor, Tensor], teacher: tuple[Tensor, Tensor], keypoints: Sequence[int]
) -> Tensor:
    """Mean KL divergence of some keypoints to the teacher's distributions, (N, len(keypoints), bins) each, summing to 1."""
    rows = list(keypoints)
    per_keypoint = divergence(logits[0][:, rows], teacher[0]) + divergence(logits[1][:, rows], teacher[1])
    return per_keypoint.mean() / 2


def expected_points(logits: tuple[Tensor, Tensor], split_ratio: float) -> Tensor:
    """(N, K, 2) mean of each distribution in input pixels; differentiable."""
    axes = []
    for axis in logits:
        bins = torch.arange(axis.shape[-1], device=axis.device, dtype=axis.dtype)
        axes.append((functional.softmax(axis, dim=-1) * bins).sum(dim=-1) / split_ratio)
    return torch.stack(axes, dim=-1)


def structure_loss(points_px: Tensor, labels_px: Tensor, labelled: Tensor) -> Tensor:
    """Mean absolute wrapped difference of the directions of the 39 links, over pi: 0 right, 1 all links reversed.

    Args:
        points_px: (N, 37, 2) predicted.
        labels_px: (N, 37, 2).
        labelled: (N, 37) bool; a link counts when both ends do.
    """
    start, end = torch.tensor(skeleton.LINKS, device=points_px.device).T
    bone, label = points_px[:, end] - points_px[:, start], labels_px[:, end] - labels_px[:, start]
    # a bone shorter than a pixel has no direction
    known = labelled[:, start] & labelled[:, end] & (label.norm(dim=-1) > 1.0) & (bone.detach().norm(dim=-1) > 1e-3)
    cross = bone[..., 0] * label[..., 1] - bone[..., 1] * label[..., 0]
    dot = (bone * label).sum(dim=-1)
    angle = torch.atan2(torch.where(known, cross, 0.0), torch.where(known, dot, 1.0)).abs()
    return weighted_mean(angle / math.pi, known.float())


def spine_smoother(degree: int = 3) -> Tensor:
    """(9, 9): least-squares polynomial through the spine chain over the vertebral level, as a projection.

    The abscissa is the level's number (S1 0, L5 1, ... C1 24) over 24: links skip different numbers of vertebrae.
    """
    names = [skeleton.KEYPOINTS[i].vertebra for i in skeleton.SPINE_CHAIN]
    levels = torch.tensor([skeleton.VERTEBRAE.index(name) for name in names if name], dtype=torch.float64) / 24
    powers = torch.linalg.qr(torch.stack([levels**k for k in range(degree + 1)], dim=1)).Q
    return (powers @ powers.T).float()


def spine_loss(points_px: Tensor, smoother: Tensor, extent_px: float) -> Tensor:
    """Mean squared distance of the nine spine points from the smooth curve through them, in squares of `extent_px` / 10.

    A tenth of the input's height is about two vertebrae of a standing person: a kink of that size costs about 1.
    """
    chain = points_px[:, list(skeleton.SPINE_CHAIN)]
    return (chain - smoother.to(chain) @ chain).square().sum(dim=-1).mean() / (extent_px / 10) ** 2
