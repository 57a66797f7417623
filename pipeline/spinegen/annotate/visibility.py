"""Which keypoints the camera sees: one rule for every keypoint, from the instance mask and the depth map.

A keypoint lies inside the body, under its own tissue and clothes. Look at the pixels of a disc around it (its `radius_m`, at
least 1.5 px) and sort them by the surface seen there:

- it *shows* the keypoint: the person's own surface, at most `cover_m` nearer to the camera than the keypoint;
- it *hides* the keypoint: the person's own surface further in front (an arm before the trunk), or anything else in front;
- it says nothing: what is seen lies behind the keypoint (the disc is wider than the limb).

`hidden = hides / (hides + shows)`; v = 2 when `hidden` is at most 0.5, 1 when it is more, 0 outside the image or behind the
camera.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..geometry.camera import Camera
from ..geometry.rigid import Array
from ..skeleton import KEYPOINTS, VERTEBRAE

MIN_RADIUS_PX = 1.5
"""A disc is never smaller than this, so that it always holds several pixels."""
HALF_GRID = 8
"""Discs are read on a grid of at most (2 * HALF_GRID + 1)^2 pixels: every pixel up to 8 px of radius, spread evenly beyond."""
MAX_HIDDEN_OF_VISIBLE = 0.5

_EXTENTS_M: dict[str, tuple[float, float]] = {
    # Surface points: cover is the hair, shoe or brow that may lie over them.
    "nose": (0.012, 0.025),
    "eye": (0.012, 0.025),
    "ear": (0.020, 0.040),
    "head": (0.035, 0.050),
    "toe": (0.020, 0.045),
    "heel": (0.025, 0.055),
    # Joint centres: half the girth of the segment there, loose clothes included.
    "shoulder": (0.040, 0.090),
    "elbow": (0.030, 0.065),
    "wrist": (0.022, 0.050),
    "hip": (0.055, 0.150),
    "knee": (0.040, 0.085),
    "ankle": (0.028, 0.060),
    "clavicle": (0.025, 0.060),
    "latissimus": (0.045, 0.150),
    # Vertebral bodies: from the centroid to the skin of the front or the flank.
    "sacral": (0.045, 0.200),
    "lumbar": (0.045, 0.170),
    "thoracic": (0.045, 0.180),
    "cervical": (0.030, 0.130),
}
"""(radius_m, cover_m) of an adult. Radius: a third to a half of the segment's half-width, so that the disc stays on the
segment. Cover: the deepest tissue that may lie between point and skin in any direction of sight, plus 1-2 cm of clothes: half
the girth of the limbs; for the trunk about two thirds of its depth or half of its breadth (chest depth 0.24 m, breadth
0.31 m, waist depth 0.22 m, hip breadth 0.35 m, neck breadth 0.12 m, neck to chin 0.11 m: about the median man of ANSUR II). A
forearm laid on the chest adds 7 cm and so counts as hiding. Sizes are fixed, not scaled with the person: the flags can then be
recomputed from what is stored beside a frame."""


def _kind(keypoint_id: int) -> str:
    keypoint = KEYPOINTS[keypoint_id]
    if keypoint.vertebra:
        return _level(keypoint.vertebra)
    return keypoint.name.split("_")[-1]


def _level(vertebra: str) -> str:
    if vertebra in ("C7", "T1"):
        return "thoracic" if vertebra == "T1" else "cervical"
    return {"S": "sacral", "L": "lumbar", "T": "thoracic", "C": "cervical"}[vertebra[0]]


KEYPOINT_RADIUS_M: Array = np.array([_EXTENTS_M[_kind(k.id)][0] for k in KEYPOINTS])
"""`(37,)` radius of each keypoint's disc, metres."""
KEYPOINT_COVER_M: Array = np.array([_EXTENTS_M[_kind(k.id)][1] for k in KEYPOINTS])
"""`(37,)` how far a keypoint's own surface may lie in front of it, metres."""
VERTEBRA_RADIUS_M: Array = np.array([_EXTENTS_M[_level(v)][0] for v in VERTEBRAE])
"""`(25,)` the same for every vertebra, caudal to cranial; posterior points lie deeper from the front, see `POSTERIOR_COVER_M`."""
POSTERIOR_COVER_M: Array = np.array([_EXTENTS_M[_level(v)][1] + 0.05 for v in VERTEBRAE])
"""`(25,)` cover of the posterior points: they lie about 5 cm behind the centroids."""


@dataclass(frozen=True)
class Visibility:
    """Flags and hidden shares of N points of one person in one picture."""

    flags: NDArray[np.int64]
    """`(N,)` 0 outside the image, 1 inside but hidden, 2 seen (COCO's v)."""
    hidden: Array
    """`(N,)` share hidden, 0..1; 1 where the flag is 0."""


