"""What a fit minimises: robust marker residuals, a pose prior and second differences in time."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from .band import second_difference_cost, second_difference_gradient


class MarkerKinematics(Protocol):
    """Marker positions of a model as a function of its reduced coordinates."""

    def positions(self, q: Array) -> Array:
        """`(F, Q)` to `(F, M, 3)`, ground metres."""
        ...

    def positions_and_jacobian(self, q: Array) -> tuple[Array, Array]:
        """Positions `(F, M, 3)` and their derivatives `(F, M, 3, Q)`."""
        ...


@dataclass(frozen=True)
class PosePrior:
    """A normal distribution over the pose of one frame, before any marker is seen."""

    mean: Array
    """`(Q,)`, rad or m."""
    precision: Array
    """`(Q, Q)`, inverse covariance; zero rows for coordinates without an opinion (the pelvis)."""


@dataclass(frozen=True)
class SoftLimits:
    """Stiffness towards the end of a range: tissue resists before the bone does. No cost between `lower` and `upper`."""

    lower: Array
    upper: Array
    """`(Q,)`, infinite for coordinates that are not stiff."""
    spread: Array
    """`(Q,)` standard deviation of what lies beyond."""

    def beyond(self, q: Array) -> Array:
        """Signed distance `(F, Q)` past the nearer soft limit, in spreads; 0 inside."""
        return (np.maximum(q - self.upper, 0.0) + np.minimum(q - self.lower, 0.0)) / self.spread


@dataclass(frozen=True)
class Problem:
    """One clip, one scaled model."""

    kinematics: MarkerKinematics
    observed_m: Array
    """`(F, M, 3)`, NaN for gaps."""
    sigma_m: Array
    """`(M,)` how far a marker may be from its station, standard deviation an axis, metres."""
    lower: Array
    upper: Array
    """`(Q,)` joint limits."""
    prior: PosePrior
    soft: "SoftLimits"
    """Where stiffness sets in before the limits."""
    acceleration: Array
    """`(Q,)` usual size of a coordinate's acceleration, rad/s^2 or m/s^2; infinity switches smoothing off."""
    rate_hz: float
    gimbals: tuple[tuple[int, int, int], ...] = ()
    """Columns of ball joints written as three turns: outer, middle, inner."""
    outlier_m: float = 0.03
    """Residual at which a marker's pull has clearly begun to fade (Geman-McClure scale)."""

    def frames(self, index: slice | NDArray[np.int_] | NDArray[np.bool_]) -> "Problem":
        """The same problem over some frames; smoothing makes sense only when they follow each other."""
        return replace(self, observed_m=self.observed_m[index])

    def residuals(self, positions: Array) -> Array:
        """`observed - positions (F, M, 3)`, 0 in gaps."""
        residual = self.observed_m - positions
        return np.where(np.isnan(residual), 0.0, residual)

    def weights(self, residual: Array, widen: float = 1.0) -> Array:
        """Pull of each marker `(F, M)` in 1/m^2: `1/sigma^2`, fading with the residual; 0 in gaps.

        `widen` multiplies the scale of the fading: large in the first rounds, while the pose is still far away.
        """
        square = np.einsum("fmi,fmi->fm", residual, residual) / (self.outlier_m * widen) ** 2
        seen = np.isfinite(self.observed_m[..., 0])
        return seen / self.sigma_m**2 / (1.0 + square) ** 2

    def marker_cost(self, residual: Array, widen: float = 1.0) -> Array:
        """Robust cost of each frame `(F,)`; its reweighted least squares are `weights`."""
        scale = (self.outlier_m * widen) ** 2
        square = np.einsum("fmi,fmi->fm", residual, residual)
        return np.sum(square / (1.0 + square / scale) / self.sigma_m**2, axis=1)

    def prior_cost(self, q: Array) -> Array:
        """`(F,)`."""
        away = q - self.prior.mean
        return np.einsum("fi,fi->f", away @ self.prior.precision, away) + np.sum(self.soft.beyond(q) ** 2, axis=1)

    def smoothing(self, q: Array) -> Array:
        """Weight `(F, Q)` of each second difference; near gimbal lock the outer turns may do as they like."""
        weight = np.broadcast_to(1.0 / (self.acceleration / self.rate_hz**2) ** 2, q.shape).copy()
        for outer, middle, inner in self.gimbals:
            weight[:, [outer, inner]] *= np.cos(q[:, [middle]]) ** 2
        return weight

    def cost(self, q: Array, residual: Array, smoothing: Array, widen: float = 1.0) -> float:
        """The whole objective of frames that follow each other."""
        return float(
            self.marker_cost(residual, widen).sum() + self.prior_cost(q).sum() + second_difference_cost(q, smoothing)
        )

    def normal_equations(self, q: Array, jacobian: Array, residual: Array, weights: Array) -> tuple[Array, Array]:
        """Gauss-Newton blocks `(F, Q, Q)` and right side `(F, Q)` of markers and prior (without smoothing)."""
        frames, markers, _, size = jacobian.shape
        root = np.sqrt(weights)[:, :, None]
        weighted = (jacobian * root[..., None]).reshape(frames, 3 * markers, size)
        blocks = np.swapaxes(weighted, 1, 2) @ weighted
        right = np.einsum("fkq,fk->fq", weighted, (residual * root).reshape(frames, -1), optimize=True)
        blocks += self.prior.precision
        right -= (q - self.prior.mean) @ self.prior.precision
        beyond = self.soft.beyond(q)
        if beyond.any():
            right -= beyond / self.soft.spread
            diagonal = np.einsum("fii->fi", blocks)
            diagonal += (beyond != 0.0) / self.soft.spread**2
        return blocks, right

    def smoothing_pull(self, q: Array, smoothing: Array) -> Array:
        """Right side `(F, Q)` of the second differences."""
        return -second_difference_gradient(q, smoothing)
