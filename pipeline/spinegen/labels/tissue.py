"""How much of a person's own body may lie between a keypoint and the camera: the table behind the visibility rule.

Every keypoint has a *radius* (the disc that is looked at: a third to a half of the segment's half-width, so that it stays on
the segment) and a *cover* (the thickest own tissue, hair, shoe and clothes that may lie in front of it). Limbs have one cover
for all directions: half their girth. The trunk is wide at the sides and thin at the back, so there the cover depends on where
the camera stands: a rounded rectangle (superellipse of exponent 3) around the vertebra with its own front, back and side, over the
cosine of the camera's elevation above the vertebra's plane.

Sizes are of the median man of ANSUR II (chest depth 0.25 m, breadth 0.29 m; waist depth 0.23 m, breadth 0.33 m; hip breadth
0.35 m; neck breadth 0.12 m) with the vertebral bodies a good third of the depth from the back, plus 2-3 cm for clothes and build; they were compared with the depth
of the surface seen in rendered frames, where a gap of 5-10 cm parts own tissue from arms that cross. An arm adds 7-9 cm and so
hides. They are fixed, not scaled with the person, so that flags can be recomputed from what is stored beside a frame.
"""

import numpy as np
from numpy.typing import NDArray

from ..geometry.types import Array
from ..skeleton import COUNT, KEYPOINTS, VERTEBRAE
from .spine import SPINE_IDS, SPINE_LEVELS

EXPONENT = 3.0
MAX_SLANT = 1.75
"""Largest factor by which a slanted line of sight lengthens the cover: beyond, head and shoulders are what is seen."""
POSTERIOR_SHIFT_M = 0.045
"""How far the posterior points lie behind the centroids."""

_LIMBS_M: dict[str, tuple[float, float]] = {
    # Surface points: hair, brow, shoe.
    "nose": (0.012, 0.025),
    "eye": (0.012, 0.025),
    "ear": (0.020, 0.040),
    "head": (0.035, 0.095),
    "toe": (0.020, 0.045),
    "heel": (0.025, 0.055),
    # Joint centres: half the girth, sleeves and trousers.
    "shoulder": (0.040, 0.120),
    "elbow": (0.030, 0.070),
    "wrist": (0.022, 0.055),
    "hip": (0.055, 0.175),
    "knee": (0.040, 0.125),
    "ankle": (0.028, 0.072),
}
"""(radius, cover)."""

_TRUNK_M: dict[str, tuple[float, float, float, float]] = {
    "sacrum": (0.045, 0.185, 0.120, 0.200),
    "lumbar": (0.045, 0.185, 0.120, 0.195),
    "chest": (0.045, 0.185, 0.105, 0.190),
    "shoulder girdle": (0.040, 0.130, 0.100, 0.170),
    "lower neck": (0.030, 0.110, 0.095, 0.110),
    "neck": (0.028, 0.115, 0.095, 0.100),
    "skull base": (0.030, 0.140, 0.110, 0.105),
    "latissimus": (0.040, 0.155, 0.110, 0.130),
    "clavicle": (0.025, 0.110, 0.060, 0.100),
}
"""(radius, front, back, side). The clavicles lie before the spine: from behind, the trunk hides them."""

_REGION_OF_LEVEL: dict[str, str] = {
    "S1": "sacrum",
    **{f"L{i}": "lumbar" for i in range(1, 6)},
    **{f"T{i}": "chest" for i in range(6, 13)},
    **{f"T{i}": "shoulder girdle" for i in range(1, 6)},
    **dict.fromkeys(("C7", "C6"), "lower neck"),
    **dict.fromkeys(("C5", "C4", "C3"), "neck"),
    **dict.fromkeys(("C2", "C1"), "skull base"),
}


def _trunk_row(keypoint: int) -> tuple[float, float, float, float] | None:
    vertebra = KEYPOINTS[keypoint].vertebra
    if vertebra:
        return _TRUNK_M[_REGION_OF_LEVEL[vertebra]]
    return _TRUNK_M.get(KEYPOINTS[keypoint].name.split("_")[-1])


def _limb_row(keypoint: int) -> tuple[float, float]:
    return _LIMBS_M[KEYPOINTS[keypoint].name.split("_")[-1]]


