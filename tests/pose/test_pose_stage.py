"""The stage from a COCO folder to a scored file, and the tools around it."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinegen import skeleton
from spinegen.errors import DatasetError, TrainingError, UsageError
from spinegen.pose import stage
from spinegen.pose.drawing import draw_pose
from spinegen.pose.predictor import PosePrediction, PosePredictor
from spinegen.pose.settings import TrainSettings
from spinegen.predict.given_boxes import read_boxes
from spinegen.predict.one_euro import OneEuroFilter
from spinegen.predict.stage import Steady, predict
from spinegen.progress import SilentReporter
from spinegen.workspace import Workspace
from support.heard import Heard
from support.pose_figures import write_set
from support.quick_training import quick_settings
from support.simcc_files import told


def test_the_stage_leaves_a_file_its_scores_and_a_page(trained: Workspace) -> None:
    pose = trained.pose
    metrics = json.loads((pose / "metrics.json").read_text())
    for judged in ("network", "mean_pose"):
        assert set(metrics["scores"][judged]) == {"body", "spine", "feet", "all"}
    assert metrics["scores"]["people"] == 12
    assert {row["runtime"] for row in metrics["latency"]} == {"ONNX Runtime", "torch"}
    assert max(metrics["training"]["export"]["difference"].values()) < 1e-3
    assert metrics["training"]["loader_people_per_s"] > 0
    rows = list(csv.DictReader((pose / "metrics.csv").open()))
    assert float(rows[-1]["loss"]) > 0
    assert rows[-1]["ap_all"] != ""
    page = (pose / "report.html").read_text()
    assert "<svg" in page
    assert "data:image/jpeg;base64," in page
    assert "http" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    ).replace("https://matplotlib.org", "")
    assert metrics["training"]["export"]["fp16_difference"] < 0.01
    assert (pose / "pose-fp16.onnx").stat().st_size < 0.7 * (pose / "pose.onnx").stat().st_size
    assert not (pose / "checkpoint.pt").exists(), "a finished training needs none"


def test_the_scores_are_those_of_the_exported_file(trained: Workspace) -> None:
    from spinegen.pose.data.coco_set import read_coco
    from spinegen.pose.scoring.oks import oks_scores

    coco = trained.coco
    people = read_coco(coco / "annotations/person_keypoints_val-unreal.json", coco / "images/val-unreal")
    predictor = PosePredictor(trained.pose / "pose.onnx", flip_test=True)
    predictions = [predictor.predict(people.picture(row), people.boxes_xywh_px[[row]]) for row in range(len(people))]
    points = np.concatenate([p.keypoints_px for p in predictions])
    scores = oks_scores(people, points, np.concatenate([p.scores for p in predictions]))
    metrics = json.loads((trained.pose / "metrics.json").read_text())
    for subset, row in scores.items():
        for name, value in row.items():
            assert metrics["scores"]["network"][subset][name] == (
                None if value is None else pytest.approx(value, abs=1e-6)
            )


def test_what_is_done_is_not_done_again(trained: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrainingError, match="does not beat the mean pose"):
        stage.train_validate(trained, quick_settings(), SilentReporter())
    monkeypatch.setattr(stage, "require_better_than_mean_pose", lambda metrics: None)
    written = (trained.pose / "pose.onnx").stat().st_mtime_ns
    summary = stage.train_validate(trained, quick_settings(), SilentReporter())
    assert ("trained", "already done") in summary.rows
    assert (trained.pose / "pose.onnx").stat().st_mtime_ns == written


def test_any_file_is_validated_on_any_set(trained: Workspace, exported_onnx: Path, tmp_path: Path) -> None:
    annotations = write_set(tmp_path / "other", "val", 6, people=1, seed=9)
    summary = stage.train_validate(
        trained,
        TrainSettings(
            only="validate",
            model=str(exported_onnx),
            annotations=annotations,
            images=tmp_path / "other/images/val-unreal",
            device="cpu",
            threads=1,
        ),
        SilentReporter(),
    )
    assert summary.figures["people"] == 6
    assert summary.look_at is not None
    assert summary.look_at.is_relative_to(trained.pose / "validation")
    assert json.loads((trained.pose / "metrics.json").read_text())["scores"]["people"] == 12, "the training's own stay"


def test_where_nothing_was_trained_a_foreign_set_is_scored_with_the_network_that_ships(tmp_path: Path) -> None:
    annotations = write_set(tmp_path / "other", "val", 2, people=1, seed=9)
    heard = Heard()
    settings = TrainSettings(
        only="validate",
        model="light",
        annotations=annotations,
        images=tmp_path / "other/images/val-unreal",
        device="cpu",
    )
    summary = stage.train_validate(Workspace(tmp_path / "scores"), settings, heard)
    assert summary.figures["people"] == 2
    assert heard.once("nothing was trained here: the network light that ships is scored")
    assert "spinegen-light.onnx" in dict(summary.rows)["model"]


def test_results_of_files_of_one_name_stay_apart(trained: Workspace, exported_onnx: Path, tmp_path: Path) -> None:
    pages = []
    for place, seed in (("a", 9), ("b", 10)):
        annotations = write_set(tmp_path / place, "val", 3, people=1, seed=seed)
        settings = TrainSettings(
            only="validate",
            model=str(exported_onnx),
            annotations=annotations,
            images=tmp_path / place / "images/val-unreal",
            device="cpu",
            threads=1,
        )
        pages.append(stage.train_validate(trained, settings, SilentReporter()).look_at)
    assert pages[0] is not None
    assert pages[0] != pages[1]
    assert pages[0].exists()


def test_validation_without_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="train first"):
        stage.train_validate(Workspace(tmp_path), TrainSettings(only="validate"), SilentReporter())


@pytest.mark.slow
def test_the_learning_curve_has_a_point_a_part(workspace: Workspace) -> None:
    summary = stage.train_validate(
        workspace, quick_settings(benchmark=True, epochs=1, batch=4, fp16=False), SilentReporter()
    )
    rows = json.loads((workspace.pose / "benchmark/benchmark.json").read_text())["rows"]
    assert [row["people"] for row in rows] == [8, 12, 24, 48]
    assert summary.look_at is not None
    assert "<svg" in summary.look_at.read_text()


def pictures(folder: Path, count: int = 2) -> Path:
    write_set(folder, "val", count, people=1, seed=4)
    return folder / "images/val-unreal"


def test_predicting_a_folder_draws_and_writes_every_picture(exported_onnx: Path, tmp_path: Path) -> None:
    source = pictures(tmp_path)
    (source / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    summary = predict(source, tmp_path / "out", exported_onnx, boxes="whole", reporter=SilentReporter())
    assert summary.figures == {"frames": 2, "people": 2}
    assert len(summary.failures) == 1
    assert "broken.jpg" in summary.failures[0]
    record = json.loads((tmp_path / "out/00000000.json").read_text())
    assert len(record["people"][0]["keypoints"]) == 37
    drawn = cv2.imread(str(tmp_path / "out/00000000.jpg"))
    original = cv2.imread(str(source / "00000000.jpg"))
    assert drawn is not None
    assert original is not None
    assert drawn.shape == original.shape


def test_a_drawn_skeleton_shows_what_is_sure_and_the_spine_alone_on_request() -> None:
    black = np.zeros((100, 100, 3), np.uint8)
    points = np.random.default_rng(0).uniform(10, 90, (1, 37, 2))
    everything = draw_pose(black, points, np.ones((1, 37)))
    spine = draw_pose(black, points, np.ones((1, 37)), spine_only=True)
    assert 0 < (spine > 0).sum() < (everything > 0).sum()
    assert (draw_pose(black, points, np.zeros((1, 37))) == 0).all()
    assert (black == 0).all(), "the picture itself is not drawn on"


def test_predicting_uses_the_boxes_of_a_coco_file(exported_onnx: Path, tmp_path: Path) -> None:
    source = pictures(tmp_path)
    boxes = tmp_path / "annotations/person_keypoints_val-unreal.json"
    predict(source, tmp_path / "out", exported_onnx, boxes=str(boxes), spine_only=True, reporter=SilentReporter())
    record = json.loads((tmp_path / "out/00000001.json").read_text())
    given = json.loads(boxes.read_text())["annotations"][1]["bbox"]
    assert record["people"][0]["bbox"] == pytest.approx(given, abs=0.01)


def test_predicting_a_video_gives_a_video_and_every_frame(exported_onnx: Path, tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"mp4v"), 25, (160, 120))
    for i in range(5):
        writer.write(np.full((120, 160, 3), 40 * i, np.uint8))
    writer.release()
    summary = predict(video, tmp_path / "out", exported_onnx, boxes="whole", reporter=SilentReporter())
    assert summary.figures["frames"] == 5
    record = json.loads((tmp_path / "out/clip.json").read_text())
    assert [frame["frame"] for frame in record["frames"]] == list(range(5))
    assert record["frames"][4]["time_s"] == pytest.approx(0.16)
    assert (tmp_path / "out/clip.mp4").stat().st_size > 500


@pytest.mark.parametrize("content", ["[]", '{"a.jpg": [[1, 2, 3]]}', '{"a.jpg": [[1, 2, 0, 4]]}', "{"])
def test_boxes_of_another_form_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "boxes.json"
    path.write_text(content)
    with pytest.raises(UsageError, match="boxes"):
        read_boxes(str(path))


def test_predicting_nothing_is_said(exported_onnx: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        predict(tmp_path / "absent", tmp_path / "out", exported_onnx, boxes="whole", reporter=SilentReporter())
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no picture or video"):
        predict(tmp_path / "empty", tmp_path / "out", exported_onnx, boxes="whole", reporter=SilentReporter())
    (tmp_path / "noise.mp4").write_bytes(b"no video")
    with pytest.raises(UsageError, match="is no video"):
        predict(tmp_path / "noise.mp4", tmp_path / "out", exported_onnx, boxes="whole", reporter=SilentReporter())


def test_predicting_broken_pictures_alone_is_a_fault(exported_onnx: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/broken.jpg").write_bytes(b"\xff\xd8 no more")
    with pytest.raises(UsageError, match=r"in/broken\.jpg: is cut off"):
        predict(tmp_path / "in", tmp_path / "out", exported_onnx, boxes="whole", reporter=SilentReporter())


def test_predicting_never_writes_over_its_input(exported_onnx: Path, tmp_path: Path) -> None:
    source = pictures(tmp_path)
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    for given in (source, source / "00000000.jpg"):
        with pytest.raises(UsageError, match="would be overwritten"):
            predict(given, source, exported_onnx, boxes="whole", reporter=SilentReporter())
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before


def test_pictures_that_differ_in_their_ending_alone_keep_apart(exported_onnx: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name in ("a.jpg", "a.png", "b.png"):
        cv2.imwrite(str(source / name), np.full((60, 40, 3), 90, np.uint8))
    predict(source, tmp_path / "out", exported_onnx, boxes="whole", reporter=SilentReporter())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a.jpg.jpg", "a.jpg.json", "a.png.jpg", "a.png.json", "b.jpg", "b.json",
    ]  # fmt: skip
    assert json.loads((tmp_path / "out/a.png.json").read_text())["picture"] == "a.png"


def test_the_filter_calms_noise_and_follows_steps() -> None:
    rng = np.random.default_rng(0)
    still = OneEuroFilter(30)
    noisy = 50 + rng.normal(0, 1, (200, 1, 2))
    smooth = np.array([still(points, 200) for points in noisy])
    assert smooth[50:].std() < 0.5 * noisy[50:].std()
    moving = OneEuroFilter(30)
    path = np.concatenate([np.zeros((30, 1, 2)), np.full((30, 1, 2), 100.0)])
    followed = np.array([moving(points, 200) for points in path])
    assert followed[35].min() > 80


def test_people_of_a_video_are_smoothed_each_by_themselves() -> None:
    steady = Steady(30)
    left, right = np.zeros((37, 2)), np.full((37, 2), 500.0)
    boxes = np.array([[0.0, 0.0, 50.0, 100.0], [450.0, 450.0, 50.0, 100.0]])
    scores = np.ones((2, skeleton.COUNT))
    steady(PosePrediction(np.stack([left, right]), scores), boxes)
    swapped = steady(PosePrediction(np.stack([right, left]), scores), boxes[::-1])
    assert swapped.keypoints_px[0] == pytest.approx(right)
    assert swapped.keypoints_px[1] == pytest.approx(left)


def test_a_network_is_not_scored_on_points_of_another_convention(trained: Workspace, tmp_path: Path) -> None:
    """The set that it learnt from says nothing here, so the file is told what it learnt."""
    model = told(trained.pose / "pose.onnx", tmp_path / "told.onnx", body_points="coco")
    annotations = trained.coco / "annotations" / "person_keypoints_val-unreal.json"
    data = json.loads(annotations.read_text())
    data["info"] = {"body_points": "anatomical"}
    other = tmp_path / "other.json"
    other.write_text(json.dumps(data))
    settings = TrainSettings(
        only="validate", model=str(model), annotations=other, images=trained.coco / "images" / "val-unreal"
    )
    with pytest.raises(DatasetError, match=r"other\.json: body_points is anatomical, but that of .*told\.onnx is coco"):
        stage.train_validate(trained, settings, SilentReporter())
