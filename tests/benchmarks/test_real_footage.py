"""What `benchmarks/real.py` counts: agreement of the referees, PCK, swapped sides, flicker, views, boxes and crops."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen import skeleton
from spinegen.errors import DatasetError
from spinegen.progress import SilentReporter
from support.scripts import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))
clips: Any = importlib.import_module("real_footage.clips")
referees: Any = importlib.import_module("real_footage.referees")
scores: Any = importlib.import_module("real_footage.scores")
sheets: Any = importlib.import_module("real_footage.sheets")
truth_of: Any = importlib.import_module("real_footage.truth")

SIDE = 200.0
STANDING = np.array(
    [(50, 20), (54, 16), (46, 16), (58, 18), (42, 18), (75, 45), (25, 45), (80, 80), (20, 80), (82, 110), (18, 110),
     (65, 110), (35, 110), (65, 150), (35, 150), (65, 190), (35, 190)], dtype=np.float64
)  # fmt: skip
"""COCO's 17 points of somebody who faces the camera, in a box of 100 x 200 pixels."""


def people(count: int = 6, **other: Any) -> Any:
    """The same person in consecutive frames of one run of `dancer`; both referees see the truth."""
    points = np.repeat(STANDING[None], count, axis=0)
    fields = {
        "clip": "dancer",
        "frames": np.arange(count),
        "boxes_xywh_px": np.tile([0.0, 0.0, 100.0, SIDE], (count, 1)),
        "scored": np.ones(count, bool),
        "runs": np.zeros(count, np.int64),
        "blazepose_px": points.copy(),
        "movenet_px": points.copy(),
        "sure": np.ones((count, 17), bool),
    }
    return truth_of.Truth(**{**fields, **other})


def answers(truth: Any, body_px: NDArray[np.float64] | None = None) -> Any:
    """A network that gives these body points (the truth where None), and the middle of the trunk for all others."""
    body = truth.points_px if body_px is None else body_px
    points = np.repeat(body[:, [5, 6, 11, 12]].mean(axis=1, keepdims=True), skeleton.COUNT, axis=1)
    points[:, :17] = body
    return scores.Answers("net", points, 2.0)


def test_a_network_that_agrees_has_no_error() -> None:
    truth = people()
    told = scores.scores([truth], answers(truth))
    assert told["all"]["points"] == 6 * 17
    assert told["all"]["pck_05"] == 1
    assert told["all"]["mean_error"] == 0
    assert told["all"]["swapped"] == 0
    assert told["all"]["flicker_body"] == 0
    assert told["people_per_s"] == 3
    assert told["clips"].keys() == {"dancer"}


def test_pck_is_relative_to_the_larger_side_of_the_box() -> None:
    truth = people()
    moved = truth.points_px.copy()
    moved[:, 9] += [0.07 * SIDE, 0]
    moved[:, 10] += [0, 0.12 * SIDE]
    told = scores.scores([truth], answers(truth, moved))
    assert (told["points"]["left_wrist"]["pck_10"], told["points"]["left_wrist"]["pck_05"]) == (1, 0)
    assert (told["points"]["right_wrist"]["pck_10"], told["points"]["right_wrist"]["pck_05"]) == (0, 0)
    assert told["points"]["right_wrist"]["mean_error"] == pytest.approx(0.12)
    assert told["all"]["pck_10"] == pytest.approx(16 / 17, abs=1e-4)


def test_a_point_counts_where_both_are_sure_and_agree() -> None:
    truth = people()
    other = truth.movenet_px.copy()
    other[:, 0, 0] += 0.05 * SIDE
    other[:, 1, 0] += 0.03 * SIDE
    sure = truth.sure.copy()
    sure[:, 2] = False
    truth = replace(truth, movenet_px=other, sure=sure)
    assert truth.counts[:, :4].tolist() == [[False, True, False, True]] * 6
    told = scores.scores([truth], answers(truth))
    assert told["points"]["nose"]["points"] == 0
    assert told["points"]["nose"]["pck_10"] is None
    assert told["points"]["left_eye"]["points"] == 6


def test_frames_of_runs_alone_are_not_scored() -> None:
    truth = people(scored=np.array([True, False, False, False, False, True]))
    told = scores.scores([truth], answers(truth))
    assert told["all"]["people"] == 2
    assert told["all"]["points"] == 2 * 17


