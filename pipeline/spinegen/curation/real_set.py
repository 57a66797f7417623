"""The COCO set that corrected pictures are merged into: SpineTrack's layout, entries of other origin left as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import skeleton
from ..errors import DatasetError
from ..files import atomic_path, write_json
from ..pose.data.coco_set import AREA_OF_BOX
from ..records.coco_file import examine_data, require_faultless
from ..records.json_file import read_json
from ..records.label_files import LabelledPerson, PictureLabels
from ..version import __version__
from .checks import xyv
from .moves import moved_px

PEOPLE_PER_IMAGE = 100
"""Annotation ids are `image id * 100 + person`."""
CATEGORY: dict[str, Any] = {
    "supercategory": "person",
    "id": 1,
    "name": "person",
    "keypoints": list(skeleton.NAMES),
    "skeleton": [[a + 1, b + 1] for a, b in skeleton.LINKS],
}


@dataclass
class RealSet:
    """`annotations/person_keypoints_<name>.json` and `images/<name>/` of a folder, open for changes."""

    root: Path
    name: str
    data: dict[str, Any]

    @property
    def annotations(self) -> Path:
        return annotations_file(self.root, self.name)

    @property
    def images(self) -> Path:
        return self.root / "images" / self.name

    def take(self, labels: PictureLabels, picture: Path, networks: dict[int, str]) -> bool:
        """Add a picture and its people, or put them in place of what the set has of it.

        Args:
            networks: hash of the network that pre-labelled, by round.

        Returns:
            Whether anything changed.
        """
        images, annotations = self.data["images"], self.data["annotations"]
        known = next((image for image in images if image["file_name"] == labels.picture), None)
        number = known["id"] if known else 1 + max((int(image["id"]) for image in images), default=0)
        entry = {**(known or {}), **image_entry(labels, number)}
        network = networks.get(labels.round, "")
        people = [annotation_entry(labels, person, number, network) for person in labels.kept]
        before = [item for item in annotations if item["image_id"] == number]
        target = self.images / labels.picture
        if known == entry and before == people and target.is_file():
            return False
        place_picture(picture, target)
        if known is None:
            images.append(entry)
        else:
            images[images.index(known)] = entry
        self.data["annotations"] = [item for item in annotations if item["image_id"] != number] + people
        return True

    def agree(self, convention: Mapping[str, str], whose: str) -> None:
        """Say where the points lie: corrected ones lie where the network had put them first.

        Raises:
            DatasetError: the set says otherwise.
        """
        info = self.data.setdefault("info", {})
        for name, value in convention.items():
            if info.setdefault(name, value) != value:
                raise DatasetError(
                    f"{self.annotations}: field info.{name}: found {info[name]!r}, but the points of {whose} are {value!r}: "
                    "merge into another set (--name, --into)"
                )

    def write(self) -> None:
        """Check all of it and write it whole or not at all.

        Raises:
            DatasetError: with faults (of entries that others made).
        """
        require_faultless(self.annotations, examine_data(self.annotations, self.data))
        self.annotations.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.annotations, self.data, indent=None)


def annotations_file(root: Path, name: str) -> Path:
    """Where a set's annotations lie."""
    return root / "annotations" / f"person_keypoints_{name}.json"


def open_real_set(root: Path, name: str) -> RealSet:
    """A set that is there, or an empty one.

    Raises:
        DatasetError: the file there is no SpineTrack set without fault, or its ids are no whole numbers.
    """
    path = annotations_file(root, name)
    if not path.exists():
        about = {"description": f"People of a user's own pictures, labelled by hand ({name})", "version": __version__}
        info = {
            **about,
            "contributor": f"spinegen {__version__}",
            "pixel_origin": "the centre of the top-left pixel is (0, 0)",
        }
        return RealSet(root, name, {"info": info, "images": [], "annotations": [], "categories": [CATEGORY]})
    data = read_json(path, "annotation file")
    require_faultless(path, examine_data(path, data))
    for kind in ("images", "annotations"):
        odd = [item["id"] for item in data[kind] if not isinstance(item["id"], int)]
        if odd:
            raise DatasetError(
                f"{path}: field {kind}.id: found {odd[0]!r}, allowed are whole numbers where a set is merged into"
            )
    return RealSet(root, name, data)


def image_entry(labels: PictureLabels, number: int) -> dict[str, Any]:
    """One element of `images`."""
    film = {} if labels.frame is None else {"frame": labels.frame, "time_s": labels.time_s}
    size = {"width": labels.width, "height": labels.height}
    return {"id": number, **size, "file_name": labels.picture, "source": labels.source, **film}


def annotation_entry(labels: PictureLabels, person: LabelledPerson, image: int, network_sha256: str) -> dict[str, Any]:
    """One element of `annotations`; `label` says who corrected it, when, and how far each point was moved."""
    points = xyv(person.keypoints)
    points[points[:, 2] == 0] = 0
    x, y, width, height = person_box(labels, person)
    moved = [None if np.isnan(d) else round(float(d), 2) for d in moved_px(person)]
    last = labels.edits[-1] if labels.edits else None
    return {
        "id": image * PEOPLE_PER_IMAGE + person.person,
        "image_id": image,
        "category_id": 1,
        "bbox": [x, y, width, height],
        "area": round(AREA_OF_BOX * width * height, 2),
        "iscrowd": 0,
        "num_keypoints": int((points[:, 2] > 0).sum()),
        "keypoints": [value for row in points.tolist() for value in (row[0], row[1], int(row[2]))],
        "label": {
            "by": last.by if last else None,
            "at": last.at if last else None,
            "revision": labels.revision,
            "round": labels.round,
            "network_sha256": network_sha256,
            "moved_px": moved,
        },
    }


def person_box(labels: PictureLabels, person: LabelledPerson) -> tuple[float, float, float, float]:
    """x, y, width, height: the box of the person and of every labelled point, inside the picture."""
    points = xyv(person.keypoints)
    known = points[points[:, 2] > 0, :2]
    x, y, width, height = person.box_xywh_px
    low = np.minimum([x, y], known.min(axis=0)) if len(known) else np.array([x, y])
    high = np.maximum([x + width, y + height], known.max(axis=0)) if len(known) else np.array([x + width, y + height])
    low, high = np.maximum(low, 0), np.minimum(high, [labels.width, labels.height])
    left, top, right, bottom = np.round([*low, *high], 2).tolist()
    return left, top, max(round(right - left, 2), 1.0), max(round(bottom - top, 2), 1.0)


def place_picture(picture: Path, target: Path) -> None:
    """A hard link where the file system has them, else a copy."""
    if target.is_file() and target.stat().st_size == picture.stat().st_size:
        return
    with atomic_path(target) as temporary:
        temporary.unlink()
        try:
            temporary.hardlink_to(picture)
        except OSError:
            temporary.write_bytes(picture.read_bytes())
