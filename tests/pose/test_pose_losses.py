"""Each loss against cases worked by hand."""

import math

import numpy as np
import pytest
import torch

from spinegen import skeleton
from spinegen.pose.training import losses


def uniform(bins: int, count: int = 37) -> torch.Tensor:
    return torch.zeros(1, count, bins)


def test_a_label_is_a_gaussian_around_its_bin_that_sums_to_one() -> None:
    target = losses.simcc_targets(torch.tensor([[10.0]]), bins=64, split_ratio=2.0, sigma_bins=3.0)[0, 0]
    assert target.sum() == pytest.approx(1.0)
    assert int(target.argmax()) == 20
    # one sigma away a Gaussian has fallen to exp(-1/2)
    assert float(target[23] / target[20]) == pytest.approx(math.exp(-0.5), rel=1e-5)


def test_divergence_of_a_sure_label_from_a_uniform_guess_is_the_logarithm_of_the_bins() -> None:
    target = torch.zeros(1, 1, 8)
    target[0, 0, 3] = 1.0
    assert float(losses.divergence(torch.zeros(1, 1, 8), target)) == pytest.approx(math.log(8))


def test_divergence_of_two_coins() -> None:
    # KL((1/2, 1/2) || (1/4, 3/4)) = 1/2 ln 2 + 1/2 ln 2/3 = 1/2 ln 4/3
    logits = torch.log(torch.tensor([[[0.25, 0.75]]]))
    target = torch.tensor([[[0.5, 0.5]]])
    assert float(losses.divergence(logits, target)) == pytest.approx(0.5 * math.log(4 / 3), abs=1e-6)


def test_position_loss_averages_labelled_keypoints_by_their_weights() -> None:
    sure = torch.zeros(1, 2, 8)
    sure[..., 0] = 1.0
    targets = (sure, sure)
    right = torch.full((1, 1, 8), -30.0)
    right[..., 0] = 30.0
    logits = torch.cat([right, torch.zeros(1, 1, 8)], dim=1)
    both = torch.tensor([[True, True]])
    # keypoint 0 is right (0), keypoint 1 uniform (ln 8) with weight 3 of 4
    loss = losses.position_loss((logits, logits), targets, both, torch.tensor([1.0, 3.0]))
    assert float(loss) == pytest.approx(0.75 * math.log(8), abs=1e-5)
    first_only = losses.position_loss(
        (logits, logits), targets, torch.tensor([[True, False]]), torch.tensor([1.0, 3.0])
    )
    assert float(first_only) == pytest.approx(0.0, abs=1e-5)


def test_position_loss_of_nobody_labelled_is_zero_and_finite() -> None:
    logits = uniform(8, 2).requires_grad_()
    none = torch.zeros(1, 2, dtype=torch.bool)
    loss = losses.position_loss(
        (logits, logits), (torch.full((1, 2, 8), 0.125), torch.full((1, 2, 8), 0.125)), none, torch.ones(2)
    )
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_nearness_is_the_logarithm_of_oks_at_the_label_and_costs_nothing_at_it() -> None:
    sure = torch.full((1, 1, 64), -1e4)
    sure[..., 20] = 1e4
    at_x_10_px, widths = sure.repeat(1, 2, 1), torch.tensor([3.0, 6.0])
    points = torch.tensor([[[10.0, 10.0], [10.0, 16.0]]])
    ones = torch.ones(1, 2)

    def loss(weights: torch.Tensor, keypoint_weights: torch.Tensor) -> float:
        both = (at_x_10_px, at_x_10_px)
        return float(losses.nearness_loss(both, points, weights, keypoint_weights, widths_px=widths, split_ratio=2.0))

    # six pixels of a width of six along y are exp(-1/2), in the mean over two axes half of a half
    assert loss(ones, torch.tensor([0.0, 1.0])) == pytest.approx(0.25)
    assert loss(ones, torch.tensor([1.0, 0.0])) == pytest.approx(0.0, abs=1e-6)
    assert loss(ones, torch.ones(2)) == pytest.approx(0.125)
    assert loss(torch.tensor([[1.0, 0.0]]), torch.ones(2)) == pytest.approx(0.0, abs=1e-6)


