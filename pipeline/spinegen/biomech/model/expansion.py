"""From the reduced coordinates of a model to all coordinates of its .osim, exactly as its couplers say."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...errors import ModelError
from ...geometry.types import Array
from .definition import Coupler, Definition
from .functions import Function, Polynomial


@dataclass(frozen=True, eq=False)
class Expansion:
    """`full = matrix @ reduced + offset`, then each `bent` coordinate replaced by a function of another full coordinate."""

    reduced: tuple[str, ...]
    full: tuple[str, ...]
    matrix: Array
    """`(E, Q)`."""
    offset: Array
    """`(E,)`."""
    bent: tuple[tuple[int, int, Function], ...]
    """Couplers that are not linear: (dependent, independent, function), in an order in which they can be applied."""

    def expand(self, reduced: Array) -> Array:
        """All coordinates `(..., E)` of reduced ones `(..., Q)`."""
        full = reduced @ self.matrix.T + self.offset
        for dependent, independent, function in self.bent:
            full[..., dependent] = function.value(full[..., independent])
        return full

    def slopes(self, full: Array) -> Array:
        """`d full / d reduced`: `(E, Q)` when everything is linear, else `(..., E, Q)` at the given full coordinates."""
        if not self.bent:
            return self.matrix
        slopes = np.broadcast_to(self.matrix, (*full.shape[:-1], *self.matrix.shape)).copy()
        for dependent, independent, function in self.bent:
            slopes[..., dependent, :] = function.slope(full[..., independent])[..., None] * slopes[..., independent, :]
        return slopes


def expansion(definition: Definition) -> Expansion:
    """Read the couplers of a model.

    Raises:
        ModelError: a coupler names a coordinate that is not there, or couplers drive each other in a circle.
    """
    return _expansion(definition.name, tuple(c.name for c in definition.coordinates), definition.couplers)


@lru_cache(maxsize=16)
def _expansion(model: str, full: tuple[str, ...], given: tuple[Coupler, ...]) -> Expansion:
    """People differ in lengths, not in what drives what: most have the expansion of those before them."""
    couplers = {c.dependent: c for c in given}
    for coupler in given:
        for name in (coupler.dependent, coupler.independent):
            if name not in full:
                raise ModelError(f"{model}: a coupler names the coordinate {name!r}, which is not in the model")
    reduced = tuple(name for name in full if name not in couplers)
    row = {name: i for i, name in enumerate(full)}
    matrix, offset = np.zeros((len(full), len(reduced))), np.zeros(len(full))
    for column, name in enumerate(reduced):
        matrix[row[name], column] = 1.0
    bent: list[tuple[int, int, Function]] = []
    known, bent_rows, waiting = set(reduced), set[int](), list(couplers.values())
    while waiting:
        ready = [c for c in waiting if c.independent in known]
        if not ready:
            raise ModelError(
                f"{model}: the couplers of {', '.join(c.dependent for c in waiting)} drive each other in a circle"
            )
        for coupler in ready:
            target, source = row[coupler.dependent], row[coupler.independent]
            if _linear(coupler.function) and source not in bent_rows:
                slope = float(coupler.function.slope(0.0))
                matrix[target] = slope * matrix[source]
                offset[target] = float(coupler.function.value(0.0)) + slope * offset[source]
            else:
                bent.append((target, source, coupler.function))
                bent_rows.add(target)
                matrix[target] = matrix[source]
            known.add(coupler.dependent)
        waiting = [c for c in waiting if c.dependent not in known]
    return Expansion(reduced, full, matrix, offset, tuple(bent))


def _linear(function: Function) -> bool:
    return isinstance(function, Polynomial) and function.degree <= 1
