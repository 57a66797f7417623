"""The banded system of a whole clip: one dense block a frame, tied to its neighbours by second differences."""

from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from ...geometry.types import Array


def solve_dense(matrix: Array, right: Array) -> Array:
    """`matrix (..., N, N)` solved for `right (..., N, K)`."""
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


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
    solved = cast("Array", solveh_banded(band.T, flat, overwrite_ab=True, lower=True, check_finite=False))
    return solved.reshape(frames, size)
