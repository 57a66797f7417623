"""Muon and AdamW over head, second upper trunk and backbone, each with a rate of its own."""

import torch
from torch import Tensor, nn

from ..nets.network import PoseNetwork
from ..settings import TrainSettings
from .muon import MuonAdamW

SMALLEST_MATRIX = 32
"""Inputs of a filter below which it is no matrix to Muon: depthwise kernels have 9 or 25."""


def make_optimizer(network: PoseNetwork, rate: float, settings: TrainSettings) -> torch.optim.Optimizer:
    """Groups for head, second upper trunk and backbone; norms, biases and single factors are not decayed.

    A backbone that never learns is left out, and its gradients are not computed.
    """
    share = 1.0 if settings.backbone_start == "scratch" else settings.backbone_rate
    learns = settings.frozen_share < 1 and share > 0
    network.backbone.requires_grad_(learns)
    parts: list[tuple[nn.Module, float, str]] = [(network.head, 1.0, "head")]
    if network.upper is not None:
        network.upper.requires_grad_(settings.upper_rate > 0)
        parts += [(network.upper, settings.upper_rate, "upper")] if settings.upper_rate > 0 else []
    if learns:
        parts.append((network.backbone, share, "backbone"))
    muon = settings.optimizer == "muon"
    groups = []
    for module, factor, part in parts:
        parameters = list(module.parameters())
        for chosen, decay, matrices in (
            ([p for p in parameters if muon and is_matrix(p)], settings.weight_decay, True),
            ([p for p in parameters if p.ndim > 1 and not (muon and is_matrix(p))], settings.weight_decay, False),
            ([p for p in parameters if p.ndim <= 1], 0.0, False),
        ):
            if chosen:
                named = {"factor": factor, "part": part, "matrices": matrices}
                groups.append({"params": chosen, "weight_decay": decay, **named})
    return MuonAdamW(groups, lr=rate)


def is_matrix(parameter: Tensor) -> bool:
    """Whether a parameter maps many inputs to several outputs."""
    return parameter.ndim > 1 and parameter.shape[0] > 2 and parameter[0].numel() >= SMALLEST_MATRIX


def set_rates(optimizer: torch.optim.Optimizer, rate: float, frozen: bool) -> None:
    """The head's rate for the coming step; a frozen backbone's is zero, and it is not even decayed."""
    for group in optimizer.param_groups:
        held = frozen and group["part"] == "backbone"
        group["lr"] = 0.0 if held else rate * group["factor"]
        for parameter in group["params"]:
            parameter.requires_grad_(not held)