def test_swapped_sides_are_seen_in_the_pairs_that_were_swapped() -> None:
    truth = people()
    body = truth.points_px.copy()
    body[:3, [15, 16]] = body[:3, [16, 15]]
    told = scores.scores([truth], answers(truth, body))
    assert told["all"]["swapped"] == 0.5
    assert told["swapped_pairs"] == {
        "shoulder": 0, "elbow": 0, "wrist": 0, "hip": 0, "knee": 0, "ankle": 0.5,
    }  # fmt: skip


def test_sides_that_lie_together_cannot_be_swapped() -> None:
    narrow = STANDING * [0.3, 1.0]
    points = np.repeat(narrow[None], 6, axis=0)
    truth = people(blazepose_px=points, movenet_px=points)
    swapped = points[:, list(skeleton.FLIP[:17])]
    apart = abs(narrow[9, 0] - narrow[10, 0]) / SIDE
    assert apart >= scores.APART_SHARE  # wrists alone are far enough apart
    assert scores.swapped(truth, answers(truth, swapped))[0].tolist() == [False, True, True, False, False, False]


def test_flicker_is_the_motion_of_points_that_stand_still() -> None:
    truth = people()
    body = truth.points_px.copy()
    body[1::2, 9] += [0.01 * SIDE, 0]  # our left wrist trembles, the referees' stands still
    body[1::2, 10] += [0.01 * SIDE, 0]
    for referee in (truth.blazepose_px, truth.movenet_px):
        referee[1::2, 10] += [0.01 * SIDE, 0]  # the right wrist does move
    told = scores.scores([truth], answers(truth, body))
    assert told["points"]["left_wrist"]["flicker"] == pytest.approx(0.01)
    assert told["points"]["right_wrist"]["flicker"] is None
    assert told["points"]["left_hip"]["flicker"] == 0


def test_flicker_knows_no_frames_across_the_ends_of_runs_and_clips() -> None:
    runs = np.array([0, 0, -1, -1, 1, 2])
    truth = people(runs=runs)
    names = np.array(["dancer"] * 6)
    moved = scores.flicker(truth, names, answers(truth))
    assert np.isfinite(moved).any(axis=1).tolist() == [False, True, False, False, False, False]
    names[1:] = "pianist"
    assert not np.isfinite(scores.flicker(truth, names, answers(truth))).any()


def test_spines_flicker_where_the_trunk_stands_still() -> None:
    truth = people(2)
    told = answers(truth)
    told.keypoints_px[1, list(skeleton.SPINE_CHAIN)] += [0, 0.02 * SIDE]
    assert scores.scores([truth], told)["all"]["flicker_spine"] == pytest.approx(0.02)
    for referee in (truth.blazepose_px, truth.movenet_px):
        referee[1, 5] += [0, 0.01 * SIDE]
    assert scores.scores([truth], told)["all"]["flicker_spine"] is None


@pytest.mark.parametrize("turned_deg", [0, 70, 180, -100])
def test_views_follow_the_trunk_of_people_who_lean_or_hang(turned_deg: float) -> None:
    angle = np.radians(turned_deg)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    front = (STANDING - STANDING.mean(axis=0)) @ rotation.T
    back = ((STANDING - STANDING.mean(axis=0)) * [-1, 1]) @ rotation.T
    side = ((STANDING - STANDING.mean(axis=0)) * [0.2, 1]) @ rotation.T
    points = np.stack([front, back, side, front])
    sure = np.ones((4, 17), bool)
    sure[3, 5] = False
    truth = people(4, blazepose_px=points, movenet_px=points, sure=sure)
    assert scores.views(truth).tolist() == ["front", "back", "side", "unknown"]


def test_points_in_crops_go_back_to_the_picture() -> None:
    box = np.array([40.0, 60.0, 50.0, 120.0])
    picture = np.zeros((300, 300, 3), np.uint8)
    picture[99:102, 59:62] = 255
    crop = referees.square_crop(picture, box)
    row, column = np.argwhere(crop[..., 0] > 200).mean(axis=0)
    back = referees.to_picture(np.array([[[column, row]]]), box[None])[0, 0]
    assert back == pytest.approx([60, 100], abs=0.5)


