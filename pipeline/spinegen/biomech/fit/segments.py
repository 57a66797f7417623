"""Scale factors: which bodies share one, along which axes, and what is likely before the markers speak."""

from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array

X, Y, Z = 0, 1, 2


@dataclass(frozen=True)
class ScaleParameter:
    """One factor, shared by some segments along some axes."""

    name: str
    segments: tuple[str, ...]
    axes: tuple[int, ...]
    spread: float
    """Standard deviation of the factor about the performer's overall size."""


def _both(segment: str) -> tuple[str, str]:
    return f"{segment}_r", f"{segment}_l"


# Modelling choices of the order of the scatter in anthropometric surveys (ANSUR II, Gordon et al. 2014): lengths of single segments differ by 4 to
# 6 % from what stature predicts, breadths and depths by 6 to 8 %.
PARAMETERS: tuple[ScaleParameter, ...] = (
    ScaleParameter("pelvis depth", ("pelvis",), (X,), 0.08),
    ScaleParameter("pelvis height", ("pelvis",), (Y,), 0.06),
    ScaleParameter("pelvis width", ("pelvis",), (Z,), 0.07),
    ScaleParameter("lumbar height", ("lumbar",), (Y,), 0.05),
    ScaleParameter("lumbar depth", ("lumbar",), (X, Z), 0.06),
    ScaleParameter("thorax height", ("thoracic",), (Y,), 0.05),
    ScaleParameter("thorax depth", ("thoracic",), (X,), 0.07),
    ScaleParameter("thorax width", ("thoracic",), (Z,), 0.07),
    ScaleParameter("neck", ("cervical",), (X, Y, Z), 0.06),
    ScaleParameter("head", ("head",), (X, Y, Z), 0.05),
    ScaleParameter("shoulder", _both("shoulder"), (X, Y, Z), 0.07),
    ScaleParameter("upper arm", _both("upper_arm"), (X, Y, Z), 0.05),
    ScaleParameter("forearm", _both("forearm"), (X, Y, Z), 0.05),
    ScaleParameter("hand", _both("hand"), (X, Y, Z), 0.06),
    ScaleParameter("thigh", _both("thigh"), (X, Y, Z), 0.05),
    ScaleParameter("shank", _both("shank"), (X, Y, Z), 0.05),
    ScaleParameter("foot", _both("foot"), (X, Y, Z), 0.05),
)
OVERALL_SPREAD = 0.12
"""Standard deviation of the overall size about the model's."""


def scales_of(factors: Array) -> dict[str, Array]:
    """Scale factors `(len(PARAMETERS),)` as the `(3,)` of each segment that `SpineModel.scaled` takes."""
    scales: dict[str, Array] = {}
    for parameter, factor in zip(PARAMETERS, factors, strict=True):
        for segment in parameter.segments:
            scales.setdefault(segment, np.ones(3))[list(parameter.axes)] = factor
    return scales


def prior_precision() -> Array:
    """Precision `(1 + P, 1 + P)` of the deviations from 1 of (overall size, each factor)."""
    count = len(PARAMETERS)
    precision = np.zeros((count + 1, count + 1))
    precision[0, 0] = 1.0 / OVERALL_SPREAD**2
    for index, parameter in enumerate(PARAMETERS, start=1):
        row = np.zeros(count + 1)
        row[0], row[index] = -1.0, 1.0
        precision += np.outer(row, row) / parameter.spread**2
    return precision
