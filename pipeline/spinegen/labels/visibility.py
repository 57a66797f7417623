"""Which keypoints the camera sees: one rule for every keypoint, from the instance mask and the depth map.

A keypoint lies inside the body, under its own tissue and clothes. Look at the pixels of a disc around it (its radius, at
least 1.5 px) and sort them by the surface seen there:

- it *shows* the keypoint: the person's own surface, at most the keypoint's cover nearer to the camera (see `tissue.py`);
- it *hides* the keypoint: the person's own surface further in front (an arm before the trunk), or anything else in front;
- it says nothing: what is seen lies behind the keypoint (the disc is wider than the limb).

`hidden = hides / (hides + shows)`; v = 2 when `hidden` is at most 0.5, 1 when it is more, 0 outside the image or behind the
camera.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..geometry.camera import Camera
from ..geometry.types import Array
from ..skeleton import COUNT
from .tissue import KEYPOINT_RADIUS_M, VERTEBRA_RADIUS_M, covers_m

MIN_RADIUS_PX = 1.5
"""A disc is never smaller than this, so that it always holds several pixels."""
HALF_GRID = 8
"""Discs are read on a grid of at most (2 * HALF_GRID + 1)^2 pixels: every pixel up to 8 px of radius, spread evenly beyond."""
MAX_HIDDEN_OF_VISIBLE = 0.5


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
    *,
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
    *,
    instance: int,
    depth_map_m: NDArray[np.floating],
) -> tuple[Visibility, Visibility]:
    """Both sites of one person at once: the 37 keypoints (centroid site) and the 25 posterior points.

    Args:
        keypoints_ground_m: `(37, 3)` in the order of `skeleton.NAMES`.
        posterior_ground_m: `(25, 3)` in the order of `skeleton.VERTEBRAE`.
    """
    keypoints = np.asarray(keypoints_ground_m, dtype=np.float64)
    posterior = np.asarray(posterior_ground_m, dtype=np.float64)
    pixels, depth = camera.project(np.concatenate([keypoints, posterior]))
    both = visibility(
        pixels,
        depth,
        np.concatenate([KEYPOINT_RADIUS_M, VERTEBRA_RADIUS_M]),
        np.concatenate(covers_m(keypoints, posterior, camera.position_ground_m)),
        focal_px=float(camera.intrinsics[0, 0]),
        mask=mask,
        instance=instance,
        depth_map_m=depth_map_m,
    )
    return Visibility(both.flags[:COUNT], both.hidden[:COUNT]), Visibility(both.flags[COUNT:], both.hidden[COUNT:])


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