def test_boxes_hold_crown_and_feet_and_end_with_the_picture() -> None:
    points = np.full((33, 2), [50.0, 100.0])
    points[truth_of.EYES], points[truth_of.MOUTH] = [50, 40], [50, 50]
    points[29] = [60, 190]
    x, y, width, height = truth_of._box_around(points, 62, 300)
    assert y == pytest.approx(24 - 0.03 * 166)
    assert y + height == pytest.approx(190 + 0.03 * 166)
    assert x == pytest.approx(50 - 0.06 * 166)
    assert x + width == 62


def test_points_outside_the_picture_are_told() -> None:
    points = np.array([[[0, 0], [-1, 5], [99.4, 49], [99.6, 49], [50, 50]]], dtype=np.float64)
    assert truth_of._inside(points, np.array([[100, 50]])).tolist() == [[True, False, True, False, False]]


def test_chosen_boxes_name_known_pictures_and_every_picture_has_one() -> None:
    chosen = {row[0] for row in clips._chosen_boxes()}
    assert chosen == {clip.name for clip in clips.CLIPS if clip.place_xywh_px is None}
    for clip in clips.CLIPS:
        frames = [sight.frame for sight in clips.sights(clip)]
        assert frames == sorted(frames)
        assert max(frames) < clip.frames or clip.place_xywh_px is None


def test_spaced_frames_and_runs_are_told_apart() -> None:
    dancer = next(clip for clip in clips.CLIPS if clip.name == "dancer")
    sights = clips.sights(dancer)
    assert sum(sight.scored for sight in sights) == dancer.spaced
    for number, (start, length) in enumerate(dancer.runs):
        assert [s.frame for s in sights if s.run == number] == list(range(start, start + length))


def test_missing_footage_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"dancer\.avi: is missing; --fetch"):
        next(clips.pictures(tmp_path, clips.CLIPS[0], [0]))


def test_one_clip_does_not_fill_the_sheet_of_the_worst() -> None:
    names = np.array(["pianist"] * 60 + ["dancer"] * 3 + ["messi"])
    largest = np.concatenate([np.linspace(0.9, 0.5, 60), [0.1, -1, 0.2], [0.3]])
    assert sheets._worst(names, largest) == [*range(sheets.WORST_OF_A_CLIP), 63, 62, 60]


def test_kept_answers_of_the_referees_are_read_again(tmp_path: Path) -> None:
    clip = clips.Clip("messi", "messi5.jpg")
    for name in (clip.file, referees.BLAZEPOSE_FILE, *referees.MOVENET_FILES):
        (tmp_path / name).write_bytes(b"as it is")
    truth = people(2, clip="messi")
    key = truth_of._key(tmp_path, clip)
    arrays = {name: value for name, value in vars(truth).items() if name != "clip"}
    np.savez(tmp_path / f"referees.{clip.file}.{key[:12]}.npz", **arrays)
    again = truth_of._of_clip(tmp_path, clip, SilentReporter())
    assert again.clip == "messi"
    assert np.array_equal(again.blazepose_px, truth.blazepose_px)
    (tmp_path / clip.file).write_bytes(b"another picture")
    assert truth_of._key(tmp_path, clip) != key


def test_sheets_show_the_largest_errors_first(tmp_path: Path) -> None:
    """With `messi5.jpg` made up: the sheet needs a picture, not a player."""
    import cv2

    cv2.imwrite(str(tmp_path / "messi5.jpg"), np.full((300, 300, 3), 90, np.uint8))
    truth = people(3, clip="messi", frames=np.zeros(3, np.int64))
    body = truth.points_px.copy()
    body[1, 3] += [0, 30]
    body[2, 7] += [0, 40]
    facts = sheets.write_worst(tmp_path, tmp_path / "worst.png", [truth], answers(truth, body))
    assert [fact["point"] for fact in facts[:2]] == ["left_elbow", "left_ear"]
    assert facts[0]["error"] == pytest.approx(0.2)
    sheet = cv2.imread(str(tmp_path / "worst.png"))
    assert sheet is not None
    assert sheet.shape == (sheets.TILE_HW[0], sheets.COLUMNS * sheets.TILE_HW[1], 3)
    red = (sheet[..., 2] > 180) & (sheet[..., 1] < 120)
    assert red[:, : sheets.TILE_HW[1]].any()
    assert not red[:, 2 * sheets.TILE_HW[1] :].any()
