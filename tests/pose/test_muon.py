"""Muon's steps for matrices, AdamW's for the rest, and both through a checkpoint."""

import copy

import pytest
import torch

from spinegen.pose.assembly import ARCHITECTURES, build_network
from spinegen.pose.settings import TrainSettings
from spinegen.pose.training.muon import MuonAdamW, orthogonalized
from spinegen.pose.training.optimizer import is_matrix, make_optimizer


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(24, 24), (16, 80), (80, 16)])
def test_singular_vectors_stay_and_singular_values_become_one(shape: tuple[int, int]) -> None:
    matrix = numbers(*shape)
    found = orthogonalized(matrix)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    inside = left.T @ found @ right.T
    values = inside.diagonal()
    assert float(values.min()) > 0.5
    assert float(values.max()) < 1.3
    assert float((inside - torch.diag(values)).abs().max()) < 1e-4


def test_a_kernel_steps_as_the_matrix_of_its_filters_as_far_as_adamw_would() -> None:
    kernel = torch.nn.Parameter(numbers(12, 8, 3, 3))
    before = kernel.detach().clone()
    optimizer = MuonAdamW([{"params": [kernel], "matrices": True, "weight_decay": 0.0}], lr=0.01)
    kernel.grad = numbers(12, 8, 3, 3, seed=1)
    expected = orthogonalized(kernel.grad.flatten(1)).view(kernel.shape)
    optimizer.step()
    step = before - kernel.detach()
    assert torch.nn.functional.cosine_similarity(step.flatten(), expected.flatten(), dim=0) > 0.9999
    assert float(step.square().mean().sqrt()) == pytest.approx(0.01 * 0.2, rel=0.2)


def test_what_is_no_matrix_takes_adamws_steps_exactly() -> None:
    ours, theirs = (torch.nn.Parameter(numbers(7)) for _ in range(2))
    weight = torch.nn.Parameter(numbers(40, 40))
    mixed = MuonAdamW(
        [{"params": [weight], "matrices": True}, {"params": [ours], "matrices": False}], lr=0.01, weight_decay=0.05
    )
    plain = torch.optim.AdamW([theirs], lr=0.01, weight_decay=0.05)
    for step in range(3):
        ours.grad, theirs.grad, weight.grad = numbers(7, seed=step), numbers(7, seed=step), numbers(40, 40, seed=step)
        mixed.step()
        plain.step()
    assert torch.equal(ours, theirs)


def test_steps_go_on_from_a_checkpoint_as_if_never_interrupted() -> None:
    straight = torch.nn.Parameter(numbers(40, 36))
    optimizer = MuonAdamW([{"params": [straight], "matrices": True}], lr=0.01)

    def step(parameter: torch.nn.Parameter, by: torch.optim.Optimizer, seed: int) -> None:
        parameter.grad = numbers(40, 36, seed=seed)
        by.step()

    step(straight, optimizer, 1)
    resumed = torch.nn.Parameter(straight.detach().clone())
    again = MuonAdamW([{"params": [resumed], "matrices": True}], lr=0.01)
    again.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    step(straight, optimizer, 2)
    step(resumed, again, 2)
    assert torch.equal(straight, resumed)


def test_depthwise_kernels_norms_and_factors_of_a_network_are_no_matrices() -> None:
    network = build_network(ARCHITECTURES["full"])
    chosen = {name for name, parameter in network.named_parameters() if is_matrix(parameter)}
    assert {"head.embed.weight", "head.coarse.weight", "head.attention.merge.weight"} <= chosen
    assert not any("depthwise" in name or name.endswith((".bias", ".factor", ".offset", ".keep")) for name in chosen)
    plain = make_optimizer(network, 1e-3, TrainSettings(model="full", optimizer="adamw"))
    assert not any(group["matrices"] for group in plain.param_groups)
    kept = {id(p) for group in plain.param_groups for p in group["params"]}
    mixed = make_optimizer(network, 1e-3, TrainSettings(model="full"))
    assert kept == {id(p) for group in mixed.param_groups for p in group["params"]}
    assert any(group["matrices"] for group in mixed.param_groups)
