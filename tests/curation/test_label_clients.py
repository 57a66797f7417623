"""Our files in the hands of the tools' own readers and writers, where they are installed: Label Studio's SDK, and Datumaro, with which CVAT reads COCO."""

import copy
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from spinegen.curation.exchange.stage import export_labels, import_labels
from spinegen.curation.folder import LabelFolder
from spinegen.progress import SilentReporter
from support.label_folders import corrected, labelled_folder

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def folder(tmp_path: Path) -> LabelFolder:
    """Three pictures of two people."""
    made = labelled_folder(tmp_path / "L", people=2)
    corrected(made, "figure-1.png", {"nose": (1 / 3, -0.1), "spine_03": (2.0, 1e-7)})
    return made


def files(folder: LabelFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.labels.iterdir())}


def test_label_studio_s_own_checks_and_converter_take_our_tasks(folder: LabelFolder, tmp_path: Path) -> None:
    interfaces = pytest.importorskip("label_studio_sdk.label_interface")
    converters = pytest.importorskip("label_studio_sdk.converter")
    tasks = tmp_path / "tasks.json"
    export_labels(folder.root, tasks, "label-studio")
    config = tasks.with_name("tasks.config.xml").read_text()
    interface = interfaces.LabelInterface(config)
    interface.validate()
    data = json.loads(tasks.read_text())
    assert len(data) == 3
    for task in data:
        assert interface.validate_task({"data": task["data"]})
        assert interface.validate_annotation(task["annotations"][0])
    renamed = copy.deepcopy(data[0]["annotations"][0])
    renamed["result"][1]["value"]["keypointlabels"] = ["Nose"]
    assert not interface.validate_annotation(renamed)

    converter = converters.Converter(config, project_dir=str(tmp_path), download_resources=False)
    converter.convert(str(tasks), str(tmp_path / "made"), "JSON", is_dir=False)
    before = files(folder)
    summary = import_labels(folder.root, tmp_path / "made" / "result.json", "auto", "ann", reporter=SilentReporter())
    assert not summary.failures
    assert "3 of 3 pictures, as label-studio" in str(summary.rows)
    assert files(folder) == before


def test_what_datumaro_reads_and_writes_again_comes_back_as_it_was(folder: LabelFolder, tmp_path: Path) -> None:
    datumaro = pytest.importorskip("datumaro")
    given, made = tmp_path / "given", tmp_path / "made"
    export_labels(folder.root, tmp_path / "labels.zip", "cvat-coco")
    with zipfile.ZipFile(tmp_path / "labels.zip") as archive:
        archive.extractall(given)
    shutil.copytree(folder.pictures, given / "images" / "default")
    read = datumaro.Dataset.import_from(str(given), "coco_person_keypoints")
    found = {item.id: [one for one in item.annotations if one.type.name == "points"] for item in read}
    assert {name: len(people) for name, people in found.items()} == {f"figure-{i}": 2 for i in range(3)}
    for name, people in found.items():
        ours = {
            one.person: one
            for labels in folder.all_labels()
            if Path(labels.picture).stem == name
            for one in labels.people
        }
        for person in people:
            theirs = list(zip(person.points[0::2], person.points[1::2], person.visibility, strict=True))
            own = ours[person.group % 100].keypoints
            assert [int(v) for _, _, v in theirs] == [v for _, _, v in own]
            for (x, y, v), (px, py, _) in zip(theirs, own, strict=True):
                assert v == 0 or (x, y) == pytest.approx((px + 0.5, py + 0.5), abs=0.006)
    read.export(str(made), "coco_person_keypoints", save_media=False)
    before = files(folder)
    back = made / "annotations" / "person_keypoints_default.json"
    assert not import_labels(folder.root, back, "cvat-coco", "ann", reporter=SilentReporter()).failures
    assert files(folder) == before
