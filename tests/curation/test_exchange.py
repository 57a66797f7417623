"""Labels that go through other tools come back as they were, and what went wrong on the way is named by picture and point."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from spinegen.curation.exchange.stage import FORMATS, export_labels, import_labels
from spinegen.curation.folder import LabelFolder
from spinegen.errors import DatasetError, UsageError
from spinegen.progress import SilentReporter, StageSummary
from spinegen.records.label_files import read_picture_labels
from spinegen.skeleton import FLIP, INDEX, NAMES
from support.commands import done_here, refused
from support.label_folders import corrected, labelled_folder

ALL = tuple(FORMATS)
CVAT_ROUNDED = re.compile(r"-?\d+\.\d{3,}")


@pytest.fixture
def folder(tmp_path: Path) -> LabelFolder:
    """Three pictures of two people; points of every visibility, somebody removed, odd decimals."""
    made = labelled_folder(tmp_path / "L", people=2)
    corrected(made, "figure-1.png", {"nose": (1 / 3, -0.1), "spine_03": (2.0, 1e-7)})
    labels = read_picture_labels(made.labels_file("figure-2.png"))
    first, second = labels.people
    points = list(first.keypoints)
    points[INDEX["left_ear"]] = (*points[INDEX["left_ear"]][:2], 0)
    people = (first.model_copy(update={"keypoints": tuple(points)}), second.model_copy(update={"removed": True}))
    labels.model_copy(update={"people": people}).write(made.labels_file("figure-2.png"), indent=None)
    assert {v for one in made.all_labels() for person in one.kept for _, _, v in person.keypoints} == {0, 1, 2}
    return made


def exported(folder: LabelFolder, name: Any) -> Path:
    target = folder.root.parent / f"out-{name}{FORMATS[name].suffix}"
    export_labels(folder.root, target, name)
    return target


def read_back(folder: LabelFolder, file: Path, **other: Any) -> StageSummary:
    return import_labels(folder.root, file, other.pop("name", "auto"), "ann", reporter=SilentReporter(), **other)


def files(folder: LabelFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.labels.iterdir())}


def json_of(file: Path) -> Any:
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            return json.loads(archive.read("annotations/person_keypoints_default.json"))
    return json.loads(file.read_text())


def rewritten(file: Path, data: Any) -> Path:
    text = json.dumps(data)
    if file.suffix == ".zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("annotations/person_keypoints_default.json", text)
    else:
        file.write_text(text)
    return file


@pytest.mark.parametrize("name", ALL)
def test_a_round_trip_without_edits_changes_no_byte(folder: LabelFolder, name: str) -> None:
    before = files(folder)
    summary = read_back(folder, exported(folder, name))
    assert not summary.failures
    assert f"3 of 3 pictures, as {name}" in str(summary.rows)
    assert files(folder) == before
    assert len(before) == 3


@pytest.mark.parametrize("name", ALL)
def test_rounded_numbers_new_ids_and_another_order_of_people_change_no_byte_either(
    folder: LabelFolder, name: str
) -> None:
    """As CVAT and Label Studio hand files back: hundredths, ids of their own, folders before names."""
    before, file = files(folder), exported(folder, name)
    if name == "cvat-xml":
        text = CVAT_ROUNDED.sub(lambda number: f"{float(number.group()):.2f}", file.read_text())
        file.write_text(re.sub(r"\s*<attribute name=\"person\">\d+</attribute>", "", text))
    else:
        data = json_of(file)
        if name == "label-studio":
            for task in data:
                del task["data"]["picture"]
                task["data"]["image"] = "/data/upload/3/0a1b2c3d-" + task["data"]["image"].rpartition("/")[2]
        else:
            data["annotations"].reverse()
            for number, item in enumerate(data["annotations"], start=1):
                item["id"] = number
                item["keypoints"] = [round(value, 2) for value in item["keypoints"]]
                if name == "cvat-coco":
                    item["bbox"] = box_of_points(item["keypoints"])
                item["attributes"] = {"occluded": False}
            for image in data["images"]:
                image["file_name"] = "default/" + image["file_name"]
        rewritten(file, data)
    assert not read_back(folder, file).failures
    assert files(folder) == before


def box_of_points(keypoints: list[float]) -> list[float]:
    """What CVAT's exporter (Datumaro's `Skeleton.get_bbox`) writes for a skeleton: it knows no other box."""
    x, y = keypoints[0::3], keypoints[1::3]
    return [min(x), min(y), max(x) - min(x), max(y) - min(y)]


def test_cvat_s_points_count_from_the_corner_and_other_files_that_do_are_not_taken(folder: LabelFolder) -> None:
    plain, cvat = (json_of(exported(folder, name)) for name in ("coco", "cvat-coco"))
    for ours, theirs in zip(plain["annotations"], cvat["annotations"], strict=True):
        seen = [k for k in range(37) if ours["keypoints"][3 * k + 2]]
        assert len(seen) > 30
        for k in seen:
            x, y = ours["keypoints"][3 * k : 3 * k + 2]
            assert theirs["keypoints"][3 * k : 3 * k + 2] == pytest.approx([x + 0.5, y + 0.5])
    before, file = files(folder), folder.root.parent / "unpacked.json"
    file.write_text(json.dumps(cvat))
    summary = read_back(folder, file)
    assert len(summary.failures) == 3
    assert "lie half a pixel to the right and down, as CVAT counts them: read it with --format cvat-coco" in str(
        summary.failures
    )
    assert not read_back(folder, file, name="cvat-coco").failures
    assert files(folder) == before


def moved(data: Any, name: str) -> None:
    """The second person's left knee of the first picture by 7 pixels to the left, hidden now."""
    if name == "label-studio":
        for part in data[0]["annotations"][0]["result"]:
            if part["id"] == "person-2-left_knee":
                part["value"]["x"] -= 700 / part["original_width"]
                if part["type"] == "choices":
                    part["value"]["choices"] = ["hidden"]
    else:
        k = 3 * INDEX["left_knee"]
        item = next(item for item in data["annotations"] if item["id"] == 102)
        item["keypoints"][k : k + 3] = [item["keypoints"][k] - 7, item["keypoints"][k + 1], 1]


