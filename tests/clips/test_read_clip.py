"""Captures of one standing person, damaged or turned in every way a laboratory can think of."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.clips.clip import Clip
from spinegen.clips.matching import choose
from spinegen.clips.options import ReadOptions
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError, SpinegenError, UsageError
from support.clip_captures import plug_in_gait, write_c3d, write_trc, z_up_to_y_up

LABELS, POSITIONS_MM = plug_in_gait()


def assert_stands_upright(clip: Clip) -> None:
    """Head above feet along y, floor near 0, left on the left when looking along the face."""
    frame = np.nanmean(clip.positions_ground_m, axis=0)
    at = {label: frame[i] for i, label in enumerate(clip.labels)}
    assert 1.6 < at["LFHD"][1] < 1.8
    assert -0.05 < at["LHEE"][1] < 0.1
    forward, up, right = at["LASI"] - at["LPSI"], np.array([0.0, 1.0, 0.0]), at["RASI"] - at["LASI"]
    assert np.cross(forward, up) @ right > 0


def test_a_c3d_file_comes_back_in_metres_with_y_up(tmp_path: Path) -> None:
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, POSITIONS_MM, 120.0))
    assert clip.labels == LABELS
    assert clip.rate_hz == 120.0
    assert clip.kind == "markers"
    np.testing.assert_allclose(clip.positions_ground_m, z_up_to_y_up(POSITIONS_MM) / 1000, atol=1e-6)
    np.testing.assert_allclose(np.diff(clip.times_s), 1 / 120)


def test_gaps_are_nan_and_nothing_else_is(tmp_path: Path) -> None:
    gappy = POSITIONS_MM.copy()
    gappy[5:20, 3] = np.nan
    gappy[7, 10] = 0.0
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, gappy))
    assert not clip.seen[5:20, 3].any()
    assert not clip.seen[7, 10]
    assert clip.gap_fraction == pytest.approx(16 / (60 * 39))


@pytest.mark.parametrize("unit", ["mm", "cm", "m", "in", "inches"])
def test_units_of_the_file_are_honoured(tmp_path: Path, unit: str) -> None:
    scale = {"mm": 1.0, "cm": 0.1, "m": 0.001, "in": 1 / 25.4, "inches": 1 / 25.4}[unit]
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, POSITIONS_MM * scale, unit=unit))
    assert_stands_upright(clip)


@pytest.mark.parametrize("scale", [1.0, 0.1, 0.001, 1 / 25.4])
def test_a_missing_unit_is_judged_from_the_body(tmp_path: Path, scale: float) -> None:
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, POSITIONS_MM * scale, unit="?"))
    assert_stands_upright(clip)
    assert any("unit" in note for note in clip.notes)


@pytest.mark.parametrize(("scale", "size"), [(0.001, "mm"), (100.0, "1[5-9][0-9] m")])
def test_people_of_two_millimetres_or_180_metres_are_refused(tmp_path: Path, scale: float, size: str) -> None:
    path = write_c3d(tmp_path / "a.c3d", LABELS, POSITIONS_MM * scale, unit="mm")
    with pytest.raises(ClipError, match=size):
        read_clip(path)


def test_the_refusal_of_a_size_names_the_unit_that_would_fit(tmp_path: Path) -> None:
    path = write_c3d(tmp_path / "a.c3d", LABELS, POSITIONS_MM / 1000, unit="mm")
    with pytest.raises(ClipError, match="--unit m"):
        read_clip(path)
    assert_stands_upright(read_clip(path, ReadOptions(unit="m")))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
def test_the_up_axis_is_found_whatever_the_file_calls_it(tmp_path: Path, order: tuple[int, int, int]) -> None:
    turned = POSITIONS_MM[..., list(order)]
    assert_stands_upright(read_clip(write_c3d(tmp_path / "a.c3d", LABELS, turned)))


def test_the_user_may_say_which_axis_is_up(tmp_path: Path) -> None:
    path = write_c3d(tmp_path / "a.c3d", LABELS, POSITIONS_MM)
    lying = read_clip(path, ReadOptions(up_axis="x"))
    assert np.ptp(np.nanmean(lying.positions_ground_m, axis=0)[:, 1]) < 0.6
    with pytest.raises(UsageError, match="allowed are x, y, z"):
        read_clip(path, ReadOptions(up_axis="w"))


@pytest.mark.parametrize("along", [0, 1])
def test_a_lying_person_is_not_stood_up(tmp_path: Path, along: int) -> None:
    lying = np.stack([POSITIONS_MM[..., 2] + 600, POSITIONS_MM[..., 1], 150 - POSITIONS_MM[..., 0]], axis=-1)
    if along == 1:
        lying = lying[..., [1, 0, 2]] * np.array([-1.0, 1.0, 1.0])
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, lying))
    assert np.ptp(clip.positions_ground_m[0, :, 1]) < 0.6


def test_an_upside_down_capture_is_turned_over_and_said(tmp_path: Path) -> None:
    flipped = POSITIONS_MM * np.array([1.0, -1.0, -1.0])
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, flipped))
    assert_stands_upright(clip)
    assert any("upside down" in note for note in clip.notes)


def test_a_headstand_stays_a_headstand(tmp_path: Path) -> None:
    headstand = POSITIONS_MM * np.array([1.0, -1.0, -1.0]) + np.array([0.0, 0.0, 1700.0])
    arm_mm = {
        "ELB": (200, 300, 250),
        "FRM": (220, 250, 140),
        "WRA": (250, 180, 40),
        "WRB": (240, 220, 40),
        "FIN": (330, 180, 20),
    }
    for part, (x, y, z) in arm_mm.items():
        for label, side in ((f"L{part}", -y), (f"R{part}", y)):
            headstand[:, LABELS.index(label)] = np.array([x, side, z]) + POSITIONS_MM[:, 0] - POSITIONS_MM[0, 0]
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, headstand))
    assert clip.positions_ground_m[0, clip.index("LHEE"), 1] > 1.4


def test_a_mirrored_capture_is_mirrored_back_and_said(tmp_path: Path) -> None:
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, POSITIONS_MM * np.array([1.0, -1.0, 1.0])))
    assert_stands_upright(clip)
    assert any("mirrored" in note for note in clip.notes)


def test_a_floor_away_from_zero_is_moved_to_it(tmp_path: Path) -> None:
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, POSITIONS_MM + np.array([0.0, 0.0, 700.0])))
    assert_stands_upright(clip)
    assert any("floor" in note for note in clip.notes)


def test_subject_prefixes_are_dropped(tmp_path: Path) -> None:
    for prefix in ("Anna:", "Session 3:Anna:", "Anna_"):
        labels = tuple(prefix + label for label in LABELS)
        clip = read_clip(write_c3d(tmp_path / "a.c3d", labels, POSITIONS_MM))
        assert clip.labels == LABELS


def test_two_subjects_need_a_name(tmp_path: Path) -> None:
    labels = tuple(f"Anna:{label}" for label in LABELS) + tuple(f"Ben:{label}" for label in LABELS)
    both = np.concatenate([POSITIONS_MM, POSITIONS_MM + np.array([1000.0, 0.0, 0.0])], axis=1)
    path = write_c3d(tmp_path / "a.c3d", labels, both)
    with pytest.raises(ClipError, match=r"'Anna', 'Ben'.*--subject"):
        read_clip(path)
    ben = read_clip(path, ReadOptions(subject="Ben"))
    assert ben.labels == LABELS
    np.testing.assert_allclose(ben.positions_ground_m[:, :, 0], POSITIONS_MM[..., 0] / 1000 + 1.0, atol=1e-5)
    with pytest.raises(ClipError, match="no subject 'Carl'"):
        read_clip(path, ReadOptions(subject="Carl"))


def test_two_bodies_without_prefixes_are_refused(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "a.trc", LABELS * 2, np.concatenate([POSITIONS_MM, POSITIONS_MM + 900.0], axis=1))
    with pytest.raises(ClipError, match="two subjects"):
        read_clip(path)


def test_a_ball_beside_the_subject_is_left_out(tmp_path: Path) -> None:
    labels = (*(f"Anna:{label}" for label in LABELS), "Ball:1", "Ball:2")
    positions = np.concatenate([POSITIONS_MM, POSITIONS_MM[:, :2] + 500.0], axis=1)
    clip = read_clip(write_c3d(tmp_path / "a.c3d", labels, positions))
    assert clip.labels == LABELS
    assert any("Ball" in note for note in clip.notes)


def test_virtual_channels_are_dropped(tmp_path: Path) -> None:
    virtual = ("LHipAngles", "RKneeMoment", "LGroundReactionForce", "*112", "PELO", "PELA", "PELL", "PELP")
    positions = np.concatenate([POSITIONS_MM, np.tile(POSITIONS_MM[:, :1] * 3, (1, len(virtual), 1))], axis=1)
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS + virtual, positions))
    assert clip.labels == LABELS


def test_markers_never_seen_are_left_out_and_named(tmp_path: Path) -> None:
    positions = POSITIONS_MM.copy()
    positions[:, LABELS.index("RBAK")] = np.nan
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, positions))
    assert "RBAK" not in clip.labels
    assert any("RBAK" in note for note in clip.notes)


def test_an_empty_end_is_left_out(tmp_path: Path) -> None:
    positions = POSITIONS_MM.copy()
    positions[50:] = np.nan
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, positions))
    assert clip.frame_count == 50
    assert any("last 10 frames" in note for note in clip.notes)


def test_all_gaps_are_refused(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "a.trc", LABELS, np.full_like(POSITIONS_MM, np.nan))
    with pytest.raises(ClipError, match="none of its 39 markers is ever seen"):
        read_clip(path)


def test_constant_data_are_refused(tmp_path: Path) -> None:
    path = write_c3d(tmp_path / "a.c3d", LABELS, np.repeat(POSITIONS_MM[:1], 60, axis=0))
    with pytest.raises(ClipError, match="identical"):
        read_clip(path)


def test_a_frozen_marker_becomes_a_gap(tmp_path: Path) -> None:
    positions = POSITIONS_MM.copy()
    positions[10:50, 4] = positions[10, 4]
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, positions))
    assert clip.seen[10, 4]
    assert not clip.seen[11:50, 4].any()


def test_infinite_and_faraway_samples_become_gaps(tmp_path: Path) -> None:
    positions = POSITIONS_MM.copy()
    positions[3, 2] = np.inf
    positions[4, 2] = 1e9
    clip = read_clip(write_c3d(tmp_path / "a.c3d", LABELS, positions))
    assert not clip.seen[3:5, 2].any()
    assert clip.seen.sum() == clip.seen.size - 2


def test_missing_files_folders_and_formats_are_named(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="no such file"):
        read_clip(tmp_path / "none.c3d")
    (tmp_path / "a.fbx").write_text("x")
    with pytest.raises(ClipError, match=r"\.fbx is not known; export it as BVH; known are \.c3d"):
        read_clip(tmp_path / "a.fbx")
    (tmp_path / "b.c3d").mkdir()
    with pytest.raises(ClipError, match="folder"):
        read_clip(tmp_path / "b.c3d")
    (tmp_path / "c.trc").touch()
    with pytest.raises(ClipError, match="empty"):
        read_clip(tmp_path / "c.trc")


def test_a_clip_without_a_body_names_markers_and_sets(tmp_path: Path) -> None:
    labels = tuple(f"Q{i}" for i in range(len(LABELS)))
    clip = read_clip(write_c3d(tmp_path / "a.c3d", labels, POSITIONS_MM))
    with pytest.raises(SpinegenError, match=r"(?s)Q0, Q1.*plug_in_gait"):
        choose(clip)
