"""Markers of a clip on a model: where they sit, how far each may stray, and their motion as a function of the pose."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ..model.spine_model import SpineModel

MARKER_SIGMA_M = 0.008
"""Usual distance, an axis, between a skin marker and its bone-fixed station: soft tissue moves 5 to 15 mm over most bones
(Leardini et al. 2005, Gait & Posture 21:212-225)."""

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


def with_markers(model: SpineModel, markers: FittedMarkers) -> SpineModel:
    """The model with a station `marker/<label>` for every marker."""
    own = {name: model.stations[source] for name, source in zip(markers.stations, markers.sources, strict=True)}
    return SpineModel(replace(model.definition, stations={**model.stations, **own}))
