"""Muon for the matrices of a network beside AdamW for everything else, as one optimizer.

A step along a matrix's momentum turns mostly along its few largest singular directions. Muon (Jordan et al. 2024,
https://kellerjordan.github.io/posts/muon) takes all of them alike: the momentum's nearest matrix with singular values near 1, found by
five Newton-Schulz steps. `torch.optim.Muon` computes them in bfloat16, which CPUs without such units take a hundred times as long for, and
takes no convolutions.
"""

from collections.abc import Callable
from typing import Any, cast, overload

import torch
from torch import Tensor

QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of x, (x x^T) x and (x x^T)^2 x in a Newton-Schulz step: the post's."""
STEPS = 5
MOMENTUM = 0.95
ADAM_RMS = 0.2
"""Root mean square of AdamW's updates at rate 1 (Liu et al. 2025, arXiv 2502.16982): with it one rate serves both."""


def orthogonalized(matrix: Tensor) -> Tensor:
    """(M, N) -> a matrix of the same singular vectors whose singular values lie near 1, between about 0.7 and 1.2."""
    first, third, fifth = QUINTIC
    upright = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if upright else matrix
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(STEPS):
        square = x @ x.T
        x = first * x + (third * square + fifth * square @ square) @ x
    return x.T if upright else x


class MuonAdamW(torch.optim.AdamW):
    """AdamW whose groups with `matrices=True` take Muon's steps; a convolution's kernel is the matrix of its filters."""

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One step of every group; the gradients of matrices are used up by it."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            if group.get("matrices"):
                self._step_matrices(group)
        super().step()
        return loss

    def _step_matrices(self, group: dict[str, Any]) -> None:
        for parameter in cast("list[Tensor]", group["params"]):
            if parameter.grad is None:
                continue
            state = self.state[parameter]
            if not state:
                # AdamW asks for a step count in every state it reads back
                state["step"], state["momentum"] = torch.zeros(()), torch.zeros_like(parameter)
            state["step"] += 1
            momentum = cast("Tensor", state["momentum"])
            momentum.lerp_(parameter.grad, 1 - MOMENTUM)
            ahead = parameter.grad.lerp(momentum, MOMENTUM).flatten(1)
            size = ADAM_RMS * max(ahead.shape) ** 0.5
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
            parameter.add_(orthogonalized(ahead).view(parameter.shape), alpha=-group["lr"] * size)
            # AdamW passes over parameters without a gradient
            parameter.grad = None
