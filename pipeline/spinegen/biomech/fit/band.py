"""The banded system of a whole clip: one dense block a frame, tied to its neighbours by second differences."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from ...geometry.types import Array

Frames = NDArray[np.int_]
"""Indices of frames."""


def solve_dense(matrix: Array, right: Array) -> Array:
    """`matrix (..., N, N)` solved for `right (..., N, K)`."""
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def second_difference_gradient(q: Array, weight: Array) -> Array:
    """Half the gradient `(F, Q)` of `sum weight * (q[f-1] - 2 q[f] + q[f+1])**2`; `weight (F, Q)` belongs to the middle frame.

    The first and the last frame have no second difference: their weights are not used.
    """
    out = np.zeros_like(q)
    if len(q) < 3:
        return out
    pull = weight[1:-1] * (q[:-2] - 2.0 * q[1:-1] + q[2:])
    out[:-2] += pull
    out[1:-1] -= 2.0 * pull
    out[2:] += pull
    return out


def second_difference_cost(q: Array, weight: Array) -> float:
    """`sum weight * (q[f-1] - 2 q[f] + q[f+1])**2` over all frames and coordinates."""
    if len(q) < 3:
        return 0.0
    return float(np.sum(weight[1:-1] * (q[:-2] - 2.0 * q[1:-1] + q[2:]) ** 2))


def solve_blocks(blocks: Array, right: Array, weight: Array, fixed: NDArray[np.bool_]) -> Array:
    """Solve `(blockdiag(blocks) + D' weight D) step = right` by one banded Cholesky factorisation.

    Args:
        blocks: `(F, Q, Q)` symmetric positive definite, one a frame.
        right: `(F, Q)`.
        weight: `(F, Q)` of the second difference centred on each frame (first and last unused).
        fixed: `(F, Q)` unknowns that must not move; their step is 0.

    Returns:
        `(F, Q)`. Time and memory grow linearly with F: the half band is `2 Q` wide.
    """
    frames, size, _ = blocks.shape
    inner = weight.copy()
    inner[[0, -1]] = 0.0
    centre = 4.0 * inner
    centre[1:] += inner[:-1]
    centre[:-1] += inner[1:]
    free = ~fixed
    width = 2 * size + 1
    # Column-major lower band storage: row r of column j holds A[j + r, j].
    band = np.zeros((frames * size, width))
    view = np.lib.stride_tricks.as_strided(
        band, (frames, size, size), (size * width * 8, (width - 1) * 8, 8), writeable=True
    )
    np.multiply(blocks, np.triu(np.ones((size, size))), out=view)
    if fixed.any():
        # A fixed unknown keeps only its diagonal.
        frame, column = np.nonzero(fixed)
        view[frame, column, :] = 0.0
        for other in np.unique(column):
            rows = frame[column == other]
            view[rows, : other + 1, other] = 0.0
    packed = band.reshape(frames, size, width)
    packed[:, :, 0] = np.where(fixed, 1.0, np.einsum("fii->fi", blocks) + centre)
    packed[:, :, size] = 0.0
    packed[:, :, 2 * size] = 0.0
    if frames > 1:
        packed[:-1, :, size] = -2.0 * (inner[:-1] + inner[1:]) * free[:-1] * free[1:]
    if frames > 2:
        packed[:-2, :, 2 * size] = inner[1:-1] * free[:-2] * free[2:]
    flat = np.where(fixed, 0.0, right).reshape(-1)
    step = solveh_banded(band.T, flat, overwrite_ab=True, lower=True, check_finite=False)
    return step.reshape(frames, size)
