"""Skeletons drawn over pictures with OpenCV: for contact sheets and films."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import DatasetError
from ..geometry.types import Array
from ..media.pictures import PictureError, read_rgb
from ..skeleton import LINKS, NAMES, SPINE_CHAIN
from .sidecar import Frame

Picture = NDArray[np.uint8]
"""`(H, W, 3)` BGR."""

SPINE_BGR, LEFT_BGR, RIGHT_BGR, MIDDLE_BGR = (63, 210, 255), (255, 168, 74), (82, 90, 255), (245, 245, 245)
_SUBPIXEL_BITS = 4
_SPINE_LINKS = tuple(pairwise(SPINE_CHAIN))


def draw_skeleton(picture: Picture, points_px: Array, visibility: NDArray[np.int64], height_px: float) -> None:
    """Draw one person's keypoints into a picture; hidden ones are hollow, the spine is yellow.

    Args:
        points_px: `(37, 2)` in the picture's pixels.
        visibility: `(37,)` COCO's v; those with 0 are left out.
        height_px: the person's height in the picture, from which line widths follow.
    """
    width = int(np.clip(height_px / 170, 1, 4))
    at = np.rint(np.nan_to_num(points_px) * 2**_SUBPIXEL_BITS).astype(int)
    spine = {frozenset(link) for link in _SPINE_LINKS}
    for a, b in (*(link for link in LINKS if frozenset(link) not in spine), *_SPINE_LINKS):
        if visibility[a] and visibility[b]:
            on_spine = frozenset((a, b)) in spine
            color = SPINE_BGR if on_spine else MIDDLE_BGR
            ends = tuple(map(int, at[a])), tuple(map(int, at[b]))
            cv2.line(picture, *ends, color, width + int(on_spine), cv2.LINE_AA, _SUBPIXEL_BITS)
    radius = int(np.clip(height_px / 120, 1.5, 5) * 2**_SUBPIXEL_BITS)
    for i, v in enumerate(visibility):
        if v:
            color = _color(i)
            centre = tuple(map(int, at[i]))
            filled = cv2.FILLED if v == 2 else max(1, width // 2)
            cv2.circle(picture, centre, radius, color, filled, cv2.LINE_AA, _SUBPIXEL_BITS)


def write_text(picture: Picture, text: str, at: tuple[int, int], *, scale: float = 0.42, shade: int = 40) -> None:
    """Small grey text; `at` is the left end of its base line."""
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (shade, shade, shade), 1, cv2.LINE_AA)


def fit_into(picture: Picture, width: int, height: int) -> tuple[Picture, float, Array]:
    """The picture scaled into a cell; also the scale and the offset `(2,)` that take its pixels to the cell's."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1))
    smaller = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    cell = np.full((height, width, 3), 255, dtype=np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    cell[top : top + size[1], left : left + size[0]] = smaller
    # Pixel centres are whole numbers: half a pixel of the one is not half a pixel of the other.
    offset = np.array([left, top], dtype=np.float64) + 0.5 * scale - 0.5
    return cell, scale, offset


def _color(keypoint: int) -> tuple[int, int, int]:
    if keypoint in SPINE_CHAIN:
        return SPINE_BGR
    if NAMES[keypoint].startswith("left"):
        return LEFT_BGR
    return RIGHT_BGR if NAMES[keypoint].startswith("right") else MIDDLE_BGR


def skeletons_over(frame: Frame, width: int, height: int) -> Picture:
    """The frame's picture in a cell of this size, with everybody's skeleton.

    Raises:
        DatasetError: the picture cannot be read.
    """
    try:
        picture = read_rgb(frame.image, (frame.width, frame.height), "stored")[..., ::-1]
    except PictureError as error:
        raise DatasetError(str(error)) from error
    cell, scale, offset = fit_into(np.ascontiguousarray(picture), width, height)
    for label in frame.people:
        pixels, _ = frame.camera.project(label.keypoints_ground_m)
        inside = label.visibility > 0
        tall = float(np.ptp(pixels[inside, 1])) * scale if inside.any() else 0.0
        draw_skeleton(cell, pixels * scale + offset, label.visibility, tall)
    return cell