def visibility(
    points_px: ArrayLike,
    depth_m: ArrayLike,
    radius_m: ArrayLike,
    cover_m: ArrayLike,
    focal_px: float,
    mask: NDArray[np.uint8],
    instance: int,
    depth_map_m: NDArray[np.floating],
) -> Visibility:
    """Judge N points of one person.

    Args:
        points_px: `(N, 2)` projected points; NaN where a point lies behind the camera.
        depth_m: `(N,)` planar depth of the points.
        radius_m: `(N,)` radius of each point's disc.
        cover_m: `(N,)` how far the point's own surface may lie in front of it.
        focal_px: focal length that turns radii into pixels.
        mask: `(H, W)` instance ids; 0 is background.
        instance: id of this person in the mask.
        depth_map_m: `(H, W)` planar depth of the surface seen; non-finite or <= 0 where there is none.
    """
    points, depth = np.asarray(points_px, dtype=np.float64), np.asarray(depth_m, dtype=np.float64)
    height, width = mask.shape
    inside = _inside(points, depth, width, height)
    centre = np.where(inside[:, None], points, 0.0)
    near = np.where(inside, depth, 1.0)
    radius_px = np.maximum(np.asarray(radius_m) * focal_px / near, MIN_RADIUS_PX)

    columns, rows, within = _disc_pixels(centre, radius_px)
    within &= (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    flat = np.where(within, rows * width + columns, 0)
    own = mask.reshape(-1)[flat] == instance
    surface = np.asarray(depth_map_m).reshape(-1)[flat].astype(np.float64)
    surface = np.where(np.isfinite(surface) & (surface > 0), surface, np.inf)

    in_front_by = near[:, None] - surface
    reach = np.asarray(cover_m, dtype=np.float64)[:, None]
    # A surface point may lie a little before its own skin (rounding of mesh and pixel): allow its radius.
    slack = np.asarray(radius_m, dtype=np.float64)[:, None]
    shows = (within & own & (in_front_by <= reach) & (in_front_by >= -slack)).sum(1)
    hides = (within & np.where(own, in_front_by > reach, in_front_by > 0)).sum(1)
    hidden = np.where(inside, hides / np.maximum(hides + shows, 1), 1.0)
    flags = np.where(inside, np.where(hidden <= MAX_HIDDEN_OF_VISIBLE, 2, 1), 0)
    return Visibility(flags.astype(np.int64), hidden)


def person_visibility(
    camera: Camera,
    keypoints_ground_m: ArrayLike,
    posterior_ground_m: ArrayLike,
    mask: NDArray[np.uint8],
    instance: int,
    depth_map_m: NDArray[np.floating],
) -> tuple[Visibility, Visibility]:
    """Both sites of one person at once: the 37 keypoints (centroid site) and the 25 posterior points.

    Args:
        keypoints_ground_m: `(37, 3)` in the order of `skeleton.NAMES`.
        posterior_ground_m: `(25, 3)` in the order of `skeleton.VERTEBRAE`.
    """
    points = np.concatenate([np.asarray(keypoints_ground_m), np.asarray(posterior_ground_m)])
    pixels, depth = camera.project(points)
    both = visibility(
        pixels,
        depth,
        np.concatenate([KEYPOINT_RADIUS_M, VERTEBRA_RADIUS_M]),
        np.concatenate([KEYPOINT_COVER_M, POSTERIOR_COVER_M]),
        float(camera.intrinsics[0, 0]),
        mask,
        instance,
        depth_map_m,
    )
    count = len(KEYPOINTS)
    return (
        Visibility(both.flags[:count], both.hidden[:count]),
        Visibility(both.flags[count:], both.hidden[count:]),
    )


def _inside(points: Array, depth: Array, width: int, height: int) -> NDArray[np.bool_]:
    """Points whose nearest pixel belongs to the image; pixel centres are whole numbers."""
    x, y = points[:, 0], points[:, 1]
    with np.errstate(invalid="ignore"):
        return (depth > 0) & (x >= -0.5) & (x < width - 0.5) & (y >= -0.5) & (y < height - 0.5)


def _disc_pixels(centre_px: Array, radius_px: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Columns, rows and membership `(N, G)` of the pixels read for each disc."""
    step = np.maximum(radius_px / HALF_GRID, 1.0)[:, None]
    ticks = np.arange(-HALF_GRID, HALF_GRID + 1, dtype=np.float64)
    dx, dy = (grid.reshape(1, -1) for grid in np.meshgrid(ticks, ticks))
    nearest = np.rint(centre_px)
    columns = np.rint(nearest[:, :1] + dx * step)
    rows = np.rint(nearest[:, 1:] + dy * step)
    within = np.hypot(columns - centre_px[:, :1], rows - centre_px[:, 1:]) <= radius_px[:, None]
    return columns.astype(np.int64), rows.astype(np.int64), within
