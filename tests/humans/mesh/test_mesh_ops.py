"""Small mesh operations against slower ones that say the same."""

import numpy as np
import pytest

from spinegen.humans.mesh import mesh_ops


@pytest.mark.parametrize("span", [(-40, 40), (-(2**40), 2**40)], ids=["one number a row", "too wide for one number"])
def test_rows_are_told_apart_and_ordered_as_numpy_does(span: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    some = rng.integers(*span, (90, 3))
    rows = some[rng.integers(0, len(some), 500)]
    unique, inverse = mesh_ops.unique_rows(rows)
    np.testing.assert_array_equal(unique, np.unique(rows, axis=0))
    np.testing.assert_array_equal(unique[inverse], rows)


def test_no_rows_are_no_rows() -> None:
    unique, inverse = mesh_ops.unique_rows(np.zeros((0, 2), np.int64))
    assert unique.shape == (0, 2)
    assert inverse.shape == (0,)


def test_a_square_is_bounded_by_its_four_sides() -> None:
    square = np.array([[0, 1, 2], [0, 2, 3]])
    np.testing.assert_array_equal(mesh_ops.boundary_edges(square), [[0, 1], [0, 3], [1, 2], [2, 3]])