@pytest.mark.parametrize("name", ALL)
def test_what_was_changed_comes_back_and_nothing_else(folder: LabelFolder, name: str) -> None:
    before, file = read_picture_labels(folder.labels_file("figure-0.png")), exported(folder, name)
    x, y, _ = before.people[1].keypoints[INDEX["left_knee"]]
    if name == "cvat-xml":
        at = f'points="{x + 0.5!r},{y + 0.5!r}"'
        head, tail = file.read_text().split(at, 1)
        opened = head.rpartition("<points ")
        turned = opened[2].replace('occluded="0"', 'occluded="1"')
        file.write_text(f'{opened[0]}<points {turned}points="{x - 6.5!r},{y + 0.5!r}"{tail}')
    else:
        data = json_of(file)
        moved(data, name)
        rewritten(file, data)
    summary = read_back(folder, file)
    assert "1 pictures: 1 points, 0 people added, 0 removed" in str(summary.rows)
    after = read_picture_labels(folder.labels_file("figure-0.png"))
    assert after.people[1].keypoints[INDEX["left_knee"]] == pytest.approx((x - 7, y, 1))
    assert (after.revision, after.edits[-1].by, after.done) == (1, "ann", False)
    assert after.edits[-1].through in (name, "coco", "cvat-coco")
    same = [i for i in range(37) if i != INDEX["left_knee"]]
    assert [after.people[1].keypoints[i] for i in same] == [before.people[1].keypoints[i] for i in same]
    assert after.people[0] == before.people[0]
    assert after.people[1].prelabel == before.people[1].prelabel


def spoilt(folder: LabelFolder, spoil: Any, name: str = "coco") -> Path:
    file = exported(folder, name)
    data = json_of(file)
    spoil(data)
    return rewritten(file, data)


def swap_first_person(data: Any) -> None:
    points = data["annotations"][0]["keypoints"]
    triples = [points[3 * i : 3 * i + 3] for i in range(37)]
    data["annotations"][0]["keypoints"] = [value for i in range(37) for value in triples[FLIP[i]]]


def see_everything(data: Any) -> None:
    for item in data["annotations"]:
        for k in range(2, 111, 3):
            item["keypoints"][k] = 2 if item["keypoints"][k] else 0


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (swap_first_person, "figure-0.png: annotation 101: left and right are exchanged: left_ear and right_ear, left_shoulder"),
        (lambda d: d["annotations"][0]["keypoints"].__setitem__(slice(0, 3), [612.5, 3, 2]), "figure-0.png: annotation 101: nose at (612.5, 3) lies outside the picture of 400x240"),
        (see_everything, "was hidden and is seen, as all"),
        (lambda d: d["annotations"].__delitem__(slice(0, 2)), "figure-0.png: everybody is missing in the file"),
    ],
)  # fmt: skip
def test_doubts_and_faults_name_picture_and_point_and_leave_the_picture(
    folder: LabelFolder, spoil: Any, said: str
) -> None:
    file, before = spoilt(folder, spoil), files(folder)
    summary = read_back(folder, file)
    assert any(said in text for text in summary.failures), summary.failures
    after = files(folder)
    assert after["figure-0.png.json"] == before["figure-0.png.json"]


