"""Points of two conventions are neither learnt together nor scored against each other."""

import json
from pathlib import Path

import pytest

from spinegen.errors import DatasetError
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.data.convention import Convention, require_same
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
