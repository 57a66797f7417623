"""Where the people are in pictures that `predict` is given: the whole picture, or boxes from a file."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError


@dataclass(frozen=True)
class Boxes:
    """Boxes by picture name; without a table, the whole picture is one box."""

    by_name: dict[str, NDArray[np.float64]] | None

    def of(self, name: str, width: int, height: int) -> NDArray[np.float64]:
        """(N, 4) x, y, width, height in pixels."""
        if self.by_name is None:
            # the crop pads the box; a box that fills the picture would only add a black frame
            return np.array([[0.1 * width, 0.1 * height, 0.8 * width, 0.8 * height]])
        return self.by_name.get(name, np.zeros((0, 4)))


def read_boxes(spec: str) -> Boxes:
    """`whole`, a COCO file, or a JSON mapping of picture name (or frame number of a video) to `[[x, y, width, height], ...]`.

    Raises:
        UsageError: no such file, or not of that form.
    """
    if spec == "whole":
        return Boxes(None)
    path = Path(spec)
    if not path.is_file():
        raise UsageError(f"--boxes {spec}: is neither 'whole' nor a file")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: boxes cannot be read: {error}") from error
    form = "must be a COCO file, or map picture names to lists of [x, y, width, height]"
    if not isinstance(data, dict):
        raise UsageError(f"{path}: {form}")
    if "annotations" in data and "images" in data:
        names = {image["id"]: image["file_name"] for image in data["images"]}
        table: dict[str, list[list[float]]] = {}
        for annotation in data["annotations"]:
            table.setdefault(Path(names.get(annotation.get("image_id"), "")).name, []).append(annotation.get("bbox"))
        data = table
    boxes: dict[str, NDArray[np.float64]] = {}
    for name, rows in data.items():
        try:
            array = np.array(rows, dtype=np.float64).reshape(-1, 4)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{path}: boxes of {name!r}: {form}") from error
        if not (np.isfinite(array).all() and (array[:, 2:] > 0).all()):
            raise UsageError(f"{path}: boxes of {name!r}: width and height must be positive numbers")
        boxes[str(name)] = array
    return Boxes(boxes)
