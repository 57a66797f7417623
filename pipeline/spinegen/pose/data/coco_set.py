"""A COCO keypoint file read into arrays, and refused with the exact difference where it is not ours."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import skeleton
from ...errors import DatasetError


@dataclass(frozen=True)
class CocoSet:
    """N labelled people of one annotation file, in the file's order."""

    source: Path
    image_paths: tuple[Path, ...]
    """Picture of each person; pictures with several people come several times."""
    image_ids: NDArray[np.int64]
    annotation_ids: NDArray[np.int64]
    boxes_xywh_px: NDArray[np.float64]
    """(N, 4)."""
    keypoints_px: NDArray[np.float64]
    """(N, 37, 2)."""
    visibility: NDArray[np.int64]
    """(N, 37): 0 not labelled, 1 hidden, 2 seen."""
    areas_px: NDArray[np.float64]
    segmentations: tuple[dict[str, Any] | list[Any] | None, ...]
    people: tuple[str, ...]
    """Who is drawn, `unknown` where the file does not say."""
    views: tuple[str, ...]
    """From where: `front`, `back`, `left`, `right`, `above`, `below`, or `unknown` without 3D points."""

    def __len__(self) -> int:
        return len(self.image_paths)

    def subset(self, rows: NDArray[np.int64]) -> "CocoSet":
        """The people of some rows."""
        return CocoSet(
            source=self.source,
            image_paths=tuple(self.image_paths[i] for i in rows),
            image_ids=self.image_ids[rows],
            annotation_ids=self.annotation_ids[rows],
            boxes_xywh_px=self.boxes_xywh_px[rows],
            keypoints_px=self.keypoints_px[rows],
            visibility=self.visibility[rows],
            areas_px=self.areas_px[rows],
            segmentations=tuple(self.segmentations[i] for i in rows),
            people=tuple(self.people[i] for i in rows),
            views=tuple(self.views[i] for i in rows),
        )


def read_coco(annotations: Path, images: Path) -> CocoSet:
    """Read the labelled people of a COCO keypoint file; crowds and people without any keypoint are left out.

    Raises:
        DatasetError: unreadable, no COCO, other keypoints than the 37, a broken annotation, or nobody in it.
    """
    data = _load(annotations)
    _check_schema(data, annotations)
    names = {image["id"]: image["file_name"] for image in data["images"]}
    rows = [a for a in data["annotations"] if not a.get("iscrowd") and any(a.get("keypoints", ())[2::3])]
    if not rows:
        raise DatasetError(f"{annotations}: holds no person with keypoints: there is nothing to train on or to score")
    for row in rows:
        _check_row(row, names, annotations)
    triples = np.array([row["keypoints"] for row in rows], dtype=np.float64).reshape(-1, skeleton.COUNT, 3)
    boxes = np.array([row["bbox"] for row in rows], dtype=np.float64)
    areas = [row.get("area") or row["bbox"][2] * row["bbox"][3] * 0.53 for row in rows]
    return CocoSet(
        source=annotations,
        image_paths=tuple(images / names[row["image_id"]] for row in rows),
        image_ids=np.array([row["image_id"] for row in rows], dtype=np.int64),
        annotation_ids=np.array([row["id"] for row in rows], dtype=np.int64),
        boxes_xywh_px=boxes,
        keypoints_px=triples[..., :2],
        visibility=triples[..., 2].astype(np.int64),
        areas_px=np.array(areas, dtype=np.float64),
        segmentations=tuple(row.get("segmentation") for row in rows),
        people=tuple(str(row.get("person", "unknown")) for row in rows),
        views=tuple(_view(row.get("keypoints_3d")) for row in rows),
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError(f"{path}: annotation file cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise DatasetError(f"{path}: is not valid JSON: {error}") from error
    missing = [key for key in ("images", "annotations", "categories") if not isinstance(data, dict) or key not in data]
    if missing:
        raise DatasetError(f"{path}: is no COCO keypoint file: {', '.join(missing)} missing")
    return data


def _check_schema(data: dict[str, Any], path: Path) -> None:
    listed = [c.get("keypoints") for c in data["categories"] if c.get("name") == "person"]
    if not listed:
        raise DatasetError(f"{path}: has no category named person")
    names = listed[0]
    if names is None:
        lengths = {len(a.get("keypoints", ())) for a in data["annotations"]} - {0}
        if lengths - {3 * skeleton.COUNT}:
            raise DatasetError(
                f"{path}: annotations hold {sorted(n // 3 for n in lengths)} keypoints, needed are the {skeleton.COUNT} of SpineTrack"
            )
        return
    if tuple(names) == skeleton.NAMES:
        return
    missing = [name for name in skeleton.NAMES if name not in names]
    extra = [name for name in names if name not in skeleton.NAMES]
    difference = [f"missing {', '.join(missing)}"] if missing else []
    difference += [f"unknown {', '.join(extra)}"] if extra else []
    if not difference:
        moved = [
            f"{i} is {n}, must be {m}" for i, (n, m) in enumerate(zip(names, skeleton.NAMES, strict=True)) if n != m
        ]
        difference = [f"another order: {'; '.join(moved[:4])}{' ...' if len(moved) > 4 else ''}"]
    raise DatasetError(
        f"{path}: keypoints differ from the {skeleton.COUNT} of SpineTrack ({len(names)} found): {'; '.join(difference)}"
    )


def _check_row(row: dict[str, Any], names: dict[int, str], path: Path) -> None:
    where = f"{path}: annotation {row.get('id', '(without id)')}"
    if row.get("image_id") not in names:
        raise DatasetError(f"{where}: image_id {row.get('image_id')!r} is not among the images")
    if len(row["keypoints"]) != 3 * skeleton.COUNT:
        raise DatasetError(f"{where}: {len(row['keypoints'])} keypoint numbers, needed are {3 * skeleton.COUNT}")
    box = row.get("bbox")
    if not (isinstance(box, list) and len(box) == 4 and np.isfinite(box).all() and box[2] > 0 and box[3] > 0):
        raise DatasetError(f"{where}: bbox {box!r} must be [x, y, width, height] with a positive size")
    if not np.isfinite(np.asarray(row["keypoints"], dtype=np.float64)).all():
        raise DatasetError(f"{where}: keypoints hold numbers that are not finite")


def _view(points_3d: list[Any] | None) -> str:
    """Side of the trunk that the camera sees, from the 3D points in the camera frame (x right, y down, z forward)."""
    if points_3d is None:
        return "unknown"
    points = np.asarray(points_3d, dtype=np.float64).reshape(-1, 3)
    if len(points) != skeleton.COUNT or not np.isfinite(points).all():
        return "unknown"
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