def test_nearness_hardly_minds_the_shape_of_what_is_near_enough() -> None:
    bins = torch.arange(128.0)
    narrow, wide, lost = (
        (-0.5 * ((bins - middle) / spread) ** 2).repeat(1, 1, 1)
        for middle, spread in ((64.0, 1.0), (64.0, 4.0), (110.0, 4.0))
    )
    point, one = torch.tensor([[[32.0, 32.0]]]), torch.ones(1, 1)

    def loss(logits: torch.Tensor) -> float:
        return float(
            losses.nearness_loss((logits, logits), point, one, one[0], widths_px=torch.tensor([10.0]), split_ratio=2.0)
        )

    assert loss(wide) - loss(narrow) < 0.03
    assert loss(lost) > 2.0


def test_field_loss_of_a_uniform_field_is_the_logarithm_of_the_cells() -> None:
    points = torch.tensor([[[5.5, 1.5]]])  # the centre of cell (1, 0) at stride 4
    arguments = (points, torch.ones(1, 1, dtype=torch.bool), torch.ones(1))
    cells = {"stride": 4.0, "sigma_cells": 1e-3}
    assert float(losses.field_loss(torch.zeros(1, 1, 2, 3), *arguments, **cells)) == pytest.approx(np.log(6), abs=1e-5)
    sure = torch.full((1, 1, 2, 3), -50.0)
    sure[0, 0, 0, 1] = 50.0
    assert float(losses.field_loss(sure, *arguments, **cells)) == pytest.approx(0, abs=1e-5)


def test_field_loss_tells_a_cell_from_its_column_and_row() -> None:
    """Two labelled cells on a diagonal and the two on the other have the same sums along rows and columns."""
    points = torch.tensor([[[1.5, 1.5]]])
    arguments = (points, torch.ones(1, 1, dtype=torch.bool), torch.ones(1))
    cells = {"stride": 4.0, "sigma_cells": 1.0}
    right = torch.tensor([[[[5.0, 0.0], [0.0, 5.0]]]])
    wrong = right.flip(-1)
    assert float(losses.field_loss(right, *arguments, **cells)) < float(losses.field_loss(wrong, *arguments, **cells))
    assert torch.equal(right.logsumexp(2), wrong.logsumexp(2))


def test_field_loss_counts_labelled_keypoints_by_their_weights() -> None:
    field = torch.stack([torch.zeros(2, 2), torch.full((2, 2), 3.0).triu()])[None]
    points = torch.tensor([[[1.5, 1.5], [5.5, 5.5]]])
    weights = torch.tensor([1.0, 3.0])

    def loss(first: bool, second: bool) -> float:
        return float(
            losses.field_loss(field, points, torch.tensor([[first, second]]), weights, stride=4.0, sigma_cells=0.5)
        )

    assert loss(True, True) == pytest.approx((loss(True, False) + 3 * loss(False, True)) / 4, abs=1e-5)
    assert loss(False, False) == 0


def test_distillation_looks_at_the_teachers_keypoints_alone() -> None:
    teacher = torch.full((1, 26, 4), 0.25)
    logits = torch.zeros(1, 37, 4)
    logits[:, 26:, 0] = 100.0
    assert float(losses.distillation_loss((logits, logits), (teacher, teacher), range(26))) == pytest.approx(
        0.0, abs=1e-6
    )
    logits[:, 0] = torch.log(torch.tensor([0.5, 0.5 / 3, 0.5 / 3, 0.5 / 3]))
    # KL(1/4.. || 1/2, 1/6, 1/6, 1/6) = 1/4 ln 1/2 + 3/4 ln 3/2, for one of 26 keypoints on both axes
    expected = (0.25 * math.log(0.5) + 0.75 * math.log(1.5)) / 26
    assert float(losses.distillation_loss((logits, logits), (teacher, teacher), range(26))) == pytest.approx(
        expected, abs=1e-6
    )