def test_what_is_doubtful_is_taken_on_request_what_is_wrong_is_not(folder: LabelFolder) -> None:
    before = read_picture_labels(folder.labels_file("figure-0.png"))
    assert not read_back(folder, spoilt(folder, swap_first_person), trust=True).failures
    after = read_picture_labels(folder.labels_file("figure-0.png"))
    assert after.people[0].keypoints[INDEX["left_hip"]] == before.people[0].keypoints[INDEX["right_hip"]]
    wrong = spoilt(folder, lambda d: d["annotations"][0]["keypoints"].__setitem__(slice(0, 3), [-50, 3, 2]))
    assert "nose at (-50, 3) lies outside" in read_back(folder, wrong, trust=True).failures[0]


def rename(data: Any) -> None:
    data["categories"][0]["keypoints"][INDEX["spine_03"]] = "lumbar_1"


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("coco", rename, "missing spine_03; unknown 'lumbar_1'"),
        ("cvat-coco", rename, "missing spine_03; unknown 'lumbar_1'"),
        ("coco", lambda d: d["categories"][0]["keypoints"].reverse(), "another order: 0 is neck_03, must be nose"),
        ("coco", lambda d: d["categories"][0].__setitem__("keypoints", NAMES[:17]), "missing head, neck"),
        ("coco", lambda d: d["images"][0].__setitem__("file_name", "holiday.jpg"), "picture 'holiday.jpg': is not in the labelled folder, which holds 3, first figure-0.png"),
        ("coco", lambda d: d["images"][0].__setitem__("width", 399), "picture figure-0.png: found 399x240, allowed: 400x240"),
        ("coco", lambda d: d["annotations"][0]["keypoints"].__setitem__(2, 0.7), "annotation 101: field keypoints: found v = 0.7 of nose, allowed: 0, 1, 2"),
        ("coco", lambda d: d["annotations"][0]["keypoints"].pop(), "found 110 keypoint numbers, allowed: 111"),
        ("coco", lambda d: d.pop("images"), "is no COCO keypoint file: images missing"),
        ("label-studio", lambda d: d[0]["annotations"][0]["result"][1]["value"].__setitem__("keypointlabels", ["Nose"]), "figure-0.png: point 'Nose': is none of the 37 names"),
        ("label-studio", lambda d: d[0]["annotations"][0]["result"][1].__setitem__("parentID", "gone"), "figure-0.png: point 'nose': belongs to nobody: its parentID is 'gone'"),
        ("label-studio", lambda d: d[0]["annotations"][0]["result"][1]["value"].__setitem__("x", None), "figure-0.png: point 'nose': fields x and y are missing"),
        ("label-studio", lambda d: d[0]["annotations"][0]["result"][2]["value"].__setitem__("choices", ["maybe"]), "found 'maybe', allowed: seen or hidden"),
        ("label-studio", lambda d: d[0].pop("data"), "task 1: field data is missing"),
        ("label-studio", lambda d: d.clear(), "is no Label Studio export"),
    ],
)  # fmt: skip
def test_a_file_of_another_schema_is_refused_whole(folder: LabelFolder, name: str, spoil: Any, said: str) -> None:
    file, before = spoilt(folder, spoil, name), files(folder)
    with pytest.raises(DatasetError, match=re.escape(said)):
        read_back(folder, file, name=name)
    assert files(folder) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('label="nose"', 'label="Nose"', "figure-0.png: skeleton 1: point 'Nose': is none of the 37 names of SpineTrack"),
        ('label="left_eye"', 'label="nose"', "figure-0.png: skeleton 1: point nose: found twice"),
        ('outside="0"', 'outside="no"', "field outside: found 'no', allowed: 0 or 1"),
        ('points="', 'points="a', "point nose: field points: found 'a"),
        ('points="', 'points="nan,', "field points: found 'nan,"),
        ("<annotations>", "<annotation>", "is no XML"),
        ("annotations>", "notes>", "is no CVAT XML of pictures: found <notes> with 3 images"),
        ("<annotations>", '<!DOCTYPE a [<!ENTITY x "y">]><annotations>', "holds a DOCTYPE"),
        ('name="figure-0.png"', 'name="x.png"', "picture 'x.png': is not in the labelled folder"),
    ],
)  # fmt: skip
def test_a_cvat_file_with_a_fault_is_refused_whole(folder: LabelFolder, old: str, new: str, said: str) -> None:
    file, before = exported(folder, "cvat-xml"), files(folder)
    file.write_text(file.read_text().replace(old, new, -1 if old == "annotations>" else 1))
    with pytest.raises(DatasetError, match=re.escape(said)):
        read_back(folder, file, name="cvat-xml")
    assert files(folder) == before


