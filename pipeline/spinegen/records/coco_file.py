"""Reading a COCO file: every fault is named by file, element, field, what was found and what is allowed."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ..errors import DatasetError
from ..skeleton import COUNT, NAMES
from .base import JsonObject
from .coco import CocoAnnotation, CocoCategory, CocoImage, Record, Rle
from .json_file import read_json

RecordT = TypeVar("RecordT", bound=Record)
SHOWN_FAULTS = 3
SHOWN_CHARACTERS = 60

KEYS = "annotation files have COCO's keys"
FIELDS = "fields hold what COCO allows"
CATEGORY = "category is SpineTrack's"
UNIQUE = "ids are unique"
BELONG = "annotations belong to pictures"
NAMED = "pictures are named once"
POINTS = f"{COUNT} keypoints of finite numbers, v in 0, 1, 2"
RULES = (KEYS, CATEGORY, FIELDS, UNIQUE, BELONG, NAMED, POINTS)
"""What a file is held to, in the order in which it is looked at."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    rule: str
    """One of `RULES`."""
    text: str
    kind: type[Record] | None = None
    """Of the element that is not well formed."""


@dataclass(frozen=True)
class CocoFile:
    """The elements of one file that are well formed."""

    path: Path
    info: JsonObject
    images: tuple[CocoImage, ...]
    annotations: tuple[CocoAnnotation, ...]
    categories: tuple[CocoCategory, ...]
    image_of: dict[str, CocoImage] = field(repr=False)
    """By id."""

    @property
    def person_id(self) -> str | None:
        """Id of the category named person."""
        return next((category.id for category in self.categories if category.is_person), None)

    @property
    def people(self) -> tuple[CocoAnnotation, ...]:
        """Annotations of single people: no crowd, nothing of another category."""
        person = self.person_id
        return tuple(item for item in self.annotations if item.category_id == person and not item.iscrowd)

    def left_out(self) -> dict[str, int]:
        """How many annotations are no single person, by what they are."""
        names = {category.id: category.name for category in self.categories}
        person = self.person_id
        other = Counter(names.get(a.category_id, "?") for a in self.annotations if a.category_id != person)
        crowds = sum(a.iscrowd for a in self.annotations if a.category_id == person)
        return dict(other) | ({"crowds": crowds} if crowds else {})


@dataclass(frozen=True)
class Examination:
    """What a file holds, and what is wrong with it."""

    file: CocoFile | None
    """None where it cannot be looked at at all; else everything that is well formed."""
    faults: tuple[Fault, ...]


def read_coco_file(path: Path, spinetrack: bool = True) -> CocoFile:
    """A file without fault.

    Args:
        spinetrack: people must have the 37 keypoints of SpineTrack, in its order; else any keypoints or none.

    Raises:
        DatasetError: unreadable, or with faults; the first ones are named.
    """
    return require_faultless(path, examine(path, spinetrack))


def require_faultless(path: Path, found: Examination) -> CocoFile:
    """What was read.

    Raises:
        DatasetError: with faults; the first ones are named.
    """
    if found.faults:
        texts = list(dict.fromkeys(fault.text for fault in found.faults))
        more = len(texts) - SHOWN_FAULTS
        first = "; ".join(text.removeprefix(f"{path}: ") for text in texts[:SHOWN_FAULTS])
        raise DatasetError(f"{path}: {first}" + (f"; and {more} more faults" if more > 0 else ""))
    assert found.file is not None
    return found.file


def examine(path: Path, spinetrack: bool = True) -> Examination:
    """Read a file and name everything that is wrong with it.

    Raises:
        DatasetError: unreadable, or no JSON.
    """
    return examine_data(path, read_json(path, "annotation file"), spinetrack)


def examine_data(path: Path, data: object, spinetrack: bool = True) -> Examination:
    """The same of a file's content that was read already."""
    if not isinstance(data, dict):
        text = f"{path}: is no COCO keypoint file: must hold a mapping, found {type(data).__name__}"
        return Examination(None, (Fault(KEYS, text),))
    missing = [key for key in ("images", "annotations", "categories") if not isinstance(data.get(key), list)]
    if missing:
        text = f"{path}: is no COCO keypoint file: {', '.join(missing)} missing (lists)"
        return Examination(None, (Fault(KEYS, text),))
    faults: list[Fault] = []
    info = data.get("info")
    images = _elements(path, data["images"], CocoImage, faults)
    file = CocoFile(
        path=path,
        info=info if isinstance(info, dict) else {},
        images=images,
        annotations=_elements(path, data["annotations"], CocoAnnotation, faults),
        categories=_elements(path, data["categories"], CocoCategory, faults),
        image_of={image.id: image for image in reversed(images)},
    )
    malformed = {fault.kind for fault in faults}
    faults += _category_faults(file, spinetrack) if CocoCategory not in malformed else []
    faults += _identity_faults(file, all_images=CocoImage not in malformed)
    if spinetrack:
        faults += [fault for item in file.people for fault in _person_faults(file, item)]
    return Examination(file, tuple(faults))


def _elements(path: Path, items: list[Any], kind: type[RecordT], faults: list[Fault]) -> tuple[RecordT, ...]:
    """The well formed ones; what is wrong with the others is added to `faults`."""
    good: list[RecordT] = []
    for number, item in enumerate(items):
        try:
            good.append(kind.model_validate(item))
        except ValidationError as error:
            name = shown(item["id"]) if isinstance(item, dict) and "id" in item else f"number {number + 1}"
            firsts = {details["loc"][:1]: details for details in reversed(error.errors())}
            faults += [
                _fault(f"{path}: {kind.noun} {name}", item, kind, details) for details in reversed(firsts.values())
            ]
    return tuple(good)


