"""Poses of which only some coordinates may change."""

from dataclasses import dataclass, replace

from ...geometry.types import Array
from .residual import Index


@dataclass(frozen=True)
class FreeColumns:
    """Some coordinates as unknowns, the others as they are."""

    q: Array
    """`(F, Q)`."""
    columns: tuple[int, ...]
    """Of the U coordinates that are free."""

    def whole(self, x: Array) -> Array:
        """All coordinates `(F, Q)`, with the free ones at `x (F, U)`."""
        q = self.q.copy()
        q[:, list(self.columns)] = x
        return q

    def frames(self, index: Index) -> "FreeColumns":
        """The poses of some frames."""
        return replace(self, q=self.q[index])
