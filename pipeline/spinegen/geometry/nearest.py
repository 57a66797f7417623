"""Nearest neighbours among points."""

# pyright: reportMissingTypeStubs=false
from math import inf
from typing import Any

from numpy.typing import ArrayLike

from .types import Floats, Ints


class PointTree:
    """Points `(P, D)` prepared for queries."""

    def __init__(self, points: ArrayLike, *, balanced: bool = True, period: float | None = None) -> None:
        """Prepare the points.

        Args:
            balanced: split at medians, which takes longer to build and less to query.
            period: side of the cube that repeats itself in all directions.
        """
        from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]

        self._tree: Any = cKDTree(points, balanced_tree=balanced, boxsize=period)

    def query(self, points: ArrayLike, count: int = 1, within: float = inf) -> tuple[Floats, Ints]:
        """Distances and indices of the `count` nearest: `(N,)` each for one, `(N, count)` for more.

        Where fewer lie nearer than `within`, the distance is infinite and the index is the number of points.
        """
        return self._tree.query(points, k=count, distance_upper_bound=within)
