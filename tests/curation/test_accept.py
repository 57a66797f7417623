"""What is corrected becomes a SpineTrack set; faults are named, and nothing of others is lost."""

import json
from pathlib import Path

import pytest

from spinegen.annotate.check import check
from spinegen.curation.accept import accept
from spinegen.curation.checks import label_faults
from spinegen.curation.folder import LabelFolder
from spinegen.errors import DatasetError, UsageError
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.settings import TrainSettings
from spinegen.pose.train_part import mixed_split
from spinegen.progress import SilentReporter
from spinegen.records.label_files import PictureLabels, read_picture_labels
from spinegen.skeleton import COUNT, INDEX, NAMES
from support.commands import refused
from support.label_folders import corrected, labelled_folder
from support.small_coco import category, person, picture
from support.small_files import with_small_files


def accepted(folder: LabelFolder, into: Path | None = None) -> dict:
    summary = accept(folder.root, into, name="train-real", by="ben", reporter=SilentReporter())
    assert summary.look_at is not None
    return json.loads(summary.look_at.read_text())


def test_what_is_done_is_accepted_with_who_when_and_how_far(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L", people=2)
    corrected(folder, "figure-1.png", {"spine_03": (3.0, 4.0)})
    data = accepted(folder)
    assert [image["file_name"] for image in data["images"]] == ["figure-1.png"]
    first, second = data["annotations"]
    assert (first["id"], second["id"], first["image_id"]) == (101, 102, 1)
    assert (first["label"]["by"], first["label"]["round"], first["label"]["revision"]) == ("ann", 1, 1)
    moved = first["label"]["moved_px"]
    assert moved[INDEX["spine_03"]] == pytest.approx(5.0, abs=0.01)
    assert {value for i, value in enumerate(moved) if i != INDEX["spine_03"]} <= {0.0, None}
    acceptance = folder.read_set().acceptances[-1]
    assert (acceptance.by, acceptance.pictures, acceptance.people) == ("ben", 1, 2)
    assert 0 < acceptance.moved_px < 1


def test_the_set_is_one_that_check_and_training_take(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L")
    for number in range(3):
        corrected(folder, f"figure-{number}.png")
    accepted(folder)
    file = tmp_path / "L/real/annotations/person_keypoints_train-real.json"
    result = check(file, SilentReporter())
    assert result.passed, result.summary()
    split = mixed_split(TrainSettings(mix=file))
    assert split is not None
    assert split.images == tmp_path / "L/real/images/train-real"
    people = read_coco(file, split.images)
    assert len(people) == 3
    labels = read_picture_labels(folder.labels_file("figure-0.png"))
    assert people.keypoints_px[0, 0].tolist() == pytest.approx(labels.people[0].keypoints[0][:2])
    assert people.picture(0).shape[:2] == (labels.height, labels.width)


def test_accepting_again_changes_nothing_a_later_correction_replaces(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L")
    corrected(folder, "figure-0.png")
    first = accepted(folder)
    assert accepted(folder) == first
    assert len(folder.read_set().acceptances) == 1
    corrected(folder, "figure-0.png", {"nose": (7, 0)})
    corrected(folder, "figure-2.png")
    again = accepted(folder)
    assert [image["id"] for image in again["images"]] == [1, 2]
    assert again["annotations"][0]["label"]["moved_px"][0] == pytest.approx(7.0)
    assert again["images"][0] == first["images"][0]


def test_entries_that_others_made_stay_as_they_are(tmp_path: Path) -> None:
    theirs = {
        "info": {"by": "somebody"}, "licenses": [{"id": 3}], "images": [{**picture(7, "old.jpg"), "own": 1}],
        "annotations": [person(12, 7, note="kept")], "categories": [category()],
    }  # fmt: skip
    into = tmp_path / "coco"
    file = into / "annotations/person_keypoints_train-real.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(theirs))
    folder = labelled_folder(tmp_path / "L")
    corrected(folder, "figure-0.png")
    data = accepted(folder, into)
    assert (data["info"], data["licenses"]) == (theirs["info"], theirs["licenses"])
    assert data["images"][0] == theirs["images"][0]
    assert data["annotations"][0] == theirs["annotations"][0]
    assert [image["id"] for image in data["images"]] == [7, 8]
    assert (into / "images/train-real/figure-0.png").is_file()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data["categories"][0]["keypoints"].__setitem__(3, "ear_left"), "missing left_ear; unknown 'ear_left'"),
        (lambda data: data["categories"][0]["keypoints"].reverse(), "another order: 0 is neck_03, must be nose"),
        (lambda data: data["images"][0].__setitem__("id", "a7"), "allowed are whole numbers where a set is merged into"),
    ],
)  # fmt: skip
def test_a_set_of_another_schema_is_refused_and_stays(tmp_path: Path, spoil: object, said: str) -> None:
    data = {"images": [picture(7, "old.jpg")], "annotations": [person(12, 7)], "categories": [category()]}
    assert callable(spoil)
    spoil(data)
    if data["images"][0]["id"] == "a7":
        data["annotations"][0]["image_id"] = "a7"
    file = tmp_path / "coco/annotations/person_keypoints_train-real.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(data))
    folder = labelled_folder(tmp_path / "L")
    corrected(folder, "figure-0.png")
    with pytest.raises(DatasetError, match=said):
        accept(folder.root, tmp_path / "coco", name="train-real", by="ben", reporter=SilentReporter())
    assert json.loads(file.read_text()) == data
    assert not folder.read_set().acceptances


