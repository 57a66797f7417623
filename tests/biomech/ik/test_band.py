"""The banded solver gives what a dense one gives."""

import numpy as np
import pytest

from spinegen.biomech.ik.band import solve_blocks
from spinegen.biomech.ik.smoothness import second_difference_cost, second_difference_gradient


def _dense(blocks: np.ndarray, weight: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    frames, size, _ = blocks.shape
    full = np.zeros((frames * size, frames * size))
    for f in range(frames):
        full[f * size : (f + 1) * size, f * size : (f + 1) * size] = blocks[f]
    for f in range(1, frames - 1):
        for k in range(size):
            row = np.zeros(frames * size)
            row[[(f - 1) * size + k, f * size + k, (f + 1) * size + k]] = 1.0, -2.0, 1.0
            full += weight[f, k] * np.outer(row, row)
    still = fixed.ravel()
    full[still] = 0.0
    full[:, still] = 0.0
    full[still, still] = 1.0
    return full


@pytest.mark.parametrize("frames", [1, 2, 3, 8])
def test_a_banded_step_equals_the_dense_one_with_some_unknowns_fixed(frames: int) -> None:
    rng = np.random.default_rng(frames)
    size = 4
    root = rng.standard_normal((frames, size, size))
    blocks = root @ np.swapaxes(root, 1, 2) + np.eye(size)
    weight = rng.uniform(0.0, 3.0, (frames, size))
    fixed = rng.uniform(size=(frames, size)) < 0.25
    right = rng.standard_normal((frames, size))
    expected = np.linalg.solve(_dense(blocks, weight, fixed), np.where(fixed, 0.0, right).ravel())
    np.testing.assert_allclose(solve_blocks(blocks, right, weight, fixed).ravel(), expected, atol=1e-10)


def test_the_gradient_of_the_second_differences_is_that_of_their_cost() -> None:
    rng = np.random.default_rng(0)
    q, weight = rng.standard_normal((9, 3)), rng.uniform(0.0, 2.0, (9, 3))
    gradient = second_difference_gradient(q, weight)
    for f, k in ((0, 0), (1, 2), (4, 1), (8, 0)):
        up, down = q.copy(), q.copy()
        up[f, k] += 1e-6
        down[f, k] -= 1e-6
        slope = (second_difference_cost(up, weight) - second_difference_cost(down, weight)) / 2e-6
        assert gradient[f, k] == pytest.approx(slope / 2.0, rel=1e-5, abs=1e-7)


def test_uniform_motion_costs_nothing() -> None:
    q = np.linspace(0.0, 1.0, 20)[:, None] * np.array([[1.0, -2.0]])
    assert second_difference_cost(q, np.ones_like(q)) == pytest.approx(0.0, abs=1e-20)
