"""Which triangles a camera can see at all, found from the depth of one sample a pixel before surfaces are laid down in several.

A software renderer pays for every triangle that it samples several times a pixel, whether something hides it or not. What lies behind the
depths around it is left out (a pyramid of furthest depths, as in Greene, Kass & Miller, "Hierarchical Z-buffer visibility", 1993), and so
is what faces away, lies beside the picture or between the places where a pixel is sampled.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry.camera import PlacedCamera
from ..content.mesh import Drawable
from .frame_block import NEAR_M, projection_matrix, view_matrix

BEHIND_M, BEHIND_SHARE = 0.001, 1e-4
"""By how much a triangle lies further off than what hides it, at least: that, and that share of the depth."""
SNAPPED_PX = 1.0 / 256.0
"""How exactly renderers place the corners of triangles."""

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Pyramid(NamedTuple):
    """The furthest depth around every pixel and in squares of 2, 4, 8 ... of them, all levels in one array."""

    furthest_m: Float32
    first: Int32
    """Of each level, where it begins."""
    columns: Int32
    last_column: Int32
    last_row: Int32


def pyramid(depth_m: Float32) -> Pyramid:
    """Of planar depths `(H, W)` in metres, 0 where nothing is; a pixel stands for its neighbours as well."""
    level = np.where(depth_m < NEAR_M / 2, np.float32(np.inf), depth_m)
    level = np.asarray(cv2.dilate(level, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE), np.float32)
    levels = [level]
    while max(level.shape) > 1:
        rows, columns = level.shape
        if rows % 2 or columns % 2:
            level = np.pad(level, ((0, rows % 2), (0, columns % 2)), mode="edge")
        level = np.maximum(level[::2], level[1::2])
        levels.append(np.maximum(level[:, ::2], level[:, 1::2]))
        level = levels[-1]
    sizes = np.array([level.size for level in levels])
    rows, columns = np.array([level.shape for level in levels], np.int32).T
    first = (np.cumsum(sizes) - sizes).astype(np.int32)
    return Pyramid(np.concatenate([level.ravel() for level in levels]), first, columns, columns - 1, rows - 1)


class View:
    """A camera, and what it has been found to see at one sample a pixel."""

    def __init__(self, camera: PlacedCamera, depth_m: Float32, samples: int) -> None:
        """`depth_m (H, W)`: planar depths, 0 where nothing is. `samples`: places of a pixel that will be sampled."""
        self._size = np.array([camera.width, camera.height], np.float32)
        self._projection = projection_matrix(camera) @ view_matrix(camera)
        self._axis = view_matrix(camera)[2]
        self._samples = samples
        self._pyramid = pyramid(depth_m)

    def visible(self, drawable: Drawable) -> Int32:
        """Numbers of the triangles of a drawable's mesh that may be seen, in their order."""
        mesh = drawable.mesh
        x, y, away, before = self._placed(mesh.vertices_m, drawable.transform_world_mesh)
        a, b, c = mesh.corners
        in_front = before.take(a).astype(np.int8) + before.take(b) + before.take(c)
        whole = in_front == 3
        ax, bx, cx = x.take(a), x.take(b), x.take(c)
        ay, by, cy = y.take(a), y.take(b), y.take(c)
        left, right = np.minimum(np.minimum(ax, bx), cx), np.maximum(np.maximum(ax, bx), cx)
        top, bottom = np.minimum(np.minimum(ay, by), cy), np.maximum(np.maximum(ay, by), cy)
        width, height = self._size
        seen = (right > 0) & (bottom > 0) & (left < width) & (top < height)
        if not mesh.two_sided.all():
            # Rows count downwards, so that what faces the camera runs clockwise.
            bx -= ax
            by -= ay
            cx -= ax
            cy -= ay
            seen &= (bx * cy < by * cx) | mesh.two_sided
        if self._samples == 4:
            seen &= _holds_a_line(left, right) & _holds_a_line(top, bottom)
        seen = np.where(whole, seen, in_front > 0)
        found = np.flatnonzero(seen)
        nearest = np.minimum(np.minimum(away.take(a[found]), away.take(b[found])), away.take(c[found]))
        furthest = self._furthest(left[found], right[found], top[found], bottom[found])
        hidden = nearest * np.float32(1.0 - BEHIND_SHARE) - np.float32(BEHIND_M) > furthest
        return found[~hidden | ~whole[found]].astype(np.int32)

    def _placed(self, vertices_m: Float32, transform: NDArray[np.float64]) -> tuple[Float32, Float32, Float32, Flags]:
        """Of vertices `(V, 3)`: columns and rows in pixels, planar depths in metres, and which lie before the camera."""
        matrix = np.concatenate([(self._projection @ transform)[[0, 1, 3]], (self._axis @ transform)[None]])
        rows = matrix[:, :3].astype(np.float32) @ vertices_m.T + matrix[:, 3:].astype(np.float32)
        before = rows[3] > np.float32(NEAR_M)
        scale = np.float32(0.5) / np.where(before, rows[2], np.float32(1.0))
        x = (rows[0] * scale + np.float32(0.5)) * self._size[0]
        y = (np.float32(0.5) - rows[1] * scale) * self._size[1]
        return x, y, rows[3], before

    def _furthest(self, left: Float32, right: Float32, top: Float32, bottom: Float32) -> Float32:
        """The furthest depth in boxes of pixels."""
        tree = self._pyramid
        width, height = self._size - 1
        x0, x1 = (np.clip(side, 0, width).astype(np.int32) for side in (left, right))
        y0, y1 = (np.clip(side, 0, height).astype(np.int32) for side in (top, bottom))
        # A box no wider than a square of a level touches two of them at most.
        _, level = np.frexp(np.maximum(x1 - x0, y1 - y0).astype(np.float32))
        level = np.minimum(level, len(tree.first) - 1)
        x0 >>= level
        x1 >>= level
        y0 >>= level
        y1 >>= level
        first, columns = tree.first.take(level), tree.columns.take(level)
        upper, lower = first + y0 * columns, first + y1 * columns
        depth = tree.furthest_m
        return np.maximum(
            np.maximum(depth.take(upper + x0), depth.take(upper + x1)),
            np.maximum(depth.take(lower + x0), depth.take(lower + x1)),
        )


def _holds_a_line(low: Float32, high: Float32) -> Flags:
    """Whether a range of pixels holds one of the lines on which four samples a pixel lie: one in the middle of each quarter."""
    first = np.ceil(4 * (low - np.float32(SNAPPED_PX)) - np.float32(0.5))
    return first <= 4 * (high + np.float32(SNAPPED_PX)) - np.float32(0.5)
