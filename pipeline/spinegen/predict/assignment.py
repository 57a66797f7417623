"""The cheapest pairing of rows and columns (Kuhn 1955; shortest augmenting paths as in Jonker and Volgenant 1987)."""

import numpy as np
from numpy.typing import NDArray


def assign(costs: NDArray[np.float64], limit: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of least total cost, each row and column at most once, no pair dearer than `limit`.

    Args:
        costs: (N, M); not finite where a pair is impossible.
    """
    rows, columns = costs.shape
    if rows == 0 or columns == 0:
        return []
    if rows > columns:
        return sorted((row, column) for column, row in assign(costs.T, limit))
    capped = np.where(np.isfinite(costs), np.minimum(costs, 2 * limit + 1), 2 * limit + 1)
    owner = _shortest_paths(capped)
    return sorted((row, column) for column, row in enumerate(owner) if row >= 0 and costs[row, column] <= limit)


def _shortest_paths(costs: NDArray[np.float64]) -> list[int]:
    """The row that owns each column, or -1; every row owns one. N <= M."""
    rows, columns = costs.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns + 1)
    owner = np.full(columns + 1, -1)
    for row in range(rows):
        owner[columns] = row
        column = columns
        shortest = np.full(columns, np.inf)
        came_from = np.full(columns, -1)
        done = np.zeros(columns + 1, dtype=bool)
        while owner[column] >= 0:
            done[column] = True
            here = owner[column]
            open_columns = np.flatnonzero(~done[:columns])
            reduced = costs[here, open_columns] - row_price[here] - column_price[open_columns]
            better = reduced < shortest[open_columns]
            shortest[open_columns[better]] = reduced[better]
            came_from[open_columns[better]] = column
            nearest = int(open_columns[np.argmin(shortest[open_columns])])
            step = shortest[nearest]
            row_price[owner[done]] += step
            column_price[done] -= step
            shortest[open_columns] -= step
            column = nearest
        while column != columns:
            previous = int(came_from[column])
            owner[column] = owner[previous]
            column = previous
    return [int(row) for row in owner[:columns]]
