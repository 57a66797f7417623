"""Which joint angles a person to be drawn has in the rest pose: the arms of an A-pose, the spread of the legs."""

from dataclasses import dataclass, replace

import numpy as np

from ...geometry.types import Array
from ..ik.batch import Stop, solve_batch
from ..ik.free_columns import FreeColumns
from ..ik.limits import Limits
from ..ik.residual import Dense, Index, LeastSquares, Objective, Slopes
from ..ik.terms import Pull
from ..model.spine_model import SpineModel

_LINKS = (
    *((f"joint/{a}_{{s}}", f"joint/{b}_{{s}}")
      for a, b in (("humerus", "ulna"), ("ulna", "hand"), ("femur", "tibia"), ("tibia", "talus"))),
    ("joint/hand_{s}", "landmark/{S}FTP"),
    ("landmark/{S}MC5", "landmark/{S}MC2"),
)  # fmt: skip
"""What shows by its direction how a limb lies in the rest pose: bones from joint to joint, the hand along and across."""
_PRIOR = {
    "shoulder_elevation": 0.02,
    "shoulder_swing": 0.02,
    "shoulder_rotation": 0.1,
    "elbow_flexion": 0.03,
    "pronation": 0.05,
    "wrist_flexion": 0.03,
    "wrist_deviation": 0.03,
    "hip_flexion": 0.02,
    "hip_adduction": 0.02,
    "hip_rotation": 0.05,
    "knee_angle": 0.03,
    "ankle_angle": 0.02,
    "subtalar_angle": 0.1,
}
"""Pull towards zero, per radian, of the angles that are looked for; the directions they are weighed against have length 1."""
_ROUNDS, _SMALL_STEP_RAD, _LONGEST_STEP_RAD = 60, 1e-9, 0.5
_ALL, _FLAT, _HEIGHT = (1.0, 1.0, 1.0), (1.0, 0.0, 1.0), (0.0, 1.0, 0.0)


@dataclass(frozen=True)
class Link:
    """A direction from one station to another, and where it shall point."""

    start: str
    end: str
    goal: Array
    """`(3,)` unit vector."""
    along: tuple[float, float, float] = _ALL
    """Ground axes that the direction has: all, or those of the floor."""
    counted: tuple[float, float, float] = _ALL
    """Components that are compared with the goal's."""


@dataclass(frozen=True)
class Directions(LeastSquares):
    """Unit vectors between stations less those wanted."""

    model: SpineModel
    free: FreeColumns
    links: tuple[Link, ...]

    def value(self, x: Array) -> Array:
        """`(F, 3 * links)`."""
        poses = self.model.forward(self.free.whole(x))
        return self._missed(self.model.station_positions(poses, self._stations()))[0]

    def linear(self, x: Array) -> tuple[Array, Slopes]:
        """Values and derivatives."""
        positions, jacobian = self.model.station_jacobian(self.free.whole(x), self._stations())
        value, unit, length = self._missed(positions)
        count = len(self.links)
        own = jacobian[..., list(self.free.columns)]
        along, counted = self._masks()
        slope = (own[:, count:] - own[:, :count]) * along[..., None] / length[..., None]
        slope = slope - unit[..., None] * (unit[..., None, :] @ slope)
        return value, Dense((slope * counted[..., None]).reshape(len(x), -1, x.shape[1]))

    def frames(self, index: Index) -> "Directions":
        """The directions in some frames."""
        return replace(self, free=self.free.frames(index))

    def _stations(self) -> list[str]:
        """All starts, then all ends."""
        return [link.start for link in self.links] + [link.end for link in self.links]

    def _masks(self) -> tuple[Array, Array]:
        return np.array([link.along for link in self.links]), np.array([link.counted for link in self.links])

    def _missed(self, positions: Array) -> tuple[Array, Array, Array]:
        """Values, unit vectors `(F, links, 3)` and the lengths `(F, links, 1)` that they had."""
        along, counted = self._masks()
        count = len(self.links)
        vector = (positions[:, count:] - positions[:, :count]) * along
        length = np.linalg.norm(vector, axis=-1, keepdims=True)
        unit = vector / length
        goals = np.stack([link.goal for link in self.links])
        return ((unit - goals) * counted).reshape(len(unit), -1), unit, length


def rest_posture(model: SpineModel, points: dict[str, Array]) -> Array:
    """Angles `(Q,)` at which the model's limbs point where the person's do and its feet are flat; all else is zero.

    Args:
        model: a model of about the person's proportions.
        points: `joint/<body>` of the person in the rest pose, ground axes, and landmarks of the hands; limbs that are not there stay at zero.
    """
    q = np.zeros((1, len(model.coordinate_names)))
    links = _links(model, points)
    if not links:
        return q[0]
    columns = tuple(i for i, name in enumerate(model.coordinate_names) if name[:-2] in _PRIOR)
    prior = np.array([_PRIOR[model.coordinate_names[i][:-2]] for i in columns])
    free = FreeColumns(q, columns)
    stay = Pull(np.zeros((1, len(columns))), 1.0 / prior)
    objective = Objective((Directions(model, free, links), stay), Limits.none(len(columns)))
    stop = Stop(_ROUNDS, tolerance=0.0, small_step=_SMALL_STEP_RAD)
    found = solve_batch(objective, np.zeros((1, len(columns))), stop, longest_step=_LONGEST_STEP_RAD)
    return free.whole(found)[0]


def _links(model: SpineModel, points: dict[str, Array]) -> tuple[Link, ...]:
    """Limbs as the person has them; feet that head where theirs do, and lie as flat as in the default posture."""
    out: list[Link] = []
    for a, b in _LINKS:
        for s in "rl":
            start, end = (name.format(s=s, S=s.upper()) for name in (a, b))
            if {start, end} <= points.keys():
                out.append(Link(start, end, _unit(points[end] - points[start])))
    for s in "rl":
        start, end = f"joint/talus_{s}", f"joint/toes_{s}"
        if not {start, end} <= points.keys():
            continue
        out.append(Link(start, end, _unit((points[end] - points[start]) * _FLAT), along=_FLAT))
        for pair in _sole(s):
            level = model.station_positions(model.forward(model.default_q[None]), pair)[0]
            out.append(Link(*pair, _unit(level[1] - level[0]), counted=_HEIGHT))
    return tuple(out)


def _sole(side: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two pairs of points whose height differences tell that a foot stands flat: along it and across it."""
    letter = side.upper()
    return (f"sole/heel_{side}", f"sole/ball_{side}"), (f"landmark/{letter}MT1", f"landmark/{letter}MT5")


def _unit(v: Array) -> Array:
    return v / np.linalg.norm(v)
