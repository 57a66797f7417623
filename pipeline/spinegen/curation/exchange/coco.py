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
from .common import ReadPerson, ReadPicture, known_name, point_of

CVAT_MEMBER = "annotations/person_keypoints_default.json"


def write_coco(path: Path, labels: list[PictureLabels]) -> list[Path]:
    """One JSON file; pictures are those in `pictures/`."""
    write_text(path, _text(labels))
    return [path]


def write_cvat_coco(path: Path, labels: list[PictureLabels]) -> list[Path]:
    """A zip as CVAT takes it for a task that holds the pictures."""
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(CVAT_MEMBER, (1980, 1, 1, 0, 0, 0)), _text(labels))
    return [path]


def read_coco(path: Path, known: dict[str, PictureLabels]) -> list[ReadPicture]:
    """A JSON file, or an archive with one in `annotations/`.

    Raises:
        DatasetError: unreadable, another schema (a renamed point, another order), a broken element, or a picture that is not ours.
    """
    data = read_json_of(path, "annotations/person_keypoints_")
    file = require_faultless(path, examine_data(path, data))
    if not file.images:
        raise DatasetError(f"{path}: field images: found none, allowed: pictures of the labelled folder")
    people: dict[str, list[ReadPerson]] = {image.id: [] for image in file.images}
    for item in file.people:
        if item.keypoints:
            people[item.image_id].append(_person(file, item, known))
    return [ReadPicture(known_name(path, image.file_name, known), tuple(people[image.id])) for image in file.images]


def _person(file: CocoFile, item: CocoAnnotation, known: dict[str, PictureLabels]) -> ReadPerson:
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
        points.append(point_of(x, y, int(v)))
    # an id of ours holds the picture's and the person's number
    number = None
    if item.id.isdecimal() and item.image_id.isdecimal() and int(item.id) // PEOPLE_PER_IMAGE == int(item.image_id):
        number = int(item.id) % PEOPLE_PER_IMAGE
    x, y, width, height = item.bbox
    box = (x, y, width, height) if width > 0 and height > 0 else None
    return ReadPerson(number, tuple(points), box, f"{name}: annotation {item.id}")


def _text(labels: list[PictureLabels]) -> str:
    images, annotations = [], []
    for number, one in enumerate(labels, start=1):
        images.append({"id": number, "width": one.width, "height": one.height, "file_name": one.picture})
        annotations += [_annotation(person, number) for person in one.kept]
    info = {
        "description": "labels of a spinegen label folder",
        "pixel_origin": "the centre of the top-left pixel is (0, 0)",
    }
    data = {"info": info, "licenses": [], "images": images, "annotations": annotations, "categories": [CATEGORY]}
    return json.dumps(data, allow_nan=False) + "\n"


def _annotation(person: LabelledPerson, image: int) -> dict[str, Any]:
    width, height = person.box_xywh_px[2:]
    return {
        "id": image * PEOPLE_PER_IMAGE + person.person,
        "image_id": image,
        "category_id": 1,
        "bbox": list(person.box_xywh_px),
        "area": AREA_OF_BOX * width * height,
        "iscrowd": 0,
        "num_keypoints": sum(1 for _, _, v in person.keypoints if v),
        "keypoints": [value for x, y, v in person.keypoints for value in ((x, y, v) if v else (0, 0, 0))],
        "segmentation": [],
    }
