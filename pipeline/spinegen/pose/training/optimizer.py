"""AdamW over head and backbone, each with a rate of its own."""

import torch

from ..nets.network import PoseNetwork
from ..settings import TrainSettings


def make_optimizer(network: PoseNetwork, rate: float, settings: TrainSettings) -> torch.optim.Optimizer:
    """Groups for head and backbone; norms, biases and single factors are not decayed.

    A backbone that never learns is left out, and its gradients are not computed.
    """
    share = 1.0 if settings.backbone_start == "scratch" else settings.backbone_rate
    learns = settings.frozen_share < 1 and share > 0
    network.backbone.requires_grad_(learns)
    parts = [(network.head, 1.0, "head"), *([(network.backbone, share, "backbone")] if learns else [])]
    groups = []
    for module, factor, part in parts:
        parameters = list(module.parameters())
        for chosen, decay in (
            ([p for p in parameters if p.ndim > 1], settings.weight_decay),
            ([p for p in parameters if p.ndim <= 1], 0.0),
        ):
            groups.append({"params": chosen, "weight_decay": decay, "factor": factor, "part": part})
    return torch.optim.AdamW(groups, lr=rate)


def set_rates(optimizer: torch.optim.Optimizer, rate: float, frozen: bool) -> None:
    """The head's rate for the coming step; a frozen backbone's is zero, and it is not even decayed."""
    for group in optimizer.param_groups:
        held = frozen and group["part"] == "backbone"
        group["lr"] = 0.0 if held else rate * group["factor"]
        for parameter in group["params"]:
            parameter.requires_grad_(not held)