def test_a_point_outside_is_named_and_the_others_are_accepted(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L")
    corrected(folder, "figure-0.png", {"left_knee": (900, 0)})
    corrected(folder, "figure-1.png")
    line = refused("label", "accept", "L", cwd=tmp_path)
    assert "figure-0.png: person 1: left_knee at (" in line
    assert "lies outside the picture of 200x240" in line
    data = json.loads((tmp_path / "L/real/annotations/person_keypoints_train-real.json").read_text())
    assert [image["file_name"] for image in data["images"]] == ["figure-1.png"]


def spoilt(labels: PictureLabels, **update: object) -> PictureLabels:
    return labels.model_copy(update=update)


def test_faults_name_picture_person_and_what_to_do(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L", pictures=1)
    labels = folder.all_labels()[0]
    (one,) = labels.people
    assert label_faults(labels) == []
    twice = spoilt(labels, people=(one, one.model_copy(update={"person": 2})))
    assert label_faults(twice) == ["figure-0.png: people 1 and 2 are one person, labelled twice; remove one of them"]
    removed = spoilt(labels, people=(one, one.model_copy(update={"person": 2, "removed": True})))
    assert label_faults(removed) == []
    nothing = one.model_copy(update={"keypoints": tuple((x, y, 0) for x, y, _ in one.keypoints)})
    assert label_faults(spoilt(labels, people=(nothing,))) == [
        "figure-0.png: person 1: has no labelled point; label one, or remove the person"
    ]


def test_a_picture_that_was_exchanged_is_not_accepted(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L", pictures=2)
    corrected(folder, "figure-0.png")
    (folder.pictures / "figure-0.png").write_bytes((folder.pictures / "figure-1.png").read_bytes())
    summary = accept(folder.root, None, name="train-real", by="ben", reporter=SilentReporter())
    assert "is not the picture that was labelled" in summary.failures[0]
    assert not (tmp_path / "L/real").exists()


def test_what_cannot_be_accepted_is_said(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L")
    with pytest.raises(UsageError, match="none of its 3 pictures is done: correct them with: spinegen label edit"):
        accept(folder.root, None, name="train-real", by="ben", reporter=SilentReporter())
    corrected(folder, "figure-0.png")
    with pytest.raises(UsageError, match=r"--name \.\./x: allowed are letters"):
        accept(folder.root, None, name="../x", by="ben", reporter=SilentReporter())
    file = folder.labels_file("figure-1.png")
    file.write_text(file.read_text().replace('"revision": 0', '"revision": -1'))
    with pytest.raises(DatasetError, match=r"figure-1\.png\.json: field revision: found -1"):
        accept(folder.root, None, name="train-real", by="ben", reporter=SilentReporter())
    assert len(NAMES) == COUNT


def test_a_set_says_where_its_points_lie_and_takes_no_others(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L")
    corrected(folder, "figure-0.png")
    made = folder.read_set()
    rounds = (made.rounds[0].model_copy(update={"convention": {"vertebral_site": "centroid"}}),)
    made.model_copy(update={"rounds": rounds}).write(folder.set_file)
    assert accepted(folder)["info"]["vertebral_site"] == "centroid"
    rounds = (made.rounds[0].model_copy(update={"convention": {"vertebral_site": "posterior"}}),)
    made.model_copy(update={"rounds": rounds}).write(folder.set_file)
    with pytest.raises(
        DatasetError,
        match=r"field info\.vertebral_site: found 'centroid', but the points of round 1 \(full\) are 'posterior'",
    ):
        accepted(folder)


def test_a_full_disk_is_named_and_leaves_set_and_labels_as_they_were(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L")
    corrected(folder, "figure-0.png")
    accepted(folder)
    corrected(folder, "figure-1.png")
    before = {path: path.read_bytes() for path in folder.root.rglob("*.json")}
    code = "import sys; from spinegen.cli import main; main(sys.argv[1:])"
    result = with_small_files(code, "label", "accept", folder.root, limit=2000)
    assert result.returncode == 1
    line = result.stderr.strip().splitlines()[-1]
    file = folder.root / "real/annotations/person_keypoints_train-real.json"
    assert line == f"error: {file}: File too large; make room and run the same command again, what is done stays"
    assert {path: path.read_bytes() for path in folder.root.rglob("*.json")} == before
    assert len(accepted(folder)["images"]) == 2
