"""Pictures are found in the layouts that people publish."""

from pathlib import Path

import pytest

from spinegen.records.coco_layout import pictures_folder, split_name


@pytest.mark.parametrize(
    ("annotations", "pictures", "name"),
    [
        ("annotations/person_keypoints_val.json", "images/val", "1.jpg"),
        ("annotations/person_keypoints_val.json", "val", "1.jpg"),
        ("annotations/person_keypoints_val.json", "images", "camA/1.jpg"),
        ("annotations/person_keypoints_val.json", ".", "val/1.jpg"),
        ("annotations/labels.json", "images/labels", "1.jpg"),
        ("labels.json", "images", "1.jpg"),
        ("train/_annotations.coco.json", "train", "1.jpg"),
    ],
)
def test_the_folder_that_holds_the_named_pictures_is_found(
    tmp_path: Path, annotations: str, pictures: str, name: str
) -> None:
    path, picture = tmp_path / "set" / annotations, tmp_path / "set" / pictures / name
    for file in (path, picture):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    found = pictures_folder(path, [name])
    assert found is not None
    assert (found / name).samefile(picture)


def test_a_folder_of_the_right_name_is_named_even_where_its_pictures_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "annotations/person_keypoints_val.json"
    assert pictures_folder(path, ["1.jpg"]) is None
    (tmp_path / "images/val").mkdir(parents=True)
    assert pictures_folder(path, ["1.jpg"]) == tmp_path / "images/val"
    assert split_name(path) == "val"
