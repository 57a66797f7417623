"""The labelled people of a COCO keypoint file as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ... import skeleton
from ...errors import DatasetError
from ...media.pictures import Exif, read_rgb
from ...records.coco import Rle
from ...records.coco_file import read_coco_file
from ..convention import Convention

AREA_OF_BOX = 0.53
"""Of a person's box that the person fills, where a file gives no area (MMPose takes the same)."""


@dataclass(frozen=True)
class CocoSet:
    """N labelled people of one annotation file, in the file's order."""

    source: Path
    image_paths: tuple[Path, ...]
    """Picture of each person; pictures with several people come several times."""
    image_sizes: tuple[tuple[int, int] | None, ...]
    """Width and height that the file says, where it does."""
    exif: Exif
    """Whether pictures are turned as EXIF says."""
    image_numbers: NDArray[np.int64]
    """Counted from 0 in the file's order; its ids may be anything."""
    boxes_xywh_px: NDArray[np.float64]
    """(N, 4)."""
    keypoints_px: NDArray[np.float64]
    """(N, 37, 2)."""
    visibility: NDArray[np.int64]
    """(N, 37): 0 not labelled, 1 hidden, 2 seen."""
    areas_px: NDArray[np.float64]
    masks: tuple[Rle | None, ...]
    people: tuple[str, ...]
    """Who is drawn, `unknown` where the file does not say."""
    views: tuple[str, ...]
    """From where: `front`, `back`, `left`, `right`, `above`, `below`, or `unknown` without 3D points."""
    left_out: tuple[str, ...] = ()
    """Annotations that are no single person, in words: `2 crowds`."""
    convention: Convention = field(default_factory=Convention)

    def __len__(self) -> int:
        return len(self.image_paths)

    def rows_of_pictures(self) -> list[list[int]]:
        """The people of each picture, in the file's order."""
        rows: dict[Path, list[int]] = {}
        for row, path in enumerate(self.image_paths):
            rows.setdefault(path, []).append(row)
        return list(rows.values())

    def picture(self, row: int) -> NDArray[np.uint8]:
        """A person's picture (H, W, 3) RGB as the labels mean it.

        Raises:
            PictureError: missing, damaged, of another size than labelled, or it is not clear whether it is to be turned.
        """
        return read_rgb(self.image_paths[row], self.image_sizes[row], self.exif)

    def subset(self, rows: NDArray[np.int64]) -> "CocoSet":
        """The people of some rows."""
        return CocoSet(
            source=self.source,
            image_paths=tuple(self.image_paths[i] for i in rows),
            image_sizes=tuple(self.image_sizes[i] for i in rows),
            exif=self.exif,
            image_numbers=self.image_numbers[rows],
            boxes_xywh_px=self.boxes_xywh_px[rows],
            keypoints_px=self.keypoints_px[rows],
            visibility=self.visibility[rows],
            areas_px=self.areas_px[rows],
            masks=tuple(self.masks[i] for i in rows),
            people=tuple(self.people[i] for i in rows),
            views=tuple(self.views[i] for i in rows),
            left_out=self.left_out,
            convention=self.convention,
        )


def read_coco(annotations: Path, images: Path, exif: Exif = "as-labelled") -> CocoSet:
    """Read the labelled people of a COCO keypoint file; crowds, other categories and people without any keypoint are left out.

    Raises:
        DatasetError: unreadable, no COCO, other keypoints than the 37, a broken element, or nobody in it.
    """
    file = read_coco_file(annotations)
    rows = [person for person in file.people if person.labelled]
    if not rows:
        raise DatasetError(f"{annotations}: holds no person with keypoints: there is nothing to train on or to score")
    unlabelled = len(file.people) - len(rows)
    left_out = file.left_out() | ({"people without keypoints": unlabelled} if unlabelled else {})
    triples = np.array([row.keypoints for row in rows], dtype=np.float64).reshape(-1, skeleton.COUNT, 3)
    numbers = {image.id: number for number, image in enumerate(file.images)}
    return CocoSet(
        source=annotations,
        image_paths=tuple(images / file.image_of[row.image_id].file_name for row in rows),
        image_sizes=tuple(file.image_of[row.image_id].size_wh for row in rows),
        exif=exif,
        image_numbers=np.array([numbers[row.image_id] for row in rows], dtype=np.int64),
        boxes_xywh_px=np.array([row.bbox for row in rows], dtype=np.float64),
        keypoints_px=triples[..., :2],
        visibility=triples[..., 2].astype(np.int64),
        areas_px=np.array([row.area or row.bbox[2] * row.bbox[3] * AREA_OF_BOX for row in rows], dtype=np.float64),
        masks=tuple(row.segmentation if isinstance(row.segmentation, Rle) else None for row in rows),
        people=tuple(row.person or "unknown" for row in rows),
        views=tuple(_view(row.keypoints_3d) for row in rows),
        left_out=tuple(f"{count} {name}" for name, count in left_out.items()),
        convention=Convention.of(file.info),
    )


def _view(points_3d: Sequence[Sequence[float]] | None) -> str:
    """Side of the trunk that the camera sees, from the 3D points in the camera frame (x right, y down, z forward)."""
    if points_3d is None:
        return "unknown"
    points = np.array(points_3d, dtype=np.float64)
    index = skeleton.INDEX
    up = points[index["neck"]] - points[index["hip"]]
    left = (
        points[index["left_shoulder"]]
        + points[index["left_hip"]]
        - points[index["right_shoulder"]]
        - points[index["right_hip"]]
    )
    up /= np.linalg.norm(up) + 1e-9
    left -= up * (up @ left)
    left /= np.linalg.norm(left) + 1e-9
    front = np.cross(left, up)
    towards = -(points[index["hip"]] + points[index["neck"]]) / 2
    towards /= np.linalg.norm(towards) + 1e-9
    shares = {"front": front @ towards, "left": left @ towards, "above": up @ towards}
    axis = max(shares, key=lambda name: abs(shares[name]))
    opposite = {"front": "back", "left": "right", "above": "below"}
    return axis if shares[axis] > 0 else opposite[axis]
