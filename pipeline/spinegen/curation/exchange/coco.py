"""Plain COCO keypoints, and the archive of them that CVAT calls "COCO Keypoints 1.0"."""

import json
import zipfile
from pathlib import Path
from typing import Any

from ... import skeleton
from ...errors import DatasetError
from ...files import atomic_path, write_text
from ...pose.data.coco_set import AREA_OF_BOX
from ...records.coco import CocoAnnotation
from ...records.coco_file import CocoFile, examine_data, require_faultless
from ...records.label_files import Keypoint, LabelledPerson, PictureLabels
from ..real_set import CATEGORY, PEOPLE_PER_IMAGE
from .archive import read_json_of
from .common import CORNER, ReadPerson, ReadPicture, known_name, point_of
from .cvat_xml import write_raw_label

CVAT_MEMBER = "annotations/person_keypoints_default.json"


def write_coco(path: Path, labels: list[PictureLabels]) -> list[Path]:
    """One JSON file; pictures are those in `pictures/`."""
    write_text(path, _text(labels))
    return [path]


def write_cvat_coco(path: Path, labels: list[PictureLabels]) -> list[Path]:
    """A zip as CVAT takes it for a task that holds the pictures, and beside it `<stem>.labels.json`, the label that the task needs."""
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(CVAT_MEMBER, (1980, 1, 1, 0, 0, 0)), _text(labels, CORNER))
    return [path, write_raw_label(path, labels)]


def read_coco(path: Path, known: dict[str, PictureLabels]) -> list[ReadPicture]:
    """A JSON file, or an archive with one in `annotations/`.

    Raises:
        DatasetError: unreadable, another schema (a renamed point, another order), a broken element, or a picture that is not ours.
    """
    return _read(path, known, from_cvat=False)


def read_cvat_coco(path: Path, known: dict[str, PictureLabels]) -> list[ReadPicture]:
    """The same as CVAT hands it back: from the corner of the picture, renumbered, and with the points' own box in place of the person's.

    Raises:
        DatasetError: as `read_coco`.
    """
    return _read(path, known, from_cvat=True)


def _read(path: Path, known: dict[str, PictureLabels], *, from_cvat: bool) -> list[ReadPicture]:
    data = read_json_of(path, "annotations/person_keypoints_")
    file = require_faultless(path, examine_data(path, data))
    if not file.images:
        raise DatasetError(f"{path}: field images: found none, allowed: pictures of the labelled folder")
    people: dict[str, list[ReadPerson]] = {image.id: [] for image in file.images}
    for item in file.people:
        if item.keypoints:
            people[item.image_id].append(_person(file, item, known, from_cvat=from_cvat))
    return [ReadPicture(known_name(path, image.file_name, known), tuple(people[image.id])) for image in file.images]


def _person(file: CocoFile, item: CocoAnnotation, known: dict[str, PictureLabels], *, from_cvat: bool) -> ReadPerson:
    image = file.image_of[item.image_id]
    name = known_name(file.path, image.file_name, known)
    ours = known[name]
    if image.size_wh is not None and image.size_wh != (ours.width, ours.height):
        width, height = image.size_wh
        raise DatasetError(
            f"{file.path}: picture {name}: found {width}x{height}, allowed: {ours.width}x{ours.height}, as it is"
        )
    points: list[Keypoint] = []
    for k in range(skeleton.COUNT):
        x, y, v = item.keypoints[3 * k : 3 * k + 3]
        points.append(point_of(x - CORNER, y - CORNER, int(v)) if from_cvat else point_of(x, y, int(v)))
    where = f"{name}: annotation {item.id}"
    if from_cvat:
        return ReadPerson(None, tuple(points), None, where)
    # an id of ours holds the picture's and the person's number
    number = None
    if item.id.isdecimal() and item.image_id.isdecimal() and int(item.id) // PEOPLE_PER_IMAGE == int(item.image_id):
        number = int(item.id) % PEOPLE_PER_IMAGE
    x, y, width, height = item.bbox
    box = (x, y, width, height) if width > 0 and height > 0 else None
    return ReadPerson(number, tuple(points), box, where)


def _text(labels: list[PictureLabels], corner: float = 0.0) -> str:
    images, annotations = [], []
    for number, one in enumerate(labels, start=1):
        images.append({"id": number, "width": one.width, "height": one.height, "file_name": one.picture})
        annotations += [_annotation(person, number, corner) for person in one.kept]
    origin = "corner" if corner else "centre"
    info = {
        "description": "labels of a spinegen label folder",
        "pixel_origin": f"the {origin} of the top-left pixel is (0, 0)",
    }
    data = {"info": info, "licenses": [], "images": images, "annotations": annotations, "categories": [CATEGORY]}
    return json.dumps(data, allow_nan=False) + "\n"


def _annotation(person: LabelledPerson, image: int, corner: float) -> dict[str, Any]:
    x, y, width, height = person.box_xywh_px
    points = [(x + corner, y + corner, v) if v else (0, 0, 0) for x, y, v in person.keypoints]
    return {
        "id": image * PEOPLE_PER_IMAGE + person.person,
        "image_id": image,
        "category_id": 1,
        "bbox": [x + corner, y + corner, width, height],
        "area": AREA_OF_BOX * width * height,
        "iscrowd": 0,
        "num_keypoints": sum(1 for _, _, v in person.keypoints if v),
        "keypoints": [value for point in points for value in point],
        "segmentation": [],
    }
