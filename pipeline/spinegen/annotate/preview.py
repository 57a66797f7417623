"""A quick look: a contact sheet of frames with skeletons, and the film of one clip beside its moving spine."""

from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from ..errors import DatasetError
from ..files import write_bytes
from ..media.pictures import PictureError, read_rgb
from ..progress import Reporter
from ..workspace import Workspace
from .draw import Picture, draw_skeleton, fit_into, write_text
from .sidecar import Frame, read_frame, sidecar_paths
from .video import write_video

__all__ = ["write_preview", "write_video"]

CELL, TEXT, GAP = 300, 20, 8
COLUMNS = 6


def write_preview(workspace: Workspace, count: int, reporter: Reporter) -> Path:
    """Draw `count` frames, chosen evenly, into `preview.png` of the workspace.

    Returns:
        The picture's path.

    Raises:
        DatasetError: there are no frames, or none can be read.
    """
    total = sum(1 for _ in sidecar_paths(workspace.frames))
    if not total:
        raise DatasetError(
            f"{workspace.frames}: no rendered frames; draw some with: spinegen render --scenes yoga.yaml"
        )
    wanted = set(np.unique(np.linspace(0, total - 1, min(count, total)).astype(int)).tolist())
    cells = []
    with reporter.task("preview", len(wanted), "frames") as task:
        for number, path in enumerate(sidecar_paths(workspace.frames)):
            if number not in wanted:
                continue
            task.advance()
            try:
                cells.append(_cell(read_frame(path)))
            except DatasetError as error:
                reporter.warn(f"left out: {error}")
    if not cells:
        raise DatasetError(f"{workspace.frames}: no frame can be read; see: spinegen check {workspace.root}")
    target = workspace.root / "preview.png"
    write_bytes(target, cv2.imencode(".png", _sheet(cells))[1].tobytes())
    return target


def skeletons_over(frame: Frame) -> Picture:
    """The frame's picture with everybody's skeleton.

    Raises:
        DatasetError: the picture cannot be read.
    """
    return _drawn(frame, frame.width, frame.height)


def _drawn(frame: Frame, width: int, height: int) -> Picture:
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


def _cell(frame: Frame) -> Picture:
    cell = np.full((CELL + TEXT, CELL, 3), 255, dtype=np.uint8)
    cell[:CELL] = _drawn(frame, CELL, CELL)
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
