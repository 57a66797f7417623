"""CVAT's own XML ("CVAT for images 1.1") with its skeletons: https://docs.cvat.ai/docs/other/xml_format"""

import json
import math
import xml.etree.ElementTree as ET
from pathlib import Path

from ... import skeleton
from ...errors import DatasetError
from ...files import write_text
from ...records.label_files import Keypoint, LabelledPerson, PictureLabels
from .archive import read_bytes_of
from .common import CORNER, HIDDEN, SEEN, ReadPerson, ReadPicture, known_name, point_of

LABEL = "person"
NUMBER = "person"
"""Attribute of a skeleton that says who it is."""
DRAWING_SIDE = 100
"""CVAT draws a skeleton's template in percent."""


def write_cvat_xml(path: Path, labels: list[PictureLabels]) -> list[Path]:
    """The annotations, and beside them `<stem>.labels.json`, the label that CVAT's project needs (its "Raw" tab)."""
    root = ET.Element("annotations")
    ET.SubElement(root, "version").text = "1.1"
    _add_meta(root, len(labels))
    for number, one in enumerate(labels):
        size = {"width": str(one.width), "height": str(one.height)}
        image = ET.SubElement(root, "image", {"id": str(number), "name": one.picture, **size})
        for person in one.kept:
            _add(image, person)
    ET.indent(root)
    write_text(path, '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n")
    return [path, write_raw_label(path, labels)]


def _add_meta(root: ET.Element, count: int) -> None:
    """What other readers of the format (Datumaro) look for."""
    task = ET.SubElement(ET.SubElement(root, "meta"), "task")
    ET.SubElement(task, "size").text = str(count)
    ET.SubElement(task, "mode").text = "annotation"
    found = ET.SubElement(task, "labels")
    for name, kind in ((LABEL, "skeleton"), *((name, "points") for name in skeleton.NAMES)):
        label = ET.SubElement(found, "label")
        ET.SubElement(label, "name").text = name
        ET.SubElement(label, "type").text = kind
        if kind == "points":
            ET.SubElement(label, "parent").text = LABEL


def _add(image: ET.Element, person: LabelledPerson) -> None:
    one = ET.SubElement(image, "skeleton", {"label": LABEL, "source": "manual", "z_order": "0"})
    for name, (x, y, v) in zip(skeleton.NAMES, person.keypoints, strict=True):
        said = {"label": name, "source": "manual", "outside": str(int(v == 0)), "occluded": str(int(v == HIDDEN))}
        ET.SubElement(one, "points", {**said, "points": f"{x + CORNER!r},{y + CORNER!r}"})
    ET.SubElement(one, "attribute", {"name": NUMBER}).text = str(person.person)


def read_cvat_xml(path: Path, known: dict[str, PictureLabels]) -> list[ReadPicture]:
    """An XML file, or an archive with `annotations.xml`.

    Raises:
        DatasetError: no such XML, a point of another name or missing, or a picture that is not ours.
    """
    data = read_bytes_of(path, "annotations.xml")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DatasetError(f"{path}: holds a DOCTYPE, which CVAT never writes and which is not read")
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise DatasetError(f"{path}: is no XML: {error}") from error
    images = root.findall("image")
    if root.tag != "annotations" or not images:
        raise DatasetError(
            f"{path}: is no CVAT XML of pictures: found <{root.tag}> with {len(images)} images, allowed: <annotations> with some"
        )
    pictures = []
    for image in images:
        name = known_name(path, image.get("name", ""), known)
        skeletons = [one for one in image.findall("skeleton") if one.get("label") == LABEL]
        people = [_person(path, name, number, one) for number, one in enumerate(skeletons, start=1)]
        pictures.append(ReadPicture(name, tuple(people)))
    return pictures


def _person(path: Path, picture: str, number: int, one: ET.Element) -> ReadPerson:
    where = f"{picture}: skeleton {number}"
    found: dict[str, Keypoint] = {}
    for element in one.findall("points"):
        name = element.get("label", "")
        if name not in skeleton.INDEX:
            raise DatasetError(f"{path}: {where}: point {name!r}: is none of the {skeleton.COUNT} names of SpineTrack")
        if name in found:
            raise DatasetError(f"{path}: {where}: point {name}: found twice, allowed: once")
        found[name] = _point(path, f"{where}: point {name}", element)
    missing = [name for name in skeleton.NAMES if name not in found]
    if missing:
        raise DatasetError(
            f"{path}: {where}: point {missing[0]} is missing"
            + (f", and {len(missing) - 1} more" if missing[1:] else "")
        )
    said = next((item.text or "" for item in one.findall("attribute") if item.get("name") == NUMBER), "")
    return ReadPerson(
        number=int(said) if said.strip().isdecimal() else None,
        keypoints=tuple(found[name] for name in skeleton.NAMES),
        box_xywh_px=None,
        where=where,
    )


def _point(path: Path, where: str, element: ET.Element) -> Keypoint:
    text = element.get("points", "")
    try:
        x, y = (float(value) for value in text.split(","))
    except ValueError as error:
        raise DatasetError(f"{path}: {where}: field points: found {text!r}, allowed: x,y") from error
    if not (math.isfinite(x) and math.isfinite(y)):
        raise DatasetError(f"{path}: {where}: field points: found {text!r}, allowed: finite numbers")
    flags = {}
    for name in ("outside", "occluded"):
        flags[name] = element.get(name, "0")
        if flags[name] not in ("0", "1"):
            raise DatasetError(f"{path}: {where}: field {name}: found {flags[name]!r}, allowed: 0 or 1")
    v = 0 if flags["outside"] == "1" else HIDDEN if flags["occluded"] == "1" else SEEN
    return point_of(x - CORNER, y - CORNER, v)


def write_raw_label(path: Path, labels: list[PictureLabels]) -> Path:
    """`<stem>.labels.json` beside a file: what the "Raw" tab of CVAT's project takes."""
    beside = path.with_name(f"{path.stem}.labels.json")
    write_text(beside, json.dumps([raw_label(labels)], indent=1) + "\n")
    return beside


def raw_label(labels: list[PictureLabels]) -> dict[str, object]:
    """The label of CVAT's constructor: a skeleton of our points and links, drawn as the first person stands."""
    person = next((one for picture in labels for one in picture.kept), None)
    places = _template(person)
    parts = []
    for a, b in skeleton.LINKS:
        (x1, y1), (x2, y2) = places[a], places[b]
        ends = f'x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}"'
        parts.append(f'<line {ends} data-type="edge" data-node-from="{a + 1}" data-node-to="{b + 1}"></line>')
    for i, (x, y) in enumerate(places):
        parts.append(
            f'<circle r="0.75" cx="{x:.2f}" cy="{y:.2f}" data-type="element node" data-element-id="{i + 1}" '
            f'data-node-id="{i + 1}" data-label-name="{skeleton.NAMES[i]}"></circle>'
        )
    number = {"name": NUMBER, "input_type": "text", "mutable": False, "values": [""], "default_value": ""}
    points = [{"name": name, "type": "points", "attributes": []} for name in skeleton.NAMES]
    return {"name": LABEL, "type": "skeleton", "attributes": [number], "sublabels": points, "svg": "".join(parts)}


def _template(person: LabelledPerson | None) -> list[tuple[float, float]]:
    if person is None:
        return [(10 + 80 * (i % 6) / 5, 10 + 80 * (i // 6) / 6) for i in range(skeleton.COUNT)]
    xs, ys = [x for x, _, _ in person.keypoints], [y for _, y, _ in person.keypoints]
    side = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    scale = 0.9 * DRAWING_SIDE / side
    return [(5 + scale * (x - min(xs)), 5 + scale * (y - min(ys))) for x, y in zip(xs, ys, strict=True)]
