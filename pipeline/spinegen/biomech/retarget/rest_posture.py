"""Which joint angles a person to be drawn has in the rest pose: the arms of an A-pose, the spread of the legs."""

import numpy as np

from ...geometry.types import Array
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
_STEPS = 30


def rest_posture(model: SpineModel, points: dict[str, Array]) -> Array:
    """Angles `(Q,)` at which the model's limbs point where the person's do and its feet are flat; all else is zero.

    Args:
        model: a model of about the person's proportions.
        points: `joint/<body>` of the person in the rest pose, ground axes, and landmarks of the hands; limbs that are not there stay at zero.
    """
    q = np.zeros(len(model.coordinate_names))
    columns = [i for i, name in enumerate(model.coordinate_names) if name[:-2] in _PRIOR]
    prior = np.array([_PRIOR[model.coordinate_names[i][:-2]] for i in columns])
    both = [(a.format(s=s, S=s.upper()), b.format(s=s, S=s.upper())) for a, b in _LINKS for s in "rl"]
    links = [link for link in both if set(link) <= points.keys()]
    feet = [s for s in "rl" if {f"joint/talus_{s}", f"joint/toes_{s}"} <= points.keys()]
    names = [n for link in links for n in link]
    names += [n for s in feet for n in (f"joint/talus_{s}", f"joint/toes_{s}", *_sole(s))]
    if not names:
        return q
    level = model.station_positions(model.forward(model.default_q[None]), [n for s in feet for n in _sole(s)])[0]
    wanted = [_unit(points[b] - points[a]) for a, b in links]
    headings = [_unit((points[f"joint/toes_{s}"] - points[f"joint/talus_{s}"]) * [1.0, 0.0, 1.0]) for s in feet]
    for _ in range(_STEPS):
        x, jacobian = (a[0] for a in model.station_jacobian(q[None], names))
        residuals, rows = [prior * q[columns]], [np.diag(prior)]
        for i, target in enumerate(wanted):
            value, slope = _direction(x[2 * i + 1] - x[2 * i], jacobian[2 * i + 1] - jacobian[2 * i])
            residuals.append(value - target)
            rows.append(slope[:, columns])
        for i, target in enumerate(headings):
            at = 2 * len(links) + 6 * i
            flat = np.array([1.0, 0.0, 1.0])
            value, slope = _direction((x[at + 1] - x[at]) * flat, (jacobian[at + 1] - jacobian[at]) * flat[:, None])
            residuals.append(value - target)
            rows.append(slope[:, columns])
            for k in (2, 4):
                flat_slope = _unit(level[4 * i + k - 1] - level[4 * i + k - 2])[1]
                value, slope = _direction(x[at + k + 1] - x[at + k], jacobian[at + k + 1] - jacobian[at + k])
                residuals.append(value[1:2] - flat_slope)
                rows.append(slope[1:2, columns])
        step = np.linalg.lstsq(np.concatenate(rows), -np.concatenate(residuals), rcond=None)[0]
        q[columns] += np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-10:
            break
    return q


def _sole(side: str) -> tuple[str, str, str, str]:
    """Two pairs of points whose height differences tell that a foot stands flat: along it and across it."""
    letter = side.upper()
    return f"sole/heel_{side}", f"sole/ball_{side}", f"landmark/{letter}MT1", f"landmark/{letter}MT5"


def _unit(v: Array) -> Array:
    return v / np.linalg.norm(v)


def _direction(v: Array, slope: Array) -> tuple[Array, Array]:
    """The unit vector along `v (3,)` and its derivatives, from those of `v (3, Q)`."""
    length = np.linalg.norm(v)
    unit = v / length
    return unit, (slope - np.outer(unit, unit @ slope)) / length
