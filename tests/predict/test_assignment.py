"""The cheapest pairing, against trying all of them and against SciPy."""

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from spinegen.predict.assignment import assign


def cost(costs: np.ndarray, pairs: list[tuple[int, int]]) -> float:
    return sum(float(costs[pair]) for pair in pairs)


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5), (5, 2), (4, 4)])
def test_no_pairing_is_cheaper(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(sum(shape))
    for _ in range(20):
        costs = rng.random(shape)
        pairs = assign(costs, limit=10)
        assert len(pairs) == min(shape)
        assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
        wide = costs if shape[0] <= shape[1] else costs.T
        best = min(
            sum(wide[row, column] for row, column in enumerate(order))
            for order in permutations(range(wide.shape[1]), len(wide))
        )
        assert cost(costs, pairs) == pytest.approx(best)


def test_it_agrees_with_scipys_on_large_problems() -> None:
    costs = np.random.default_rng(0).random((60, 80))
    rows, columns = linear_sum_assignment(costs)
    assert cost(costs, assign(costs, 10)) == pytest.approx(costs[rows, columns].sum())


def test_pairs_that_are_too_dear_or_impossible_are_left_out() -> None:
    costs = np.array([[0.1, np.inf], [np.inf, 0.9]])
    assert assign(costs, limit=0.5) == [(0, 0)]
    assert assign(np.full((2, 2), np.inf), limit=0.5) == []
    assert assign(np.zeros((0, 3)), limit=1) == []
