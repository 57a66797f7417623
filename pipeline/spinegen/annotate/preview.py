"""A quick look: a contact sheet of frames with skeletons."""

from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from ..errors import DatasetError
from ..files import remove_leftovers, write_bytes
from ..progress import Reporter, warn_of
from ..workspace import Workspace
from .draw import Picture, skeletons_over, write_text
from .sidecar import Frame, read_frame, sidecar_paths

CELL, TEXT, GAP = 300, 20, 8
COLUMNS = 6


def write_preview(workspace: Workspace, count: int, reporter: Reporter) -> Path:
    """Draw `count` frames, chosen evenly, into `preview.png` of the workspace.

    Returns:
        The picture's path.

    Raises:
        DatasetError: there are no frames, or none can be read.
    """
    remove_leftovers(workspace.root)
    total = sum(1 for _ in sidecar_paths(workspace.frames))
    if not total:
        raise DatasetError(
            f"{workspace.frames}: no rendered frames; draw some with: spinegen render --scenes yoga.yaml"
        )
    wanted = set(np.unique(np.linspace(0, total - 1, min(count, total)).astype(int)).tolist())
    cells: list[Picture] = []
    damaged: list[str] = []
    with reporter.task("preview", len(wanted), "frames") as task:
        for number, path in enumerate(sidecar_paths(workspace.frames)):
            if number not in wanted:
                continue
            task.advance()
            try:
                cells.append(_cell(read_frame(path)))
            except DatasetError as error:
                damaged.append(f"left out: {error}")
    warn_of(reporter, damaged, "frames are left out")
    if not cells:
        raise DatasetError(f"{workspace.frames}: no frame can be read; see: spinegen check {workspace.root}")
    target = workspace.root / "preview.png"
    write_bytes(target, cv2.imencode(".png", _sheet(cells))[1].tobytes())
    return target


def _cell(frame: Frame) -> Picture:
    cell = np.full((CELL + TEXT, CELL, 3), 255, dtype=np.uint8)
    cell[:CELL] = skeletons_over(frame, CELL, CELL)
    write_text(cell, f"{frame.shot}  {frame.activity}  {frame.clip}  {frame.split}", (2, CELL + 14))
    return cell


def _sheet(cells: list[Picture]) -> Picture:
    columns = min(COLUMNS, len(cells))
    rows = -(-len(cells) // columns)
    height, width = cells[0].shape[:2]
    sheet = np.full((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3), 255, dtype=np.uint8)
    for row in range(rows):
        for column, cell in enumerate(islice(cells, row * columns, (row + 1) * columns)):
            top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
            sheet[top : top + height, left : left + width] = cell
    return sheet
