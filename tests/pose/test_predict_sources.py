"""Predicting what people bring: boxes of the right picture and of people alone, every folder, every file accounted for."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from spinegen.cli import main
from spinegen.errors import UsageError
from spinegen.media.sources import FoundFile
from spinegen.media.video_read import open_video
from spinegen.predict.given_boxes import Boxes, read_boxes
from spinegen.predict.stage import predict
from spinegen.progress import SilentReporter, StageSummary
from support.films import film, steady
from support.small_coco import category, person, picture, small_coco, written


def grey(path: Path, size_wh: tuple[int, int] = (64, 48), **options: Any) -> FoundFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)).save(path, **options)
    return FoundFile(path, path.name)


def run(model: Path, source: Path, target: Path, boxes: object = "whole") -> StageSummary:
    return predict(source, target, model, boxes=str(boxes), reporter=SilentReporter())


def people_in(path: Path) -> int:
    return len(json.loads(path.read_text())["people"])


def count(boxes: Boxes, found: FoundFile) -> int:
    return len(boxes.of(found, 64, 48))


def test_boxes_of_one_camera_are_not_those_of_another(tmp_path: Path) -> None:
    data = small_coco()
    data["images"] = [picture(1, "camA/0001.jpg"), picture(2, "camC/0001.jpg")]
    boxes = read_boxes(str(written(tmp_path, data)))
    root = tmp_path / "set"
    assert count(boxes, FoundFile(root / "camA/0001.jpg", "camA/0001.jpg")) == 1
    assert count(boxes, FoundFile(root / "camA/0001.jpg", "0001.jpg")) == 1
    assert count(boxes, FoundFile(root / "camB/0001.jpg", "camB/0001.jpg")) == 0
    assert count(boxes, FoundFile(root / "camB/0001.jpg", "0001.jpg")) == 0
    bare = Boxes({"0001.jpg": np.array([[0.0, 0, 9, 9]])})
    assert count(bare, FoundFile(root / "0001.jpg", "0001.jpg")) == 1
    assert count(bare, FoundFile(root / "camB/0001.jpg", "camB/0001.jpg")) == 0


def test_chairs_and_crowds_are_no_people(tmp_path: Path) -> None:
    data = small_coco(1)
    data["categories"] = [category(1, "chair"), category(2, "person")]
    data["annotations"] = [
        person(1, 1, category_id=1),
        person(2, 1, category_id=2, iscrowd=1),
        person(3, 1, category_id=2, bbox=[1, 2, 3, 4]),
    ]
    boxes = read_boxes(str(written(tmp_path, data)))
    found = FoundFile(tmp_path / "1.jpg", "1.jpg")
    assert boxes.of(found, 64, 48).tolist() == [[1, 2, 3, 4]]
    assert boxes.size_of(found) == (64, 48)


@pytest.mark.parametrize("rows", ['[["1", 2, 3, 4]]', "[[true, 2, 3, 4]]", "[[1, 2, 3]]", "[[1, 2, -3, 4]]", "5", "[[1e400, 2, 3, 4]]", "[[0.1, 0.2, 0.5, 0.5]]"])  # fmt: skip
def test_boxes_that_are_none_are_refused(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "boxes.json"
    path.write_text(f'{{"a.jpg": {rows}}}')
    with pytest.raises(UsageError, match=r"boxes of 'a\.jpg'"):
        read_boxes(str(path))


def test_folders_in_folders_are_read_and_kept_apart(exported_onnx: Path, tmp_path: Path) -> None:
    for name in ("camA/1.jpg", "camB/1.jpg", "1.jpg"):
        grey(tmp_path / "in" / name)
    summary = run(exported_onnx, tmp_path / "in", tmp_path / "out")
    assert summary.figures["frames"] == 3
    results = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.json"))
    assert results == ["1.json", "camA/1.json", "camB/1.json"]
    assert json.loads((tmp_path / "out/camB/1.json").read_text())["picture"] == "camB/1.jpg"


def test_a_result_folder_inside_is_no_input(exported_onnx: Path, tmp_path: Path) -> None:
    grey(tmp_path / "in/1.jpg")
    for _ in range(2):
        assert run(exported_onnx, tmp_path / "in", tmp_path / "in/out").figures["frames"] == 1


def test_boxes_of_another_set_find_nobody_and_that_is_said(exported_onnx: Path, tmp_path: Path) -> None:
    grey(tmp_path / "in/9.jpg")
    path = written(tmp_path, small_coco())
    with pytest.raises(UsageError, match="nobody was found"):
        run(exported_onnx, tmp_path / "in", tmp_path / "out", path)
    grey(tmp_path / "in/1.jpg")
    rows = dict(run(exported_onnx, tmp_path / "in", tmp_path / "out", path).rows)
    assert rows["nobody in"] == "1 pictures that the boxes file does not name, first 9.jpg"


def test_boxes_drawn_on_a_picture_of_another_size_are_refused(exported_onnx: Path, tmp_path: Path) -> None:
    grey(tmp_path / "in/1.jpg", (64, 48))
    grey(tmp_path / "in/2.jpg", (128, 96))
    summary = run(exported_onnx, tmp_path / "in", tmp_path / "out", written(tmp_path, small_coco()))
    assert summary.figures["frames"] == 1
    assert "is 128x96, the label says 64x48" in summary.failures[0]


def test_a_box_beside_its_picture_shows_nobody_and_is_said(exported_onnx: Path, tmp_path: Path) -> None:
    grey(tmp_path / "in/1.jpg")
    grey(tmp_path / "in/2.jpg")
    boxes = tmp_path / "boxes.json"
    boxes.write_text(json.dumps({"1.jpg": [[-5, 10, 20, 30]], "2.jpg": [[10, 10, 20, 20], [64, 10, 20, 20]]}))
    summary = run(exported_onnx, tmp_path / "in", tmp_path / "out", boxes)
    assert summary.failures == ("box [64, 10, 20, 20] of '2.jpg' lies outside its picture of 64x48 pixels",)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1.jpg", "1.json"]


def test_videos_lie_beside_pictures_and_each_result_is_of_its_own(exported_onnx: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    grey(source / "a.jpg")
    film(source / "a.mp4", [0.0, 0.04, 1.5])
    film(source / "b.mkv", steady(4))
    summary = run(exported_onnx, source, tmp_path / "out")
    assert summary.figures == {"frames": 8, "people": 3}
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["a.jpg.jpg", "a.jpg.json", "a.mp4.json", "a.mp4.mp4", "b.json", "b.mp4"]
    record = json.loads((tmp_path / "out/a.mp4.json").read_text())
    assert [frame["time_s"] for frame in record["frames"]] == pytest.approx([0, 0.04, 1.5], abs=0.002)
    with open_video(tmp_path / "out/a.mp4.mp4") as video:
        assert [frame.time_s for frame in video.frames()] == pytest.approx([0, 0.04, 1.5], abs=0.002)


def test_a_video_that_ends_early_is_kept_as_far_as_it_goes(exported_onnx: Path, tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", steady(12), options={"movflags": "+faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    summary = run(exported_onnx, path, tmp_path / "out")
    record = json.loads((tmp_path / "out/a.json").read_text())
    assert 0 < len(record["frames"]) < 12
    assert any("ended early at" in fault for fault in record["faults"])
    assert summary.failures == tuple(record["faults"])


def test_boxes_of_frames_belong_to_one_video(exported_onnx: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    film(tmp_path / "in/a.mp4", steady(2))
    film(tmp_path / "in/b.mp4", steady(2))
    boxes = tmp_path / "boxes.json"
    boxes.write_text('{"b.mp4/0": [[5, 5, 40, 40]], "b.mp4/1": [[6, 5, 40, 40], [30, 5, 40, 40]], "0": [[1, 1, 9, 9]]}')
    run(exported_onnx, tmp_path / "in", tmp_path / "out", boxes)
    for name, wanted in (("a", [0, 0]), ("b", [1, 2])):
        record = json.loads((tmp_path / f"out/{name}.json").read_text())
        assert [len(frame["people"]) for frame in record["frames"]] == wanted


@pytest.mark.parametrize("bad", ["phone.heic", "cut.jpg"])
def test_the_command_ends_with_1_where_a_file_could_not_be_read(exported_onnx: Path, tmp_path: Path, bad: str) -> None:
    grey(tmp_path / "in/1.jpg")
    (tmp_path / "in/notes.txt").write_text("no picture")
    arguments = ["predict", "-i", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--model", str(exported_onnx)]
    arguments += ["--boxes", "whole"]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    (tmp_path / f"in/{bad}").write_bytes(b"\xff\xd8 no more")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 1
    assert people_in(tmp_path / "out/1.json") == 1
