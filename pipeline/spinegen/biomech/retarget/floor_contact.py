"""Joint angles that keep hands, knees and feet on the floor, near the written ones."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ...geometry.types import Array
from ..ik.batch import Stop, solve_batch
from ..ik.limits import Limits
from ..ik.residual import Dense, Index, LeastSquares, Objective, Slopes
from ..ik.terms import Pull
from ..model.contacts import FLOOR_STATIONS
from ..model.spine_model import SpineModel

_MISS_M = 0.007
"""A contact may miss by about this much ..."""
_LONGEST_STEP, _SMALL_STEP = 0.25, 2e-4
_STEADY_STEP = 0.18
"""Of every round, so that toes that roll over the floor settle."""
_FLOOR = tuple(FLOOR_STATIONS)
_HEIGHTS = np.array(list(FLOOR_STATIONS.values()))
STIFFNESS_RAD: dict[str, float] = {
    "lumbar": 0.08,
    "thoracic": 0.08,
    "lower_cervical": 0.08,
    "upper_cervical": 0.08,
    "pelvis": 0.12,
}
"""... while a joint may leave the written angle by about this much, by region ..."""
_STIFFNESS_LIMB_RAD = 0.15
"""... and those of the limbs by this much."""
_FREE_M = 1.0
_UP = 1


@dataclass(frozen=True)
class Targets:
    """Where stations shall be in each frame."""

    stations: tuple[str, ...]
    positions_ground_m: Array
    """`(F, S, 3)`; NaN in a coordinate that is free."""


@dataclass(frozen=True)
class FloorContact(LeastSquares):
    """What may touch the floor less where it shall be; what has no such place only must not sink."""

    model: SpineModel
    goals_m: Array
    """`(F, stations of the floor, axes)`, NaN where free."""
    axes: tuple[int, ...]
    """Ground axes along which there are goals; up is among them."""

    def value(self, x: Array) -> Array:
        """`(F, stations * axes)`, in usual misses."""
        return self._missed(self.model.station_positions(self.model.forward(x), _FLOOR))[0]

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        """Values and derivatives; 0 where nothing is asked."""
        positions, jacobian = self.model.station_jacobian(x, _FLOOR)
        value, asked = self._missed(positions)
        slope = np.where(asked[..., None], jacobian[:, :, list(self.axes)], 0.0) / _MISS_M
        return value, Dense(slope.reshape(len(x), -1, x.shape[1]))

    def frames(self, index: Index) -> "FloorContact":
        """The contacts of some frames."""
        return replace(self, goals_m=self.goals_m[index])

    def _missed(self, positions: Array) -> tuple[Array, Array]:
        """Values, and which of them `(F, stations, axes)` are asked for."""
        wanted = np.isfinite(self.goals_m)
        miss = np.where(wanted, positions[..., list(self.axes)] - self.goals_m, 0.0)
        up = self.axes.index(_UP)
        sunk = np.where(wanted[..., up], 0.0, np.minimum(positions[..., _UP] - _HEIGHTS, 0.0))
        miss[..., up] += sunk
        wanted[..., up] |= sunk < 0.0
        return miss.reshape(len(miss), -1) / _MISS_M, wanted


def spread(model: SpineModel) -> Array:
    """How far `(Q,)` each coordinate may be from its written value."""
    return np.array(
        [
            _FREE_M if c.kind == "translation" else STIFFNESS_RAD.get(c.region, _STIFFNESS_LIMB_RAD)
            for c in model.coordinates
        ]
    )


def plant(
    model: SpineModel,
    written: Array,
    targets: Targets,
    start: Array | None = None,
    *,
    rounds: int = 12,
    along: Literal["all axes", "height"] = "all axes",
) -> Array:
    """`q (F, Q)` near `written (F, Q)` whose stations meet their targets and of which nothing sinks into the floor.

    Args:
        targets: stations among `contacts.FLOOR_STATIONS`.
        start: where to begin, `written` when None.
        rounds: most iterations.
        along: `height` where no target has another coordinate, which takes a third of the rows.
    """
    axes = (_UP,) if along == "height" else (0, 1, 2)
    goals = np.full((len(written), len(_FLOOR), len(axes)), np.nan)
    goals[:, [_FLOOR.index(name) for name in targets.stations]] = targets.positions_ground_m[..., list(axes)]
    objective = Objective(
        (FloorContact(model, goals, axes), Pull(np.asarray(written), spread(model))), Limits(*model.limits)
    )
    first = np.array(written if start is None else start, dtype=np.float64)
    stop = Stop(rounds, small_step=_SMALL_STEP)
    return solve_batch(objective, first, stop, longest_step=_LONGEST_STEP, steady_step=_STEADY_STEP)
