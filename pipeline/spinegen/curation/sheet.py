"""A sheet of the pictures that the network is most and least sure of, with what it said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files import write_bytes
from ..pose.drawing import draw_pose
from .looks import Look

SHOWN = 8
"""Pictures of each kind."""
CELL_WH = (300, 300)
HEAD = 34


@dataclass(frozen=True)
class Row:
    """Pictures of one kind."""

    title: str
    looks: tuple[Look, ...]


def sheet_rows(looks: Sequence[Look]) -> tuple[Row, Row]:
    """The least sure ones and the surest ones, each kind from the left."""
    ranked = sorted(looks, key=lambda look: -look.unsure)
    half = min(SHOWN, (len(ranked) + 1) // 2)
    return (
        Row("least sure", tuple(ranked[:half])),
        Row("most sure", tuple(ranked[::-1][: min(half, len(ranked) - half)])),
    )


def write_sheet(path: Path, rows: Sequence[Row], cells: Mapping[int, NDArray[np.uint8]]) -> None:
    """Write the sheet.

    Args:
        cells: by `id` of the look; looks without a cell are left out.
    """
    drawn = [(row.title, [cells[id(look)] for look in row.looks if id(look) in cells]) for row in rows]
    blocks = [_row(title, some) for title, some in drawn if some]
    if blocks:
        encoded = cv2.imencode(".jpg", np.vstack(blocks)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
        write_bytes(path, encoded.tobytes())


def sheet_cell(look: Look, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The people of a picture (H, W, 3) RGB with what was said of them."""
    boxes = look.answer.boxes_xywh_px
    low = np.maximum(boxes[:, :2].min(axis=0) - 0.15 * boxes[:, 2:].max(axis=0), 0).astype(int)
    high = (boxes[:, :2] + boxes[:, 2:]).max(axis=0) + 0.15 * boxes[:, 2:].max(axis=0)
    crop = image[low[1] : int(high[1]) + 1, low[0] : int(high[0]) + 1]
    scale = min(CELL_WH[0] / crop.shape[1], CELL_WH[1] / crop.shape[0])
    size = (max(round(crop.shape[1] * scale), 1), max(round(crop.shape[0] * scale), 1))
    small = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    drawn = draw_pose(small, (look.answer.keypoints_px - low) * scale, look.answer.scores)
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
