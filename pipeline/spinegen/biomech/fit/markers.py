"""Markers of a clip on a model: where they sit, how far each may stray, and their motion as a function of the pose."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ..model.spine_model import SpineModel

MARKER_SIGMA_M = 0.008
"""Usual distance, an axis, between a skin marker and its bone-fixed station: soft tissue moves 5 to 15 mm over most bones
(Leardini et al. 2005, Gait & Posture 21:212-225)."""

BLOCK = 2000
"""Frames worked on at once where they do not depend on each other; memory does not grow with the clip."""
CLUSTER_REACH_M = 0.03
JOINT_REACH_M = 0.05
"""Skeletons of joint clips put their trunk joints anywhere."""


@dataclass(frozen=True)
class FittedMarkers:
    """The labels that take part in a fit, in the columns' order."""

    labels: tuple[str, ...]
    stations: tuple[str, ...]
    """`marker/<label>` each: stations of their own, so that moving one moves no landmark."""
    sources: tuple[str, ...]
    """The station of the marker set that each starts from."""
    weights: Array
    """`(M,)` from the marker set."""
    movable: NDArray[np.bool_]
    """`(M,)` cluster markers, whose place on the body the fit may find."""
    reach_m: float = CLUSTER_REACH_M
    """How far a movable marker may sit from where the marker set has it, standard deviation an axis."""

    @property
    def sigma_m(self) -> Array:
        """`(M,)` standard deviation an axis, metres."""
        return MARKER_SIGMA_M / np.sqrt(self.weights)


@dataclass(frozen=True)
class StationKinematics:
    """A model's stations as the solver wants them."""

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


def with_markers(model: SpineModel, markers: FittedMarkers) -> SpineModel:
    """The model with a station `marker/<label>` for every marker."""
    own = {name: model.stations[source] for name, source in zip(markers.stations, markers.sources, strict=True)}
    return SpineModel(replace(model.definition, stations={**model.stations, **own}))
