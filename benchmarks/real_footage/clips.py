"""What is measured: which pictures, which of their frames, and where people stand in them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen.errors import DatasetError
from spinegen.media.pictures import PictureError, read_rgb

BOXES = Path(__file__).with_name("boxes.csv")


@dataclass(frozen=True)
class Clip:
    """A video or a picture."""

    name: str
    file: str
    place_xywh_px: tuple[float, float, float, float] | None = None
    """Where the one person of a video moves; their box is found in it frame by frame. None: boxes stand in `boxes.csv`."""
    spaced: int = 1
    """How many frames, evenly spaced, are scored."""
    runs: tuple[tuple[int, int], ...] = ()
    """First frame and length of stretches of consecutive frames in which much stands still, for the flicker."""
    frames: int = 1

    @property
    def group(self) -> str:
        """The row of the tables that it belongs to."""
        return self.name if self.file.endswith(".avi") else "pictures"


CLIPS = (
    Clip("dancer", "dancer.avi", (100, 10, 318, 480), 160, ((16, 16), (536, 16), (1070, 16), (1120, 16)), 1571),
    Clip("pianist", "pianist.avi", (240, 50, 320, 430), 160, ((30, 16), (800, 16), (1400, 16), (2890, 16)), 2925),
    Clip("vtest", "vtest.avi"),
    Clip("messi", "messi5.jpg"),
    Clip("basketball 1", "basketball1.png"),
    Clip("basketball 2", "basketball2.png"),
    Clip("astronaut", "astronaut.png"),
    Clip("bus", "bus.jpg"),
    Clip("zidane", "zidane.jpg"),
)


@dataclass(frozen=True)
class Sight:
    """One person in one frame, before their box is known exactly."""

    clip: str
    frame: int
    box_xywh_px: NDArray[np.float64]
    """(4,)."""
    scored: bool
    run: int
    """Number of the run of consecutive frames that it belongs to; -1: none."""


def sights(clip: Clip) -> list[Sight]:
    """Everybody who is looked at in a clip, in the order of its frames."""
    if clip.place_xywh_px is None:
        boxes = _chosen_boxes()
        return [Sight(clip.name, frame, box, True, -1) for name, frame, box in boxes if name == clip.name]
    place = np.array(clip.place_xywh_px, dtype=np.float64)
    spaced = set(np.linspace(0, clip.frames - 1, clip.spaced).round().astype(int).tolist())
    run_of = {start + i: k for k, (start, length) in enumerate(clip.runs) for i in range(length)}
    return [Sight(clip.name, f, place, f in spaced, run_of.get(f, -1)) for f in sorted(spaced | set(run_of))]


def _chosen_boxes() -> list[tuple[str, int, NDArray[np.float64]]]:
    with BOXES.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    boxes = [(r["clip"], int(r["frame"]), np.array([float(r[k]) for k in ("x", "y", "w", "h")])) for r in rows]
    return sorted(boxes, key=lambda row: row[1])


def pictures(folder: Path, clip: Clip, frames: list[int]) -> Iterator[NDArray[np.uint8]]:
    """The asked frames in their (ascending, perhaps repeated) order, (H, W, 3) RGB.

    Raises:
        DatasetError: the file is missing, cannot be read, or ends before a frame.
    """
    path = folder / clip.file
    if not path.is_file():
        raise DatasetError(f"{path}: is missing; --fetch {folder} gets the footage")
    if path.suffix != ".avi":
        try:
            picture = read_rgb(path)
        except PictureError as error:
            raise DatasetError(str(error)) from error
        yield from (picture for _ in frames)
        return
    capture = cv2.VideoCapture(str(path))
    try:
        number, picture = -1, None
        for wanted in frames:
            while number < wanted:
                good, bgr = capture.read()
                if not good:
                    raise DatasetError(f"{path}: ends at frame {number}; frame {wanted} is needed")
                number += 1
                picture = bgr
            if picture is None:
                raise DatasetError(f"{path}: frames must ascend from 0, found {wanted}")
            yield np.ascontiguousarray(picture[..., ::-1], dtype=np.uint8)
    finally:
        capture.release()
