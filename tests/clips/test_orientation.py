"""Up and down: a floor is where something rests, not where the origin happens to be."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.clips.clip import Clip
from spinegen.clips.joint_sets import COCO_17
from spinegen.clips.options import ReadOptions
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError
from support.clip_captures import coco_person, human36m, plug_in_gait, walker, write_c3d, write_table

Y_DOWN = np.array([1.0, -1.0, -1.0])
WALKER = human36m(walker())


def height(clip: Clip, label: str) -> float:
    return float(np.nanmedian(clip.positions_ground_m[:, clip.index(label), 1]))


@pytest.mark.parametrize("camera_m", [1.75, 1.65, 1.0, 0.0, -0.5])
@pytest.mark.parametrize("depth_m", [0.0, 4.0])
def test_a_camera_at_any_height_sees_nobody_on_the_head(tmp_path: Path, camera_m: float, depth_m: float) -> None:
    seen = (WALKER - [0.0, camera_m, 0.0]) * Y_DOWN + [0.0, 0.0, depth_m]
    np.savez(tmp_path / "a.npz", keypoints_3d=seen, fps=50)
    clip = read_clip(tmp_path / "a.npz")
    assert height(clip, "head") == pytest.approx(1.73, abs=0.03)
    assert height(clip, "left_foot") == pytest.approx(0.08, abs=0.03)
    assert any("upside down" in note and "--up-axis" in note for note in clip.notes)


def test_poses_relative_to_their_root_are_turned_over(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", keypoints_3d=(WALKER - WALKER[:, :1]) * Y_DOWN, fps=50)
    clip = read_clip(tmp_path / "a.npz")
    assert height(clip, "head") > height(clip, "left_hip") + 0.5
    assert any("root" in note for note in clip.notes)


@pytest.mark.parametrize("origin_m", [0.0, 0.9, 3.0])
def test_a_handstand_stays_a_handstand_wherever_the_origin_is(tmp_path: Path, origin_m: float) -> None:
    sway = 0.04 * np.sin(np.arange(200) / 9)[:, None] * [1.0, 0.0, 0.5]
    still = {name: points * [0.0, 1.0, 1.0] + sway for name, points in walker().items()}
    for side, sign in (("left", -1.0), ("right", 1.0)):
        still[f"{side}_wrist"] = np.tile([0.0, 1.93, 0.2 * sign], (200, 1))
        still[f"{side}_elbow"] = np.tile([-0.05, 1.67, 0.25 * sign], (200, 1))
    turned = np.stack([still[name] for name in COCO_17], axis=1) * Y_DOWN + [0.0, 2.0 + origin_m, 0.0]
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, turned, np.arange(len(turned)) / 50))
    assert height(clip, "left_ankle") > height(clip, "nose") + 1.0
    assert height(clip, "left_wrist") == pytest.approx(0.03, abs=0.12)


@pytest.mark.parametrize("origin_m", [0.0, 1.6, 2.2])
def test_arms_above_the_head_are_no_handstand(tmp_path: Path, origin_m: float) -> None:
    still = {name: points * [0.0, 1.0, 1.0] for name, points in walker().items()}
    sway = 0.04 * np.sin(np.arange(200) / 9)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        still[f"{side}_ankle"] = np.tile([-0.02, 0.08, 0.09 * sign], (200, 1))
        still[f"{side}_knee"] = np.tile([0.05, 0.5, 0.09 * sign], (200, 1))
        still[f"{side}_wrist"] = np.stack([sway, np.full(200, 1.93), 0.2 * sign + sway], axis=-1)
        still[f"{side}_elbow"] = np.stack([sway - 0.05, np.full(200, 1.67), np.full(200, 0.25 * sign)], axis=-1)
    seen = (np.stack([still[name] for name in COCO_17], axis=1) - [0.0, origin_m, 0.0]) * Y_DOWN
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, seen, np.arange(200) / 50))
    assert height(clip, "left_wrist") > 1.8
    assert height(clip, "left_ankle") == pytest.approx(0.08, abs=0.03)


def test_head_down_without_anything_at_rest_asks_for_the_axis(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    drifting = WALKER * Y_DOWN + np.cumsum(rng.normal(0.0, 0.02, (len(WALKER), 1, 3)), axis=0)
    np.savez(tmp_path / "a.npz", keypoints_3d=drifting, fps=50)
    with pytest.raises(
        ClipError, match=r"head is below the feet.*Say --up-axis=-y to turn it over or --up-axis=y to leave it"
    ):
        read_clip(tmp_path / "a.npz")
    told = read_clip(tmp_path / "a.npz", ReadOptions(up_axis="-y"))
    assert height(told, "head") > height(told, "pelvis") + 0.5


def test_somebody_still_and_head_down_with_the_hands_in_the_air_is_turned_over(tmp_path: Path) -> None:
    labels, positions = plug_in_gait()
    for offset_mm in (0.0, 1700.0, 5000.0):
        flipped = positions * Y_DOWN + [0.0, 0.0, offset_mm]
        clip = read_clip(write_c3d(tmp_path / "a.c3d", labels, flipped))
        assert height(clip, "LFHD") > 1.5
        assert any("upside down" in note for note in clip.notes)


def test_the_floor_of_ankles_lies_below_them(tmp_path: Path) -> None:
    raised = np.stack([walker()[name] for name in COCO_17], axis=1) + np.array([0.0, 1.4, 0.0])
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, raised, np.arange(len(raised)) / 50))
    assert height(clip, "left_ankle") == pytest.approx(0.08, abs=0.02)
    assert any("the floor lay at" in note for note in clip.notes)


def test_points_that_never_rest_are_put_on_the_ground_and_it_is_said(tmp_path: Path) -> None:
    flying = (
        coco_person(120) + np.stack([np.zeros(120), 3.0 + np.linspace(0.0, 3.0, 120), np.zeros(120)], axis=-1)[:, None]
    )
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, flying, np.arange(120) / 50))
    assert np.nanmin(clip.positions_ground_m[..., 1]) == pytest.approx(0.05, abs=0.1)
    assert any("nothing rests on a floor" in note for note in clip.notes)