_ROWS = [_trunk_row(i) for i in range(COUNT)]
KEYPOINT_RADIUS_M: Array = np.array([row[0] if row else _limb_row(i)[0] for i, row in enumerate(_ROWS)])
"""`(37,)` radius of each keypoint's disc, metres."""
KEYPOINT_COVER_M: Array = np.array([row[1:] if row else (_limb_row(i)[1],) * 3 for i, row in enumerate(_ROWS)])
"""`(37, 3)` cover to the front, the back and the sides, metres; the same three times for limbs."""
VERTEBRA_RADIUS_M: Array = np.array([_TRUNK_M[_REGION_OF_LEVEL[v]][0] for v in VERTEBRAE])
"""`(25,)` radius of each posterior point's disc."""
POSTERIOR_COVER_M: Array = np.array([_TRUNK_M[_REGION_OF_LEVEL[v]][1:] for v in VERTEBRAE]) + np.array(
    [POSTERIOR_SHIFT_M, -POSTERIOR_SHIFT_M, 0.0]
)
"""`(25, 3)` the same around the posterior points, which lie nearer to the skin of the back."""

_IS_TRUNK: NDArray[np.bool_] = np.array([row is not None for row in _ROWS])
_LEVEL_OF: NDArray[np.int64] = np.array(
    [VERTEBRAE.index(k.vertebra) if k.vertebra else VERTEBRAE.index("T3") for k in KEYPOINTS]
)
"""Whose axes each trunk keypoint uses."""
_SLANTED = np.where(_IS_TRUNK, MAX_SLANT, 1.0)


def covers_m(keypoints_ground_m: Array, posterior_ground_m: Array, camera_ground_m: Array) -> tuple[Array, Array]:
    """Covers of the 37 keypoints and of the 25 posterior points in the direction of the camera, metres.

    Args:
        keypoints_ground_m: `(37, 3)`, centroid site.
        posterior_ground_m: `(25, 3)`.
        camera_ground_m: `(3,)` the optical centre.
    """
    axes = vertebra_axes(keypoints_ground_m, posterior_ground_m)
    keypoints = _cover(KEYPOINT_COVER_M, axes[_LEVEL_OF], camera_ground_m - keypoints_ground_m, _SLANTED)
    posterior = _cover(POSTERIOR_COVER_M, axes, camera_ground_m - posterior_ground_m, MAX_SLANT)
    return np.where(_IS_TRUNK, keypoints, KEYPOINT_COVER_M[:, 0]), posterior


def vertebra_axes(keypoints_ground_m: Array, posterior_ground_m: Array) -> Array:
    """Forward, up and right `(25, 3, 3)` of every level (rows), from points alone.

    Up follows the posterior points; forward points from them to the centroids, which are known at nine levels and turned
    evenly between these.
    """
    up: Array = np.gradient(posterior_ground_m, axis=0)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    order = np.argsort(SPINE_LEVELS)
    known = (keypoints_ground_m[SPINE_IDS] - posterior_ground_m[SPINE_LEVELS])[order]
    levels = np.arange(len(VERTEBRAE))
    forward: Array = np.stack([np.interp(levels, SPINE_LEVELS[order], known[:, axis]) for axis in range(3)], axis=1)
    forward -= (forward * up).sum(1, keepdims=True) * up
    forward /= np.maximum(np.linalg.norm(forward, axis=1, keepdims=True), 1e-9)
    return np.stack([forward, up, np.cross(forward, up)], axis=1)


def _cover(extents_m: Array, axes: Array, towards: Array, slant: Array | float) -> Array:
    """Length `(N,)` of the line of sight inside the body; `extents_m` `(N, 3)` to front, back and sides."""
    sight = np.einsum("nij,nj->ni", axes, towards)
    sight /= np.maximum(np.linalg.norm(sight, axis=1, keepdims=True), 1e-9)
    # Straight along the spine there is no side: take the front.
    sight[:, 0] = np.where(np.hypot(sight[:, 0], sight[:, 2]) < 1e-6, 1e-6, sight[:, 0])
    level = np.hypot(sight[:, 0], sight[:, 2])
    depth = np.where(sight[:, 0] > 0, extents_m[:, 0], extents_m[:, 1])
    ahead, across = np.abs(sight[:, 0]) / level / depth, np.abs(sight[:, 2]) / level / extents_m[:, 2]
    flat = (ahead**EXPONENT + across**EXPONENT) ** (-1.0 / EXPONENT)
    return flat * np.minimum(1.0 / level, slant)
