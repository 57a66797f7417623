"""From a model and markers to the problem that the solver minimises."""

import numpy as np

from ...geometry.types import Array
from ..ik.limits import Limits
from ..ik.smoothness import Smoothness
from ..ik.stations import StationKinematics
from ..ik.terms import SoftLimits
from ..model.spine_model import SpineModel
from .markers import FittedMarkers
from .prior import pose_prior
from .problem import Problem

# Usual sizes of acceleration in rad/s^2 (pelvis translations: m/s^2). With a noise of 1 cm on a lever of 30 cm they let pass about 6 Hz at the
# spine and 9 Hz at the limbs: Winter (Biomechanics and Motor Control of Human Movement, 4th ed., ch. 3) finds the signal below 6 Hz for gait.
ACCELERATION: dict[str, float] = {
    "pelvis": 30.0,
    "lumbar": 12.0,
    "thoracic": 12.0,
    "lower_cervical": 20.0,
    "upper_cervical": 20.0,
    "shoulder": 20.0,
    "leg": 60.0,
    "arm": 80.0,
}
PELVIS_TRANSLATION = 12.0
SPINE = ("lumbar", "thoracic", "lower_cervical", "upper_cervical")
SOFT_PART, SOFT_SPREAD = 0.05, 0.03
"""Part of a range over which the spine stiffens, and how far beyond its onset a marker's usual error takes it."""


def make_problem(
    model: SpineModel, markers: FittedMarkers, observed_m: Array, rate_hz: float, *, smooth: bool = True
) -> Problem:
    """The problem of a (scaled) model and a clip's markers `(F, M, 3)` in the order of `markers`."""
    lower, upper = (limit.copy() for limit in model.limits)
    acceleration = np.empty(len(lower))
    free_levels = {level: rhythm for rhythm in model.rhythms for level in rhythm.levels}
    for i, coordinate in enumerate(model.coordinates):
        region = coordinate.region
        if region == "pelvis":
            # The laboratory has no walls, and whole turns add up.
            lower[i], upper[i] = -np.inf, np.inf
            acceleration[i] = PELVIS_TRANSLATION if coordinate.kind == "translation" else ACCELERATION[region]
            continue
        stem = region.rsplit("_", 1)[0] if region.endswith(("_r", "_l")) else region
        acceleration[i] = ACCELERATION.get(stem, 60.0)
        if coordinate.name in free_levels:
            # Levels of a region accelerate together: each takes its share.
            acceleration[i] *= 1.5 / len(free_levels[coordinate.name].levels)
    if not smooth:
        acceleration[:] = np.inf
    return Problem(
        StationKinematics(model, markers.stations),
        observed_m,
        markers.sigma_m,
        Limits(lower, upper),
        pose_prior(model),
        _soft_limits(model),
        Smoothness(acceleration, rate_hz, _gimbals(model)),
    )


def _soft_limits(model: SpineModel) -> SoftLimits:
    """The spine stiffens over the last part of each range; passive moments rise steeply there (McGill 1994, Spine 19:696)."""
    low, high = model.limits
    width = high - low
    spine = np.array([c.region in SPINE for c in model.coordinates])
    return SoftLimits(
        np.where(spine, low + SOFT_PART * width, -np.inf),
        np.where(spine, high - SOFT_PART * width, np.inf),
        np.where(spine, SOFT_SPREAD * width, 1.0),
    )


def _gimbals(model: SpineModel) -> tuple[tuple[int, int, int], ...]:
    found = []
    for stems in (
        ("pelvis_rotation", "pelvis_list", "pelvis_tilt"),
        *(tuple(f"shoulder_{turn}_{side}" for turn in ("elevation", "swing", "rotation")) for side in "rl"),
    ):
        if all(name in model.coordinate_index for name in stems):
            outer, middle, inner = (model.coordinate_index[name] for name in stems)
            found.append((outer, middle, inner))
    return tuple(found)
