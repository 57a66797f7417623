"""A person's spinal shape on their model: every level of the spine stands off by so much, whatever the motion adds.

The offsets are constants in the couplers of the levels, so that poses, points, and intervertebral angles hold them alike. The
pelvis tilts and the neck gives way such that the upper back stays over the sacrum and the head looks where it looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ...geometry.types import Array
from ...skeleton import VERTEBRAE
from ..model.curvature import between_deg
from ..model.definition import Coupler
from ..model.functions import Polynomial
from ..model.spine_model import SpineModel

APICAL_ROTATION_SHARE = 0.35
"""Rotation of the apical vertebra, degrees a degree of Cobb angle; its front turns to the convex side."""
_CHAIN = (*VERTEBRAE, "C0")
_LEVELS = tuple(f"{above}_{below}" for below, above in pairwise(_CHAIN))
_LORDOSIS_SHARES = {"L5_S1": 0.22, "L4_L5": 0.24, "L3_L4": 0.2, "L2_L3": 0.15, "L1_L2": 0.11, "T12_L1": 0.08}
"""How a larger or smaller lordosis is spread: about as the whole is in 627 adults (PMC6680033)."""
_TRUNK = _LEVELS.index("C7_T1") + 1
"""Levels that decide where the upper back stands."""
_HALF_CURVE = 4
"""Levels from the apex of a curve to its ends."""


@dataclass(frozen=True)
class SideBend:
    """A curve to the side."""

    cobb_deg: float
    apex: str
    """Name of the vertebra."""
    to_right: bool
    """Convex to the right."""


@dataclass(frozen=True)
class Posture:
    """What of a standing spine is known; None: as the model has it."""

    kyphosis_deg: float | None = None
    """T1 against T12."""
    lordosis_deg: float | None = None
    """T12 against the endplate of the sacrum."""
    forward_head_deg: float = 0.0
    curves: Sequence[SideBend] = ()


@dataclass(frozen=True, eq=False)
class Shaped:
    """A model with a posture of its own."""

    model: SpineModel
    offsets_rad: dict[str, float]
    """What a motion's coordinates are to be changed by on this model: the tilt of the pelvis, and the hips that make up for it."""


def own_curves_deg(model: SpineModel) -> tuple[float, float]:
    """Kyphosis T1-T12 and lordosis T12-S1 of a model with all coordinates of the spine at zero."""
    rotation, _ = model.vertebra_frames(model.forward(np.zeros((1, len(model.coordinate_names)))))
    return float(-between_deg(rotation, "T12", "T1")[0]), float(between_deg(rotation, "S1", "T12")[0])


def shaped(model: SpineModel, posture: Posture) -> Shaped:
    """The model standing as the posture says, and what else of its coordinates changes with it."""
    flexion, bending, rotation = np.zeros((3, len(_LEVELS)))
    kyphosis, lordosis = own_curves_deg(model)
    if posture.lordosis_deg is not None:
        for level, share in _LORDOSIS_SHARES.items():
            flexion[_LEVELS.index(level)] -= share * (posture.lordosis_deg - lordosis)
    if posture.kyphosis_deg is not None:
        chest = slice(_LEVELS.index("T11_T12"), _LEVELS.index("T1_T2") + 1)
        weight = 0.5 + np.sin(np.linspace(0.0, np.pi, chest.stop - chest.start))
        flexion[chest] += weight / weight.sum() * (posture.kyphosis_deg - kyphosis)
    tilt = _pelvis_forward_deg(flexion)
    flexion += _neck(-(flexion.sum() + tilt), posture.forward_head_deg)
    for curve in posture.curves:
        _bend_aside(curve, bending, rotation)
    if posture.curves:
        neck = slice(_LEVELS.index("C7_T1"), _LEVELS.index("C1_C2"))
        bending[neck] -= _head_aside_deg(_offset(model, _named(flexion, bending, rotation))) / (neck.stop - neck.start)
    lean = float(np.radians(tilt))
    changed = {"pelvis_tilt": -lean, "hip_flexion_r": lean, "hip_flexion_l": lean}
    return Shaped(_offset(model, _named(flexion, bending, rotation)), changed)


def _named(flexion: Array, bending: Array, rotation: Array) -> dict[str, float]:
    """Offsets of the level coordinates, rad."""
    return {
        f"{level}_{motion}": float(np.radians(values[i]))
        for motion, values in (("flexion", flexion), ("bending", bending), ("rotation", rotation))
        for i, level in enumerate(_LEVELS)
    }


def _head_aside_deg(model: SpineModel) -> float:
    """How far the head leans to the right with all coordinates at zero: turned vertebrae bend the spine aside, too."""
    up = model.forward(np.zeros((1, len(model.coordinate_names)))).rotation_ground_body[
        0, model.body_index["skull"], :, 1
    ]
    return float(np.degrees(np.arctan2(up[2], up[1])))


def _pelvis_forward_deg(flexion: Array) -> float:
    """How far the pelvis tilts forward so that the vertebrae L5 to C7 lean as far as before on average."""
    return float(-np.cumsum(flexion)[:_TRUNK].mean())


def _neck(needed_deg: float, forward_deg: float) -> Array:
    """Flexion of the levels of the neck that sums to `needed_deg`; the lower ones forward and the upper ones back, or reverse."""
    out = np.zeros(len(_LEVELS))
    first, upper = _LEVELS.index("C7_T1"), _LEVELS.index("C1_C2")
    lower = slice(first, upper)
    out[lower] += (0.8 * needed_deg + forward_deg) / (upper - first)
    out[upper:] += (0.2 * needed_deg - forward_deg) / (len(_LEVELS) - upper)
    return out


def _bend_aside(curve: SideBend, bending: Array, rotation: Array) -> None:
    """Add a curve: between its ends the vertebrae tilt by the Cobb angle, which is made up for below and above such that the
    vertebrae L5 to C7 lean to neither side on average."""
    apex = _CHAIN.index(curve.apex)
    low, high = max(apex - _HALF_CURVE, 1), min(apex + _HALF_CURVE, _CHAIN.index("T1"))
    side = -1.0 if curve.to_right else 1.0
    inside = slice(low, high)
    weight = np.sin(np.pi * (np.arange(low, high) - low + 0.5) / (high - low))
    bent, below, above = np.zeros((3, len(_LEVELS)))
    bent[inside] = weight / weight.sum()
    below[:low] = -1.0 / low
    end = min(high + _HALF_CURVE + 1, _CHAIN.index("C4"))
    above[high:end] = -1.0 / (end - high)
    lean, lean_below, lean_above = (float(np.cumsum(part)[:_TRUNK].mean()) for part in (bent, below, above))
    share = float(np.clip((lean + lean_above) / (lean_above - lean_below), 0.25, 0.75))
    bending += side * curve.cobb_deg * (bent + share * below + (1.0 - share) * above)
    turn = side * APICAL_ROTATION_SHARE * curve.cobb_deg
    rotation[low:apex] += turn / (apex - low)
    rotation[apex:high] -= turn / (high - apex)


def _offset(model: SpineModel, offsets_rad: dict[str, float]) -> SpineModel:
    """The model with a constant added to the coordinates that couplers drive."""
    couplers = tuple(_with_constant(c, offsets_rad.get(c.dependent, 0.0)) for c in model.definition.couplers)
    return SpineModel(replace(model.definition, couplers=couplers))


def _with_constant(coupler: Coupler, constant: float) -> Coupler:
    if constant == 0.0:
        return coupler
    function = coupler.function
    assert isinstance(function, Polynomial)
    first, *others = function.coefficients
    return replace(coupler, function=Polynomial((first + constant, *others)))
