"""Where the people are in pictures that `predict` is given: the whole picture, or boxes from a file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DatasetError, UsageError
from ..media.sources import FoundFile
from ..records.coco_file import examine_data, require_faultless
from ..records.json_file import read_json

FORM = "must be a COCO file, or map picture names to lists of [x, y, width, height]"
BoxArray = NDArray[np.float64]
LEAST_PX = 2.0
"""Nobody is seen in a box of a shorter side."""


@dataclass(frozen=True)
class Boxes:
    """Boxes by picture name; without a table, the whole picture is one box."""

    by_name: dict[str, BoxArray] | None
    """By the path below the folder of the pictures, with forward slashes; of a video by its path and the frame's number."""
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Width and height of the pictures that the boxes were drawn on, where the file says them."""

    def key(self, found: FoundFile) -> str | None:
        """The entry that means a picture: its path below its folder, or a longer end of its whole path; None where there is none.

        `val/camA/1.jpg` in the file is `camA/1.jpg` below `.../val`, and never `camB/1.jpg`.
        """
        table = self.by_name or {}
        if found.name in table:
            return found.name
        parts = found.path.absolute().parts
        ends = ("/".join(parts[-n:]) for n in range(found.name.count("/") + 2, len(parts)))
        return next((end for end in ends if end in table), None)

    def of(self, found: FoundFile, width: int, height: int) -> BoxArray:
        """(N, 4) x, y, width, height in pixels of the people in a picture.

        Raises:
            DatasetError: a box that lies outside the picture.
        """
        return self._boxes(self.key(found), width, height)

    def of_frame(self, video: FoundFile, number: int, *, alone: bool, width: int, height: int) -> BoxArray:
        """The same of a video's frame, counted from 0: the entry `<video>/<number>`, or `<number>` where it is the only video."""
        key = f"{video.name}/{number}"
        return self._boxes(str(number) if alone and key not in (self.by_name or {}) else key, width, height)

    def size_of(self, found: FoundFile) -> tuple[int, int] | None:
        """Width and height of the picture that the boxes were drawn on, where that is known."""
        return self.sizes.get(self.key(found) or "")

    def _boxes(self, key: str | None, width: int, height: int) -> BoxArray:
        if self.by_name is None:
            # the crop pads the box; a box that fills the picture would only add a black frame
            return np.array([[0.1 * width, 0.1 * height, 0.8 * width, 0.8 * height]])
        boxes = self.by_name.get(key or "", np.zeros((0, 4)))
        inside = np.minimum(boxes[:, :2] + boxes[:, 2:], (width, height)) - np.maximum(boxes[:, :2], 0.0)
        outside = boxes[(inside <= 0).any(1)]
        if len(outside):
            found = ", ".join(f"{value:g}" for value in outside[0])
            raise DatasetError(f"box [{found}] of {key!r} lies outside its picture of {width}x{height} pixels")
        return boxes


def read_boxes(spec: str) -> Boxes:
    """`whole`, a COCO file, or a JSON mapping of picture path (or frame number of a video) to `[[x, y, width, height], ...]`.

    Of a COCO file, single people count: no crowds, no other categories.

    Raises:
        UsageError: no such file, or not of that form.
    """
    if spec == "whole":
        return Boxes(None)
    path = Path(spec).expanduser()
    if not path.is_file():
        raise UsageError(f"--boxes {spec}: is neither 'whole' nor a file")
    try:
        data = read_json(path, "boxes")
        if isinstance(data, dict) and "annotations" in data and "images" in data:
            return _of_coco(path, data)
    except DatasetError as error:
        raise UsageError(str(error)) from error
    if not isinstance(data, dict):
        raise UsageError(f"{path}: boxes {FORM}, found {type(data).__name__}")
    return Boxes({str(name).replace("\\", "/"): _array(path, str(name), rows) for name, rows in data.items()})


def _of_coco(path: Path, data: dict[str, Any]) -> Boxes:
    file = require_faultless(path, examine_data(path, data, spinetrack=False))
    rows: dict[str, list[tuple[float, ...]]] = {image.file_name: [] for image in file.images}
    for person in file.people:
        rows[file.image_of[person.image_id].file_name].append(person.bbox)
    sizes = {image.file_name: image.size_wh for image in file.images if image.size_wh is not None}
    return Boxes({name: _array(path, name, boxes) for name, boxes in rows.items()}, sizes)


def _array(path: Path, name: str, rows: Any) -> BoxArray:
    try:
        if any(isinstance(value, str | bool) for row in rows for value in row):
            raise TypeError
        array = np.array(rows, dtype=np.float64).reshape(-1, 4)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{path}: boxes of {name!r}: {FORM}") from error
    if len(array) and (array[:, 2:] > 0).all() and (array[:, 2:] < LEAST_PX).any():
        raise UsageError(
            f"{path}: boxes of {name!r}: found {array[:, 2:].min():g} pixels a side, at least {LEAST_PX:g} are needed; "
            "are these shares of the picture? Boxes are in pixels"
        )
    if not (np.isfinite(array).all() and (array[:, 2:] > 0).all() and (np.abs(array) < 1e6).all()):
        raise UsageError(f"{path}: boxes of {name!r}: width and height must be positive numbers of pixels")
    return array