def test_a_missing_point_in_a_skeleton_is_named(folder: LabelFolder) -> None:
    file = exported(folder, "cvat-xml")
    file.write_text(re.sub(r"\s*<points label=\"right_hip\"[^>]*/>", "", file.read_text(), count=1))
    with pytest.raises(DatasetError, match=r"figure-0\.png: skeleton 1: point right_hip is missing"):
        read_back(folder, file)


def test_people_are_added_and_removed(folder: LabelFolder) -> None:
    def change(data: Any) -> None:
        data["annotations"] = [item for item in data["annotations"] if item["id"] != 102]
        far = [value + (0 if k % 3 == 2 else 3) for k, value in enumerate(data["annotations"][0]["keypoints"])]
        data["annotations"].append({**data["annotations"][0], "id": 9901, "image_id": 2, "keypoints": far})

    summary = read_back(folder, spoilt(folder, change), done=True)
    assert not [text for text in summary.failures if "figure-0" in text]
    first = read_picture_labels(folder.labels_file("figure-0.png"))
    assert [person.removed for person in first.people] == [False, True]
    second = read_picture_labels(folder.labels_file("figure-1.png"))
    assert [(person.person, person.prelabel is None) for person in second.people] == [(1, False), (2, False), (3, True)]
    assert first.done
    assert second.done


def test_files_that_tools_need_besides_are_written(folder: LabelFolder) -> None:
    xml, tasks = exported(folder, "cvat-xml"), exported(folder, "label-studio")
    zipped = exported(folder, "cvat-coco").with_name("out-cvat-coco.labels.json")
    assert zipped.read_bytes() == xml.with_name("out-cvat-xml.labels.json").read_bytes()
    (label,) = json.loads(xml.with_name("out-cvat-xml.labels.json").read_text())
    assert [point["name"] for point in label["sublabels"]] == list(NAMES)
    assert label["svg"].count("<circle") == 37
    assert label["svg"].count("<line") == 39
    config = tasks.with_name("out-label-studio.config.xml").read_text()
    assert config.count("<Label value=") == 38


def test_the_commands_say_what_they_did_and_end_in_one_sentence(folder: LabelFolder) -> None:
    cwd = folder.root.parent
    assert "3 pictures, 5 people" in done_here("label", "export", "L", "a.xml", "--format", "cvat-xml", cwd=cwd)
    assert "0 pictures: 0 points" in done_here("label", "import", "L", "a.xml", cwd=cwd)
    assert "a.xml: --format coco is written to a file that ends in .json" in refused(
        "label", "export", "L", "a.xml", cwd=cwd, code=2
    )
    assert "b.json: does not exist" in refused("label", "import", "L", "b.json", cwd=cwd, code=2)
    (cwd / "b.json").write_text("{")
    assert "b.json: is not valid JSON" in refused("label", "import", "L", "b.json", cwd=cwd)
    with zipfile.ZipFile(cwd / "c.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    assert "holds 0 files annotations/person_keypoints_*.json, allowed: one; it holds readme.txt" in refused(
        "label", "import", "L", "c.zip", cwd=cwd
    )
    (cwd / "d.zip").write_bytes((cwd / "c.zip").read_bytes()[:40])
    assert "d.zip: archive is damaged or cut off" in refused("label", "import", "L", "d.zip", cwd=cwd)


def test_nothing_left_to_export_is_said(folder: LabelFolder) -> None:
    for number in range(3):
        corrected(folder, f"figure-{number}.png")
    with pytest.raises(UsageError, match="every picture is done, so --only-open leaves nothing"):
        export_labels(folder.root, folder.root.parent / "a.json", "coco", only_open=True)
