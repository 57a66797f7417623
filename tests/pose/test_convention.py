"""Points of two conventions are neither learnt together nor scored against each other."""

import json
from pathlib import Path

import pytest

from spinegen.errors import DatasetError
from spinegen.pose.convention import Convention, require_same
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.settings import TrainSettings
from spinegen.pose.train_part import Split, train
from spinegen.progress import SilentReporter
from support.small_coco import small_coco

BODIES, TIPS = {"vertebral_site": "centroid"}, {"vertebral_site": "posterior"}


def test_a_file_says_where_its_points_lie(tmp_path: Path) -> None:
    data = small_coco()
    data["info"] = {"vertebral_site": "posterior", "body_points": "coco", "version": 3}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(data))
    people = read_coco(path, tmp_path)
    assert people.convention == Convention("posterior", "coco")
    data["info"] = {"vertebral_site": 5}
    path.write_text(json.dumps(data))
    assert read_coco(path, tmp_path).convention.said() == {}


@pytest.mark.parametrize(
    ("first", "second"), [(BODIES, BODIES), (BODIES, {}), ({}, TIPS), (BODIES, {"body_points": "coco"})]
)
def test_what_is_not_known_to_differ_goes_together(first: dict[str, str], second: dict[str, str]) -> None:
    require_same(Convention.of(first), "a.json", Convention.of(second), "b.json")


def test_the_sentence_names_both_files_and_what_each_says() -> None:
    with pytest.raises(
        DatasetError, match=r"b\.json: vertebral_site is posterior, but that of a\.json is centroid: .* --site"
    ):
        require_same(Convention.of(BODIES), "a.json", Convention.of(TIPS), "b.json")


def test_sets_of_two_conventions_are_refused_before_a_crop_is_cut(tmp_path: Path) -> None:
    splits = []
    for name, said in (("train", BODIES), ("val", BODIES), ("mix", TIPS)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(small_coco() | {"info": said}))
        splits.append(Split(path, tmp_path))
    settings = TrainSettings(model="tiny", mix=splits[2].annotations, mix_images=tmp_path)
    with pytest.raises(DatasetError, match=r"mix\.json: vertebral_site is posterior"):
        train(tmp_path / "pose", splits[0], splits[1], settings, key="", reporter=SilentReporter())
    assert not (tmp_path / "pose").exists()
