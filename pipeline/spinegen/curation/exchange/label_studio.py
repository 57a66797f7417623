"""Label Studio's JSON: a task a picture, a rectangle a person, the person's points inside it (https://labelstud.io/guide/task_format)."""

import json
import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ... import skeleton
from ...errors import DatasetError
from ...files import write_text
from ...records.base import sentence
from ...records.json_file import read_json
from ...records.label_files import Box, Keypoint, LabelledPerson, PictureLabels
from .common import CORNER, HIDDEN, SEEN, ReadPerson, ReadPicture, known_name, point_of

UPLOAD = re.compile(r"^[0-9a-f]{8}-")
"""What Label Studio puts before the name of an uploaded file."""
POINT_PERCENT = 0.6
"""Drawn size of a point."""
HIDDEN_WORD, SEEN_WORD = "hidden", "seen"
Percent = Annotated[float, Field(allow_inf_nan=False)]


class _Value(BaseModel):
    model_config = ConfigDict(extra="ignore")

    x: Percent | None = None
    y: Percent | None = None
    width: Percent | None = None
    height: Percent | None = None
    keypointlabels: tuple[str, ...] = ()
    rectanglelabels: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


class _Result(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str = ""
    type: str
    value: _Value
    parentID: str | None = None


class _Annotation(BaseModel):
    model_config = ConfigDict(extra="ignore")

    result: tuple[_Result, ...] = ()
    was_cancelled: bool = False


class _Task(BaseModel):
    model_config = ConfigDict(extra="ignore")

    data: dict[str, Any]
    annotations: tuple[_Annotation, ...] = ()


def write_label_studio(path: Path, labels: list[PictureLabels]) -> list[Path]:
    """The tasks, and beside them `<stem>.config.xml`, the labelling interface of the project.

    Pictures are named as files of local storage whose document root is the labelled folder.
    """
    write_text(path, json.dumps([_task(one) for one in labels], allow_nan=False) + "\n")
    beside = path.with_name(f"{path.stem}.config.xml")
    write_text(beside, interface())
    return [path, beside]


def interface() -> str:
    """The labelling interface."""
    points = "\n".join(f'    <Label value="{name}"/>' for name in skeleton.NAMES)
    return (
        '<View>\n  <Image name="image" value="$image" zoom="true"/>\n'
        '  <RectangleLabels name="box" toName="image">\n    <Label value="person"/>\n  </RectangleLabels>\n'
        f'  <KeyPointLabels name="point" toName="image" strokeWidth="2">\n{points}\n  </KeyPointLabels>\n'
        '  <Choices name="visibility" toName="image" perRegion="true" whenTagName="point" choice="single">\n'
        f'    <Choice value="{SEEN_WORD}"/>\n    <Choice value="{HIDDEN_WORD}"/>\n  </Choices>\n</View>\n'
    )


def _task(labels: PictureLabels) -> dict[str, Any]:
    result = [part for person in labels.kept for part in _results(labels, person)]
    data = {"image": f"/data/local-files/?d=pictures/{labels.picture}", "picture": labels.picture}
    return {"data": data, "annotations": [{"result": result}]}


def _results(labels: PictureLabels, person: LabelledPerson) -> list[dict[str, Any]]:
    size = {"original_width": labels.width, "original_height": labels.height, "image_rotation": 0, "to_name": "image"}
    across, down = 100 / labels.width, 100 / labels.height
    group = f"person-{person.person}"
    x, y, width, height = person.box_xywh_px
    box = {
        "x": (x + CORNER) * across,
        "y": (y + CORNER) * down,
        "width": width * across,
        "height": height * down,
        "rotation": 0,
    }
    found: list[dict[str, Any]] = [
        {
            **size,
            "id": group,
            "type": "rectanglelabels",
            "from_name": "box",
            "value": {**box, "rectanglelabels": ["person"]},
        }
    ]
    for name, (px, py, v) in zip(skeleton.NAMES, person.keypoints, strict=True):
        if not v:
            continue
        place = {"x": (px + CORNER) * across, "y": (py + CORNER) * down, "width": POINT_PERCENT}
        common = {**size, "id": f"{group}-{name}", "parentID": group}
        found.append(
            {**common, "type": "keypointlabels", "from_name": "point", "value": {**place, "keypointlabels": [name]}}
        )
        word = HIDDEN_WORD if v == HIDDEN else SEEN_WORD
        found.append({**common, "type": "choices", "from_name": "visibility", "value": {**place, "choices": [word]}})
    return found


def read_label_studio(path: Path, known: dict[str, PictureLabels]) -> list[ReadPicture]:
    """A JSON export. Of several annotations of a task the last one counts that was not cancelled.

    Raises:
        DatasetError: no list of tasks, a point of another name, twice, or of nobody, or a picture that is not ours.
    """
    data = read_json(path, "file")
    if not isinstance(data, list) or not data:
        raise DatasetError(f"{path}: is no Label Studio export: found {type(data).__name__}, allowed: a list of tasks")
    pictures = []
    for number, item in enumerate(data, start=1):
        try:
            task = _Task.model_validate(item)
        except ValidationError as error:
            raise DatasetError(f"{path}: task {number}: {sentence(error)}") from error
        name = _picture(path, task, number, known)
        made = [one for one in task.annotations if not one.was_cancelled]
        if made:
            pictures.append(ReadPicture(name, _people(path, known[name], made[-1].result)))
    return pictures


def _picture(path: Path, task: _Task, number: int, known: dict[str, PictureLabels]) -> str:
    said = task.data.get("picture")
    if isinstance(said, str) and said in known:
        return said
    image = unquote(str(task.data.get("image", f"task {number}")))
    last = image.rpartition("/")[2]
    return known_name(path, UPLOAD.sub("", last) if last not in known else last, known)


def _people(path: Path, labels: PictureLabels, results: tuple[_Result, ...]) -> tuple[ReadPerson, ...]:
    boxes = [one for one in results if one.type == "rectanglelabels" and "person" in one.value.rectanglelabels]
    words = {one.id: one.value.choices[0] for one in results if one.type == "choices" and one.value.choices}
    points: dict[str, dict[str, Keypoint]] = {box.id: {} for box in boxes}
    for one in results:
        if one.type != "keypointlabels":
            continue
        name = ", ".join(one.value.keypointlabels)
        where = f"{path}: {labels.picture}: point {name!r}"
        if name not in skeleton.INDEX:
            raise DatasetError(f"{where}: is none of the {skeleton.COUNT} names of SpineTrack")
        group = _group(where, one, boxes)
        if name in points[group]:
            raise DatasetError(f"{where}: found twice in {group}, allowed: once a person")
        points[group][name] = _point(where, labels, one, words.get(one.id, SEEN_WORD))
    return tuple(_person(labels, box, points[box.id]) for box in boxes)


def _group(where: str, one: _Result, boxes: list[_Result]) -> str:
    if one.parentID is not None and any(box.id == one.parentID for box in boxes):
        return one.parentID
    if len(boxes) == 1:
        return boxes[0].id
    raise DatasetError(
        f"{where}: belongs to nobody: its parentID is {one.parentID!r}, allowed: the id of one of {len(boxes)} rectangles"
    )


def _point(where: str, labels: PictureLabels, one: _Result, word: str) -> Keypoint:
    if one.value.x is None or one.value.y is None:
        raise DatasetError(f"{where}: fields x and y are missing")
    if word not in (HIDDEN_WORD, SEEN_WORD):
        raise DatasetError(f"{where}: field choices: found {word!r}, allowed: {SEEN_WORD} or {HIDDEN_WORD}")
    x, y = one.value.x * labels.width / 100 - CORNER, one.value.y * labels.height / 100 - CORNER
    return point_of(x, y, HIDDEN if word == HIDDEN_WORD else SEEN)


def _person(labels: PictureLabels, box: _Result, points: dict[str, Keypoint]) -> ReadPerson:
    said = re.fullmatch(r"person-(\d{1,6})", box.id)
    value = box.value
    place: Box | None = None
    if None not in (value.x, value.y, value.width, value.height) and (value.width or 0) > 0 and (value.height or 0) > 0:
        across, down = labels.width / 100, labels.height / 100
        place = (
            (value.x or 0) * across - CORNER, (value.y or 0) * down - CORNER, (value.width or 0) * across, (value.height or 0) * down,
        )  # fmt: skip
    return ReadPerson(
        number=int(said.group(1)) if said else None,
        keypoints=tuple(points.get(name, (0.0, 0.0, 0)) for name in skeleton.NAMES),
        box_xywh_px=place,
        where=f"{labels.picture}: region {box.id}",
    )
