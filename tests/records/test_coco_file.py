"""A COCO file is read as it is meant, or refused by file, element, field, what was found and what is allowed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spinegen.annotate.check import check
from spinegen.errors import DatasetError
from spinegen.pose.data.coco_set import read_coco
from spinegen.progress import SilentReporter
from spinegen.records.coco_file import read_coco_file
from support.small_coco import HEIGHT, WIDTH, category, person, picture, small_coco, written

Change = Callable[[dict[str, Any]], object]


def of_annotation(field: str, value: object) -> Change:
    return lambda data: data["annotations"][0].__setitem__(field, value)


def of_image(field: str, value: object) -> Change:
    return lambda data: data["images"][0].__setitem__(field, value)


REFUSED: list[tuple[Change, str]] = [
    (of_annotation("area", [700]), r"annotation 101: field area: found \[700\], allowed: a number of pixels"),
    (of_annotation("area", -1), "field area: found -1"),
    (of_annotation("area", 10**400), "field area: found 1000"),
    (of_annotation("bbox", ["10", 10, 40, 30]), r"annotation 101: field bbox\[0\]: found '10', allowed: \[x, y"),
    (of_annotation("bbox", [10, 10, 40]), r"field bbox: found \[10, 10, 40\]"),
    (of_annotation("bbox", [10, 10, 0, 30]), "positive size"),
    (of_annotation("bbox", [10, 10, 1e9, 30]), r"field bbox\[2\]: found 1000000000.0"),
    (of_annotation("bbox", None), "field bbox: found None"),
    (of_annotation("keypoints", [32.0, 24.0, 0.93] * 37), r"found v = 0.93 of nose, allowed: 0, 1, 2; a confidence"),
    (of_annotation("keypoints", [32.0, 24.0, 3] * 37), "found v = 3 of nose"),
    (of_annotation("keypoints", [32.0, float("nan"), 2] * 37), r"field keypoints\[1\]: found nan"),
    (of_annotation("keypoints", [1.0, 2.0, 2] * 17), "found 51 keypoint numbers, allowed: 111"),
    (of_annotation("keypoints", "many"), "field keypoints: found 'many'"),
    (of_annotation("id", None), "field id: found None, allowed: a whole number or a text"),
    (of_annotation("id", True), "field id: found True"),
    (of_annotation("image_id", 9), "annotation 101: image_id '9' is not among the images"),
    (of_annotation("category_id", 7), "annotation 101: field category_id: found '7', allowed: 1"),
    (of_annotation("iscrowd", "no"), "field iscrowd: found 'no', allowed: 0 or 1"),
    (of_annotation("segmentation", {"size": [HEIGHT, WIDTH], "counts": [3]}), r"field segmentation: .*the runs fill 3"),
    (of_annotation("segmentation", {"size": [4, 4], "counts": [16]}), r"segmentation.size: found \[4, 4\]"),
    (of_annotation("segmentation", {"counts": "0"}), "field segmentation: found"),
    (of_annotation("keypoints_3d", [[0, 0, 1]] * 5), "field keypoints_3d: found"),
    (of_annotation("camera", {"K": [[1, 0], [0, 1]]}), "field camera"),
    (of_annotation("time_s", "now"), "field time_s: found 'now'"),
    (lambda data: data["annotations"][0].pop("bbox"), "annotation 101: field bbox is missing"),
    (lambda data: data["annotations"].append(5), "annotation number 3: must be a mapping, found int"),
    (lambda data: data["annotations"].append(person(101, 2)), "annotation id '101': found more than once"),
    (lambda data: data["images"].append(picture(1, "other.jpg")), "image id '1': found more than once"),
    (lambda data: data["images"].append(picture("1", "other.jpg")), "image id '1': found more than once"),
    (lambda data: data["images"].append(picture(3, "1.jpg")), "picture 1.jpg: found under several ids"),
    (of_image("file_name", "../1.jpg"), "image 1: field file_name: found '../1.jpg', allowed: a path below"),
    (of_image("file_name", "/1.jpg"), "field file_name"),
    (of_image("file_name", "a\0b"), "field file_name"),
    (of_image("file_name", "\udcff.jpg"), "field file_name"),
    (of_image("file_name", 1), "field file_name: found 1"),
    (of_image("width", "64"), "image 1: field width: found '64', allowed: a whole number of pixels"),
    (of_image("width", 0), "field width: found 0"),
    (of_image("width", None), "width and height belong together"),
    (lambda data: data["categories"].append(category(2)), "has 2 categories named person"),
    (lambda data: data["categories"][0].__setitem__("name", "dog"), "has no category named person: found 'dog'"),
    (lambda data: data["categories"][0]["keypoints"].reverse(), "keypoints differ from the 37 of SpineTrack"),
    (lambda data: data["categories"][0].__setitem__("keypoints", [1]), r"field keypoints\[0\]: found 1"),
    (lambda data: data.pop("categories"), "categories missing"),
    (lambda data: data.__setitem__("images", {}), "images missing"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_what_is_wrong_is_named_and_check_finds_what_validation_refuses(
    tmp_path: Path, change: Change, said: str
) -> None:
    data = small_coco()
    change(data)
    path = written(tmp_path, data)
    with pytest.raises(DatasetError, match=said) as raised:
        read_coco(path, tmp_path)
    assert "person_keypoints_x.json" in str(raised.value)
    assert len(str(raised.value)) < 1500
    result = check(path, SilentReporter())
    assert not result.passed
    assert result.verdict == "FAULTS FOUND"


ACCEPTED: list[Change] = [
    of_annotation("id", "first"),
    of_annotation("id", 10**30),
    of_annotation("image_id", "1"),
    of_annotation("image_id", 1.0),
    of_annotation("iscrowd", False),
    of_annotation("area", None),
    of_annotation("segmentation", None),
    of_annotation("segmentation", []),
    of_annotation("segmentation", [[1, 2, 3, 4, 5, 6]]),
    of_annotation("segmentation", {"size": [HEIGHT, WIDTH], "counts": [WIDTH * HEIGHT]}),
    of_annotation("keypoints_3d", [[0.1 * i, 0.05 * i, 3.0] for i in range(37)]),
    of_annotation("keypoints_3d", [0.1, 0.2, 3.0] * 37),
    of_annotation("camera", "left"),
    of_annotation("num_keypoints", 37.0),
    of_annotation("person", 7),
    lambda data: data["annotations"].append(person(5, 1, keypoints=[], bbox=[0, 0, 0, 0])),
    lambda data: data["annotations"].append(person(5, 1, keypoints=None)),
    lambda data: data["categories"][0].pop("keypoints"),
    lambda data: data["categories"][0].__setitem__("name", " Person"),
    lambda data: [image.pop(side) for image in data["images"] for side in ("width", "height")],
    of_image("file_name", "cam\\1.jpg"),
]


@pytest.mark.parametrize("change", ACCEPTED, ids=[str(n) for n in range(len(ACCEPTED))])
def test_what_others_write_is_read(tmp_path: Path, change: Change) -> None:
    data = small_coco()
    change(data)
    people = read_coco(written(tmp_path, data), tmp_path)
    assert len(people) == 2
    assert people.keypoints_px.shape == (2, 37, 2)


def test_ids_of_text_or_of_any_size_keep_people_with_their_pictures(tmp_path: Path) -> None:
    data = small_coco()
    for image, item, name in zip(data["images"], data["annotations"], ("img_4", 10**30), strict=True):
        image["id"] = item["image_id"] = name
    people = read_coco(written(tmp_path, data), tmp_path)
    assert [path.name for path in people.image_paths] == ["1.jpg", "2.jpg"]
    assert people.image_numbers.tolist() == [0, 1]


def test_the_category_is_chosen_by_its_name_and_crowds_are_nobody(tmp_path: Path) -> None:
    data = small_coco()
    data["categories"] = [category(1, "mannequin"), category(9, "person")]
    data["annotations"][0]["category_id"] = 9
    data["annotations"].append(person(7, 2, category_id=9, iscrowd=1))
    people = read_coco(written(tmp_path, data), tmp_path)
    assert [path.name for path in people.image_paths] == ["1.jpg"]
    assert people.left_out == ("1 mannequin", "1 crowds")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_hindrance(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, small_coco(), encoding=encoding)
    assert len(read_coco_file(path).people) == 2
    assert not any(rule.broken for rule in check(path, SilentReporter()).rules)


def test_a_key_that_stands_twice_is_refused_not_lost(tmp_path: Path) -> None:
    path = written(tmp_path, small_coco())
    path.write_text(path.read_text()[:-1] + ', "annotations": []}')
    with pytest.raises(DatasetError, match="the key 'annotations' stands twice"):
        read_coco_file(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "not valid JSON"), (b"[]", "found list"), (b"[" * 100_000, "nested too deeply"), (b"\xff\xfe\xff", "save it as UTF-8"), (b'{"a": "\xe4"}', "its byte 8")],
)  # fmt: skip
def test_what_is_no_coco_at_all_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=said):
        read_coco_file(path)


def test_only_the_first_faults_are_told_and_the_rest_is_counted(tmp_path: Path) -> None:
    data = small_coco(50)
    for item in data["annotations"]:
        item["area"] = "wide"
    with pytest.raises(DatasetError, match=r"annotation 101: .*; annotation 103: .*; and 47 more faults"):
        read_coco_file(written(tmp_path, data))
    rule = next(r for r in check(tmp_path, SilentReporter()).rules if r.name == "fields hold what COCO allows")
    assert rule.broken == 50


def test_boxes_need_no_keypoints_of_ours(tmp_path: Path) -> None:
    data = small_coco()
    data["annotations"][0]["keypoints"] = [1.0, 2.0, 0.7] * 17
    del data["categories"][0]["keypoints"]
    path = written(tmp_path, data)
    assert len(read_coco_file(path, spinetrack=False).people) == 2
    with pytest.raises(DatasetError, match="51 keypoint numbers"):
        read_coco_file(path)


def test_what_the_file_holds_is_json_again(tmp_path: Path) -> None:
    file = read_coco_file(written(tmp_path, small_coco()))
    again = {
        "images": [image.model_dump(exclude_none=True) for image in file.images],
        "annotations": [item.model_dump(exclude_none=True) for item in file.annotations],
        "categories": [kind.model_dump(exclude_none=True) for kind in file.categories],
    }
    assert read_coco_file(written(tmp_path, json.loads(json.dumps(again)), "again.json")).people == file.people
