"""What a fit makes small: robust marker residuals, a pose prior, stiff ends of ranges, and second differences in time."""

from dataclasses import dataclass, replace

import numpy as np

from ...geometry.types import Array
from ..ik.limits import Limits
from ..ik.residual import Index, Objective
from ..ik.smoothness import Smoothness
from ..ik.stations import StationKinematics, StationTargets
from ..ik.terms import Affine, SoftLimits


@dataclass(frozen=True)
class Problem:
    """One clip, one scaled model."""

    kinematics: StationKinematics
    observed_m: Array
    """`(F, M, 3)`, NaN for gaps."""
    sigma_m: Array
    """`(M,)` how far a marker may be from its station, standard deviation an axis, metres."""
    limits: Limits
    prior: Affine
    """Over the pose of one frame, before any marker is seen."""
    soft: SoftLimits
    """Where stiffness sets in before the limits."""
    smoothness: Smoothness
    outlier_m: float = 0.03
    """Residual at which a marker's pull has clearly begun to fade."""

    @property
    def rate_hz(self) -> float:
        """Of the clip."""
        return self.smoothness.rate_hz

    def frames(self, index: Index) -> "Problem":
        """The same problem over some frames; smoothing makes sense only when they follow each other."""
        return replace(self, observed_m=self.observed_m[index])

    def markers(self, widen: float = 1.0) -> StationTargets:
        """The markers' residual; `widen` multiplies the scale of the robust loss: large while the pose is still far away."""
        return StationTargets(self.kinematics, self.observed_m, self.sigma_m, self.outlier_m * widen)

    def objective(self, widen: float = 1.0) -> Objective:
        """Everything that each frame asks for by itself."""
        return Objective((self.markers(widen), self.prior, self.soft), self.limits)

    def prior_cost(self, q: Array) -> Array:
        """`(F,)` what a pose costs before any marker is seen."""
        return self.prior.cost(self.prior.value(q)) + self.soft.cost(self.soft.value(q))

    def squares(self, q: Array) -> Array:
        """Squared distances `(F, M)` of the markers, m^2; 0 in gaps."""
        markers = self.markers()
        return markers.squares(markers.value(q))

    def seen(self) -> Array:
        """How many markers each frame `(F,)` has."""
        return np.isfinite(self.observed_m[..., 0]).sum(1).astype(np.float64)