def test_expected_point_of_two_equal_bins_lies_between_them() -> None:
    logits = torch.full((1, 1, 16), -50.0)
    logits[..., 4] = logits[..., 10] = 0.0
    assert losses.expected_points((logits, logits), 2.0).flatten().tolist() == pytest.approx([3.5, 3.5])


def figure(seed: int = 0) -> torch.Tensor:
    return torch.tensor(np.random.default_rng(seed).uniform(0, 100, (1, 37, 2)), dtype=torch.float32)


def test_structure_loss_does_not_see_shifts_and_sizes_but_turns() -> None:
    points, seen = figure(), torch.ones(1, 37, dtype=torch.bool)
    assert float(losses.structure_loss(points * 3 + 5, points, seen)) == pytest.approx(0.0, abs=1e-4)
    quarter = torch.stack([-points[..., 1], points[..., 0]], dim=-1)
    assert float(losses.structure_loss(quarter, points, seen)) == pytest.approx(0.5, abs=1e-4)
    assert float(losses.structure_loss(-points, points, seen)) == pytest.approx(1.0, abs=1e-4)


def test_structure_loss_takes_the_short_way_around_the_circle() -> None:
    turn = math.radians(200)
    rotation = torch.tensor([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    points, seen = figure(), torch.ones(1, 37, dtype=torch.bool)
    assert float(losses.structure_loss(points @ rotation.T, points, seen)) == pytest.approx(160 / 180, abs=1e-4)


def test_structure_loss_counts_links_with_both_ends_labelled() -> None:
    points = figure()
    moved = points.clone()
    ankle = skeleton.INDEX["left_ankle"]
    moved[0, ankle] = 2 * points[0, skeleton.INDEX["left_knee"]] - points[0, ankle]
    seen = torch.zeros(1, 37, dtype=torch.bool)
    seen[0, [skeleton.INDEX["left_knee"], ankle]] = True
    assert float(losses.structure_loss(moved, points, seen)) == pytest.approx(1.0, abs=1e-4)
    seen[0, ankle] = False
    assert float(losses.structure_loss(moved, points, seen)) == 0.0


def spine_on(curve: "np.ndarray") -> torch.Tensor:
    """37 points with the spine chain on given places and all others elsewhere."""
    points = torch.full((1, 37, 2), 7.0)
    points[0, list(skeleton.SPINE_CHAIN)] = torch.tensor(curve, dtype=torch.float32)
    return points


LEVELS = np.array([0, 1, 3, 5, 10, 15, 18, 21, 24]) / 24
"""Levels of S1, L5, L3, L1, T8, T3, C7, C4, C1 above the sacrum."""


def test_spine_loss_is_zero_on_a_cubic_over_the_levels_and_on_its_kinks_not() -> None:
    smooth = np.stack([40 + 9 * LEVELS - 30 * LEVELS**2 + 22 * LEVELS**3, 110 - 90 * LEVELS], axis=1)
    smoother = losses.spine_smoother(3)
    assert float(losses.spine_loss(spine_on(smooth), smoother, 128)) == pytest.approx(0.0, abs=1e-5)
    kinked = smooth.copy()
    kinked[4, 0] += 12.8
    # only the part of the kink that a cubic cannot follow counts: 1 - h, h the smoother's own weight of that point
    leverage = float(smoother[4, 4])
    expected = (1 - leverage) / 9
    assert float(losses.spine_loss(spine_on(kinked), smoother, 128)) == pytest.approx(expected, rel=1e-3)


def test_spine_smoother_is_a_projection_of_rank_degree_plus_one() -> None:
    smoother = losses.spine_smoother(2)
    assert torch.allclose(smoother @ smoother, smoother, atol=1e-5)
    assert float(torch.trace(smoother)) == pytest.approx(3.0, abs=1e-4)


def test_spine_smoother_of_degree_one_is_the_straight_line_by_hand() -> None:
    offsets = LEVELS - LEVELS.mean()
    by_hand = 1 / 9 + np.outer(offsets, offsets) / (offsets @ offsets)
    assert np.allclose(losses.spine_smoother(1).numpy(), by_hand, atol=1e-5)
