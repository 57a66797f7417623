"""Films end to end: a portrait that moves over a grey wall, with the networks that ship."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinegen import skeleton
from spinegen.errors import UsageError
from spinegen.media.video_read import open_video
from spinegen.media.video_write import written_video
from spinegen.pose.networks import shipped_model
from spinegen.pose.photographs import PHOTOGRAPHS, read_photograph
from spinegen.predict.estimator import SpineEstimator
from spinegen.predict.film import follow_film
from spinegen.predict.stage import predict
from spinegen.progress import SilentReporter
from support.commands import done_here

FRAMES = 10
STEP_PX = 12


def portrait() -> np.ndarray:
    picture = read_photograph(next(p for p in PHOTOGRAPHS if p.package == "matplotlib"))
    assert picture is not None
    return cv2.resize(picture, (256, 300), interpolation=cv2.INTER_AREA).astype(np.uint8)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "walk past.mp4"
    person = portrait()
    with written_video(path, 25) as writer:
        for index in range(FRAMES):
            canvas = np.full((320, 480, 3), 120, np.uint8)
            left = 20 + STEP_PX * index
            canvas[20:320, left : left + 256] = person
            writer.write(canvas, index / 25)
    return path


@pytest.fixture(scope="module")
def estimator() -> SpineEstimator:
    return SpineEstimator("full", threads=1)


def test_one_person_keeps_one_number_and_moves_as_the_picture_does(film: Path, estimator: SpineEstimator) -> None:
    followed = follow_film(film, estimator, SilentReporter())
    assert len(followed.times_s) == FRAMES
    (person,) = followed.people
    assert (person.number, person.frames) == (1, list(range(FRAMES)))
    nose = person.keypoints_px[:, skeleton.INDEX["nose"], 0]
    assert np.polyfit(np.arange(FRAMES), nose, 1)[0] == pytest.approx(STEP_PX, rel=0.15)


def test_frame_by_frame_gives_the_same_people(film: Path, estimator: SpineEstimator) -> None:
    frames = list(estimator.track(film))
    assert [frame.number for frame in frames] == list(range(FRAMES))
    assert [[p.number for p in frame.people] for frame in frames] == [[1]] * FRAMES
    assert frames[3].time_s == pytest.approx(0.12, abs=0.01)


def test_a_picture_of_nobody_holds_nobody(estimator: SpineEstimator) -> None:
    assert estimator.predict(np.full((200, 300, 3), 90, np.uint8)) == []


def test_every_form_of_output_says_the_same(film: Path, tmp_path: Path) -> None:
    forms = [word for form in ("openpose", "coco", "csv") for word in ("--write", form)]
    done_here("predict", "-i", film, "-o", tmp_path, "--model", "light", *forms, cwd=tmp_path)
    frames = json.loads((tmp_path / "walk past.json").read_text())["frames"]
    assert [[p["id"] for p in frame["people"]] for frame in frames] == [[1]] * FRAMES
    ours = np.array([point or (0, 0, 0) for point in frames[4]["people"][0]["keypoints"]])
    assert (ours[:, 2] > 0).sum() > 20
    pose = json.loads((tmp_path / "walk past_json" / "walk past_000000000004_keypoints.json").read_text())["people"][0]
    assert np.array(pose["pose_keypoints_2d"]).reshape(-1, 3) == pytest.approx(ours, abs=2e-3)
    assert np.array(pose["spine_keypoints_2d"]).reshape(-1, 3) == pytest.approx(
        ours[list(skeleton.SPINE_CHAIN)], abs=2e-3
    )
    results = json.loads((tmp_path / "walk past.coco.json").read_text())
    assert np.array(results[4]["keypoints"]).reshape(-1, 3) == pytest.approx(ours, abs=2e-3)
    assert {r["track_id"] for r in results} == {1}
    lines = (tmp_path / "walk past.csv").read_text().splitlines()
    assert len(lines) == 1 + FRAMES
    row = dict(zip(lines[0].split(","), lines[5].split(","), strict=True))
    assert float(row["neck_x_px"]) == pytest.approx(ours[skeleton.INDEX["neck"], 0], abs=0.01)
    with open_video(tmp_path / "walk past.mp4") as drawn:
        assert sum(1 for _ in drawn.frames()) == FRAMES


def test_nobody_found_and_a_detector_beside_given_boxes_are_said(tmp_path: Path) -> None:
    empty = tmp_path / "in" / "wall.png"
    empty.parent.mkdir()
    cv2.imwrite(str(empty), np.full((200, 300, 3), 90, np.uint8))
    model = shipped_model("light")
    with pytest.raises(UsageError, match=r"nobody was found; where a person fills the picture, --boxes whole"):
        predict(empty, tmp_path / "out", model, reporter=SilentReporter())
    with pytest.raises(UsageError, match=r"--detector finds people itself: it goes with --boxes auto"):
        predict(
            empty, tmp_path / "out", model, boxes="whole", reporter=SilentReporter(), detector=tmp_path / "yolox.onnx"
        )
