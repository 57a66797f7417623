"""Points of a body that shall lie where they were seen."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ..model.spine_model import SpineModel
from .residual import Dense, Index, Slopes

BLOCK = 2000
"""Frames worked on at once where only positions are asked for; memory does not grow with the clip."""


@dataclass(frozen=True)
class StationKinematics:
    """Stations of a model as functions of its coordinates."""

    model: SpineModel
    stations: tuple[str, ...]

    def positions(self, q: Array) -> Array:
        """`(F, Q)` to `(F, M, 3)`, ground metres."""
        out = np.empty((len(q), len(self.stations), 3))
        for start in range(0, len(q), BLOCK):
            span = slice(start, start + BLOCK)
            out[span] = self.model.station_positions(self.model.forward(q[span]), self.stations)
        return out

    def positions_and_jacobian(self, q: Array) -> tuple[Array, Array]:
        """Positions `(F, M, 3)` and derivatives `(F, M, 3, Q)`."""
        return self.model.station_jacobian(q, self.stations)


@dataclass(frozen=True)
class StationTargets:
    """Stations less where they were seen; the pull of one that lies far off may fade (Geman & McClure's loss)."""

    kinematics: StationKinematics
    observed_m: Array
    """`(F, M, 3)`, NaN for gaps."""
    sigma_m: Array
    """`(M,)` how far a station may be from its target, standard deviation an axis."""
    outlier_m: float = np.inf
    """Distance at which the pull has clearly begun to fade; infinite: least squares."""

    def value(self, x: Array) -> Array:
        """`(F, 3 M)` metres, 0 in gaps."""
        return self._less_seen(self.kinematics.positions(x))

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        """Values and their derivatives; those of gaps count for nothing, because their weight is 0."""
        positions, jacobian = self.kinematics.positions_and_jacobian(x)
        return self._less_seen(positions), Dense(jacobian.reshape(len(x), -1, x.shape[1]))

    def weight(self, value: Array) -> Array:
        """`(F, 3 M)` 1/m^2: `1 / sigma^2`, fading with the distance; 0 in gaps."""
        square = self.squares(value) / self.outlier_m**2
        return np.repeat(self.seen / self.sigma_m**2 / (1.0 + square) ** 2, 3, axis=1)

    def cost(self, value: Array) -> Array:
        """`(F,)`."""
        square = self.squares(value)
        return np.asarray(np.sum(square / (1.0 + square / self.outlier_m**2) / self.sigma_m**2, axis=1))

    def frames(self, index: Index) -> "StationTargets":
        """The targets of some frames."""
        return replace(self, observed_m=self.observed_m[index])

    @property
    def seen(self) -> NDArray[np.bool_]:
        """`(F, M)`."""
        return np.isfinite(self.observed_m[..., 0])

    def squares(self, value: Array) -> Array:
        """Squared distances `(F, M)`, m^2."""
        x, y, z = value[:, 0::3], value[:, 1::3], value[:, 2::3]
        return x * x + y * y + z * z

    def _less_seen(self, positions: Array) -> Array:
        away = positions - self.observed_m
        return np.where(np.isnan(away), 0.0, away).reshape(len(away), -1)
