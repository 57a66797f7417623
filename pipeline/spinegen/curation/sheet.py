"""A sheet of the pictures that the network is most and least sure of, with what it said."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import SpinegenError
from ..files import write_bytes
from ..pose.drawing import draw_pose
from .looks import Look, read_pixels

SHOWN = 8
"""Pictures of each kind."""
CELL_WH = (300, 300)
HEAD = 34


def write_sheet(path: Path, looks: Sequence[Look]) -> None:
    """Draw the most unsure ones (upper half) and the surest ones, each kind from the left.

    Pictures that can no longer be read are left out.
    """
    ranked = sorted(looks, key=lambda look: -look.unsure)
    half = min(SHOWN, (len(ranked) + 1) // 2)
    kinds = (("least sure", ranked[:half]), ("most sure", ranked[::-1][: min(half, len(ranked) - half)]))
    pixels = _pixels([look for _, some in kinds for look in some])
    rows: list[NDArray[np.uint8]] = []
    for title, some in kinds:
        cells = [_cell(look, pixels[id(look)]) for look in some if id(look) in pixels]
        if cells:
            rows.append(_row(title, cells))
    if rows:
        encoded = cv2.imencode(".jpg", np.vstack(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
        write_bytes(path, encoded.tobytes())


def _pixels(looks: list[Look]) -> dict[int, NDArray[np.uint8]]:
    found: dict[int, NDArray[np.uint8]] = {}
    for path in dict.fromkeys(look.file.path for look in looks):
        own = [look for look in looks if look.file.path == path]
        try:
            by_frame = dict(read_pixels(own[0].file, {look.frame for look in own}))
        except SpinegenError:
            continue
        found |= {id(look): by_frame[look.frame] for look in own if look.frame in by_frame}
    return found


def _cell(look: Look, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    boxes = look.answer.boxes_xywh_px
    low = np.maximum(boxes[:, :2].min(axis=0) - 0.15 * boxes[:, 2:].max(axis=0), 0).astype(int)
    high = (boxes[:, :2] + boxes[:, 2:]).max(axis=0) + 0.15 * boxes[:, 2:].max(axis=0)
    crop = image[low[1] : int(high[1]) + 1, low[0] : int(high[0]) + 1]
    scale = min(CELL_WH[0] / crop.shape[1], CELL_WH[1] / crop.shape[0])
    size = (max(round(crop.shape[1] * scale), 1), max(round(crop.shape[0] * scale), 1))
    small = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    drawn = draw_pose(small, (look.answer.keypoints_px - low) * scale, look.answer.scores, threshold=0.0)
    cell = np.full((CELL_WH[1] + HEAD, CELL_WH[0] + 4, 3), 255, np.uint8)
    cell[HEAD : HEAD + size[1], : size[0]] = drawn
    said = look.answer
    text = f"{look.unsure:.2f} (crops {said.disagreement.mean():.2f}, spine {said.spine.mean():.2f})"
    for line, words in enumerate((look.name[-40:], text)):
        shown = words.encode("ascii", "replace").decode()
        cv2.putText(cell, shown, (2, 13 + 14 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (40, 40, 40), 1, cv2.LINE_AA)
    return cell


def _row(title: str, cells: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    per_line = SHOWN // 2
    blank = np.full_like(cells[0], 255)
    lines = [cells[i : i + per_line] for i in range(0, len(cells), per_line)]
    block = np.vstack([np.hstack([*line, *[blank] * (per_line - len(line))]) for line in lines])
    head = np.full((HEAD, block.shape[1], 3), 255, np.uint8)
    cv2.putText(head, title, (2, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.75, (0, 0, 0), 2, cv2.LINE_AA)
    return np.vstack([head, block])