def _fault(where: str, item: object, kind: type[Record], error: Any) -> Fault:
    if not isinstance(item, dict):
        return Fault(KEYS, f"{where}: must be a mapping, found {type(item).__name__}", kind)
    location = [part for part in error["loc"] if part in item or isinstance(part, int) or part in ("size", "counts")]
    why = error["msg"].removeprefix("Value error, ")
    if not location:
        return Fault(FIELDS, f"{where}: {why}", kind) if not error["loc"] else _missing(where, kind, error["loc"][0])
    top = str(location[0])
    missing = error["type"] == "missing"
    name = top if missing else top + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location[1:])
    text = f"{where}: field {name}: found {shown(error['input'])}, allowed: {kind.allowed[top]}"
    told = error["type"] == "value_error" and top == "segmentation"
    return Fault(POINTS if top == "keypoints" else FIELDS, f"{text} ({why})" if told else text, kind)


def _missing(where: str, kind: type[Record], field_name: object) -> Fault:
    return Fault(KEYS, f"{where}: field {field_name} is missing; allowed: {kind.allowed[str(field_name)]}", kind)


def shown(value: object) -> str:
    """A value in an error, cut to a readable length."""
    try:
        text = repr(value)
    except ValueError:
        text = "a number of thousands of digits"
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


def _category_faults(file: CocoFile, spinetrack: bool) -> list[Fault]:
    people = [category for category in file.categories if category.is_person]
    names = ", ".join(repr(category.name) for category in file.categories) or "none"
    if len(people) != 1:
        what = "no category named person" if not people else f"{len(people)} categories named person"
        return [Fault(CATEGORY, f"{file.path}: has {what}: found {names}, allowed: one")]
    known = {category.id for category in file.categories}
    faults = [
        Fault(FIELDS, f"{file.path}: annotation {item.id}: field category_id: found {shown(item.category_id)}, allowed: {', '.join(sorted(known))}")
        for item in file.annotations
        if item.category_id not in known
    ]  # fmt: skip
    if spinetrack and people[0].keypoints and people[0].keypoints != NAMES:
        faults.append(Fault(CATEGORY, f"{file.path}: {names_fault(people[0].keypoints)}"))
    return faults


def names_fault(names: tuple[str, ...]) -> str:
    """How a file's keypoint names differ from ours."""
    missing = [name for name in NAMES if name not in names]
    extra = [name for name in names if name not in NAMES]
    difference = [f"missing {', '.join(missing)}"] if missing else []
    difference += [f"unknown {', '.join(shown(name) for name in extra[:SHOWN_FAULTS])}"] if extra else []
    if not difference:
        moved = [f"{i} is {n}, must be {m}" for i, (n, m) in enumerate(zip(names, NAMES, strict=False)) if n != m]
        difference = [f"another order: {'; '.join(moved[:4])}{' ...' if len(moved) > 4 else ''}"]
    return f"keypoints differ from the {COUNT} of SpineTrack ({len(names)} found): {'; '.join(difference)}"


def _identity_faults(file: CocoFile, all_images: bool) -> list[Fault]:
    faults = []
    for noun, items in (("image", file.images), ("annotation", file.annotations), ("category", file.categories)):
        twice = [identifier for identifier, count in Counter(item.id for item in items).items() if count > 1]
        if twice:
            more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
            text = f"{file.path}: {noun} id {shown(twice[0])}{more}: found more than once, allowed: once"
            faults.append(Fault(UNIQUE, text))
    faults += [
        Fault(BELONG, f"{file.path}: annotation {item.id}: image_id {shown(item.image_id)} is not among the images")
        for item in file.annotations
        if all_images and item.image_id not in file.image_of
    ]
    twice = [name for name, count in Counter(image.file_name for image in file.images).items() if count > 1]
    if twice:
        more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
        faults.append(
            Fault(NAMED, f"{file.path}: picture {twice[0]}{more}: found under several ids, allowed: one id a picture")
        )
    return faults


def _person_faults(file: CocoFile, item: CocoAnnotation) -> list[Fault]:
    """What a person must have beyond COCO: all 37 keypoints or none, v of 0, 1, 2, and a box where any is labelled."""
    where = f"{file.path}: annotation {item.id}"
    found = len(item.keypoints)
    if found not in (0, 3 * COUNT):
        allowed = f"{3 * COUNT} (x, y, v of the {COUNT} of SpineTrack)"
        return [Fault(POINTS, f"{where}: field keypoints: found {found} keypoint numbers, allowed: {allowed}")]
    wrong = [(name, v) for name, v in zip(NAMES, item.keypoints[2::3], strict=False) if v not in (0.0, 1.0, 2.0)]
    if wrong:
        name, flag = wrong[0]
        hint = "; a confidence is no visibility: write 2 for what is seen" if 0 < flag < 1 else ""
        return [Fault(POINTS, f"{where}: field keypoints: found v = {flag:g} of {name}, allowed: 0, 1, 2{hint}")]
    faults = []
    if item.labelled and not (item.bbox[2] > 0 and item.bbox[3] > 0):
        faults.append(
            Fault(FIELDS, f"{where}: field bbox: found {list(item.bbox)}, allowed: a box with a positive size")
        )
    image = file.image_of.get(item.image_id)
    if isinstance(item.segmentation, Rle) and image is not None and image.size_wh is not None:
        height, width = item.segmentation.size
        if (width, height) != image.size_wh:
            allowed = f"the picture's height and width, {[image.height, image.width]}"
            faults.append(
                Fault(FIELDS, f"{where}: field segmentation.size: found {[height, width]}, allowed: {allowed}")
            )
    return faults
