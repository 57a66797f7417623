"""Skinning weights over the model's bodies: the trunk's re-spread along the 24 vertebrae, the limbs' taken from the rig."""

from functools import lru_cache

import numpy as np

from ...geometry.types import Array, Floats
from ..body import bones
from ..body.body_data import BodyData, load_body_data
from ..body.throat import mouth_lining, throat_share
from .spine_site import SpineSite

TRUNK = ("root", "pelvis", "spine", "neck", "breast")
LIMBS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("clavicle", ("clavicle",)),
    ("scapula", ("shoulder01",)),
    ("humerus", ("upperarm",)),
    ("ulna", ("lowerarm01",)),
    ("radius", ("lowerarm02",)),
    ("hand", ("wrist", "metacarpal", "finger")),
    ("femur", ("upperleg",)),
    ("tibia", ("lowerleg",)),
    ("calcn", ("foot",)),
    ("toes", ("toe",)),
)
"""Body -> rig bones (each with its side) whose weight it takes; every other rig bone belongs to the skull."""
RIB_SLOPE = 0.45
"""How far ribs fall towards the front, as height per depth: a point on the chest moves with a vertebra higher than itself."""
NECK_SLOPE = -0.35
SPREAD = 1.5
"""Half width of the blend along the spine, in vertebrae, of a point near the spine."""
SPREAD_PER_M = 9.0
"""Widening of the blend with distance in front of the spine, vertebrae a metre."""


def bone_weights(data: BodyData, vertices_m: Floats, spine: SpineSite) -> Floats:
    """Weights `(V, bones)` of all base-mesh vertices, rows summing to 1 (0 for joint cubes)."""
    fixed, share = _of_the_rig()
    out = fixed.copy()
    rows = np.flatnonzero(share > 0)
    spread = spine_shares(vertices_m[rows].astype(np.float64), spine)
    out[np.ix_(rows, np.arange(len(bones.SPINE)))] += (share[rows, None] * spread).astype(np.float32)
    _hang_throat(out, vertices_m, spine)
    _split_ankle(out)
    return out


@lru_cache(maxsize=1)
def _of_the_rig() -> tuple[Floats, Floats]:
    """What limbs and skull take from the rig `(V, bones)`, and the trunk's share `(V,)`: the same for every body."""
    data = load_body_data()
    out = np.zeros((len(data.rig_weights), len(bones.BONES)), np.float32)
    used = np.zeros(len(data.rig_bones), bool)
    for side in "rl":
        for body, prefixes in LIMBS:
            own = [i for i, b in enumerate(data.rig_bones) if b.startswith(prefixes) and b.endswith(f".{side.upper()}")]
            used[own] = True
            out[:, bones.INDEX[f"{body}_{side}"]] = data.rig_weights[:, own].sum(1)
    trunk = np.array([b.startswith(TRUNK) for b in data.rig_bones]) & ~used
    head = ~(used | trunk)
    out[:, bones.INDEX["skull"]] += data.rig_weights[:, head].sum(1)
    return out, data.rig_weights[:, trunk].sum(1)


def spine_shares(points_m: Array, spine: SpineSite) -> Array:
    """Shares `(N, pelvis + 24 + skull)` of points of the trunk and neck, smooth along the spine."""
    centre = spine.centroid_m
    ahead = points_m[:, 0] - np.interp(points_m[:, 1], centre[:, 1], centre[:, 0])
    return _shares(spine_level(points_m, spine), SPREAD + SPREAD_PER_M * np.clip(ahead, 0.0, 0.2))


def _shares(level: Floats, width: Floats) -> Array:
    """Shares `(N, pelvis + 24 + skull)` around a level `(N,)`, blended over `width (N,)` vertebrae on both sides."""
    distance = np.abs(np.arange(-6, 32)[None, :] - level[:, None]) / width[:, None]
    kernel = np.where(distance < 1.0, (1.0 - distance**2) ** 2, 0.0)
    shares = np.concatenate(
        [kernel[:, :7].sum(1, keepdims=True), kernel[:, 7:31], kernel[:, 31:].sum(1, keepdims=True)], axis=1
    )
    return shares / shares.sum(1, keepdims=True)


def spine_level(points_m: Array, spine: SpineSite) -> Floats:
    """Which vertebra a point moves with `(N,)`: 0 S1 .. 24 C1, fractions between, beyond the ends extended."""
    x, y = spine.centroid_m[:, 0], spine.centroid_m[:, 1]
    ahead = np.maximum(points_m[:, 0] - np.interp(points_m[:, 1], y, x), 0.0)
    slope = np.interp(points_m[:, 1], [y[4], y[9], y[16], y[19], y[24]], [0.0, RIB_SLOPE, RIB_SLOPE, 0.0, NECK_SLOPE])
    height = points_m[:, 1] + slope * ahead
    index = np.arange(25.0)
    step_low, step_high = (y[2] - y[0]) / 2.0, (y[24] - y[22]) / 2.0
    grid = np.concatenate([[y[0] - 8 * step_low], y, [y[24] + 8 * step_high]])
    return np.interp(height, grid, np.concatenate([[-8.0], index, [32.0]])).clip(-3.0, 28.0)


def _hang_throat(weights: Floats, vertices_m: Floats, spine: SpineSite) -> None:
    """Let the back of the mouth's lining, which the rig fixes to the head, move with the vertebrae behind it, as a throat does."""
    lining = mouth_lining()
    points = vertices_m[lining].astype(np.float64)
    share = throat_share(points)[:, None]
    level = np.interp(points[:, 1], spine.centroid_m[:, 1], np.arange(25.0))
    hung = np.zeros((len(lining), weights.shape[1]))
    hung[:, : len(bones.SPINE)] = _shares(level, np.full(len(lining), SPREAD))
    weights[lining] = (1.0 - share) * weights[lining] + share * hung


def _split_ankle(weights: Floats) -> None:
    """Give the talus the blend between shank and foot, where both have a hold."""
    for side in "rl":
        tibia, calcn, talus = (weights[:, bones.INDEX[f"{n}_{side}"]] for n in ("tibia", "calcn", "talus"))
        shared = np.minimum(tibia, calcn)
        talus += shared
        tibia -= 0.5 * shared
        calcn -= 0.5 * shared
