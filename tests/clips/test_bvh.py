"""The BVH reader: joint centres in the world, against bvhio, and damage."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinegen.clips.bvh import joint_positions
from spinegen.clips.bvh_text import parse_bvh
from spinegen.clips.clip import Clip
from spinegen.clips.matching import choose
from spinegen.clips.opening import swing_frames
from spinegen.clips.options import ReadOptions
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError
from support.bvh_texts import lafan_like
from support.clip_captures import SHARED_CLIPS, clip_or_refusal


def test_joint_centres_agree_with_bvhio(tmp_path: Path) -> None:
    import bvhio

    path = tmp_path / "a.bvh"
    path.write_text(lafan_like())
    parsed = parse_bvh(path, path.read_text())
    ours = joint_positions(parsed)
    names = [joint.name for joint in parsed.joints]
    theirs = bvhio.readAsHierarchy(str(path))
    for frame in (0, 7, 29):
        theirs.loadPose(frame)
        for joint, _, _ in theirs.layout():
            np.testing.assert_allclose(ours[frame, names.index(joint.Name)], list(joint.PositionWorld), atol=1e-3)


def test_a_skeleton_becomes_a_clip_of_joints(tmp_path: Path) -> None:
    path = tmp_path / "a.bvh"
    path.write_text(lafan_like())
    clip = read_clip(path)
    assert clip.kind == "joints"
    assert clip.rate_hz == 30.0
    assert choose(clip).name == "bvh_lafan"
    assert 1.4 < np.nanmax(clip.positions_ground_m[..., 1]) < 1.9
    assert any("cm" in note for note in clip.notes)


def test_of_two_skeletons_one_must_be_named(tmp_path: Path) -> None:
    head, motion = lafan_like().split("MOTION")
    one, timing = motion.strip().split("\n", 2)[2].splitlines(), motion.strip().splitlines()[:2]
    both = head + head.replace("HIERARCHY\n", "").replace("ROOT Hips", "ROOT Hips2")
    path = tmp_path / "a.bvh"
    path.write_text(both + "MOTION\n" + "\n".join([*timing, *(f"{row} {row}" for row in one)]))
    with pytest.raises(ClipError, match="2 subjects: 'Hips', 'Hips2'"):
        read_clip(path)
    assert choose(read_clip(path, ReadOptions(subject="Hips"))).name == "bvh_lafan"


def test_an_opening_rest_pose_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.bvh"
    path.write_text(lafan_like(frames=60))
    calm = joint_positions(parse_bvh(path, path.read_text()))
    assert swing_frames(calm, 30.0) == 0
    opening = calm.copy()
    opening[0] += 40.0 * np.sin(np.arange(calm.shape[1]))[:, None]
    assert swing_frames(opening, 30.0) == 1


@pytest.mark.parametrize("name", ["cmu_02_06_bend.bvh", "cmu_05_04_dance.bvh", "cmu_13_31_jacks_twists.bvh"])
def test_the_cmu_library_in_its_daz_friendly_conversion(name: str) -> None:
    path = SHARED_CLIPS / name
    if not path.exists():
        pytest.skip("the real clips are not here")
    clip = read_clip(path)
    assert choose(clip).name == "bvh_cgspeed"
    assert clip.rate_hz == 120.0
    step = np.linalg.norm(np.diff(clip.positions_ground_m, axis=0), axis=-1)
    assert step.max() * clip.rate_hz < 15.0
    lowest = clip.positions_ground_m[..., 1].min(1)
    assert np.percentile(lowest, 5) > -0.05


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("HIERARCHY", "", "must start with HIERARCHY"),
        ("Frame Time: 0.0333333", "Frame Time: 0", "must be positive"),
        ("Frames: 30", "Frames: many", "line .*Frames: N'.*'many'"),
        ("Zrotation", "Wrotation", "allowed: xposition"),
        ("OFFSET 0 8 0", "OFFSET 0 eight 0", "where a number must be"),
        ("MOTION", "}\nMOTION", "bracket too many"),
    ],
)
def test_damage_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "a.bvh"
    path.write_text(lafan_like().replace(old, new, 1))
    with pytest.raises(ClipError, match=message):
        read_clip(path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_ends_in_a_clip_error_or_a_clip(tmp_path: Path, data: st.DataObject) -> None:
    words = lafan_like(frames=3).split(" ")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(words) - 1))
        words[at] = data.draw(
            st.sampled_from(["{", "}", "JOINT", "ROOT", "End Site", "1e999", "nan", "-7", "CHANNELS 6", "MOTION", ""])
        )
    path = tmp_path / "a.bvh"
    path.write_text(" ".join(words))
    clip_or_refusal(path)


LINES = lafan_like().splitlines()
FIRST = next(number for number, line in enumerate(LINES) if line.startswith("Frame Time")) + 1
"""Index of the first row."""
WIDTH = len(LINES[FIRST].split())


def read_lines(folder: Path, lines: list[str], end: str = "\n") -> Clip:
    (folder / "a.bvh").write_text("\n".join(lines) + end)
    return read_clip(folder / "a.bvh")


@pytest.mark.parametrize("row", [0, 5, 29])
@pytest.mark.parametrize("change", [-1, 1])
def test_a_row_that_does_not_fit_the_channels_is_named(tmp_path: Path, row: int, change: int) -> None:
    lines = list(LINES)
    values = lines[FIRST + row].split()
    lines[FIRST + row] = " ".join(values[:7] + values[8:] if change < 0 else [*values, "0.0"])
    with pytest.raises(
        ClipError, match=rf"line {FIRST + row + 1} .*holds {WIDTH + change} values, the channels need {WIDTH}"
    ):
        read_lines(tmp_path, lines)


def test_an_extra_column_in_every_row_is_named(tmp_path: Path) -> None:
    lines = [line if number < FIRST else f"{line} 0.0" for number, line in enumerate(LINES)]
    with pytest.raises(ClipError, match=f"holds {WIDTH + 1} values"):
        read_lines(tmp_path, lines)


@pytest.mark.parametrize("kept", [20, 30])
@pytest.mark.parametrize("promised", [25, 40])
def test_other_rows_than_promised_are_read_and_said(tmp_path: Path, kept: int, promised: int) -> None:
    lines = [line.replace("Frames: 30", f"Frames: {promised}") for line in LINES[: FIRST + kept]]
    clip = read_lines(tmp_path, lines)
    assert clip.frame_count == kept
    assert any(f"promises {promised} frames and holds {kept}" in note for note in clip.notes)


def test_a_file_cut_off_within_a_row_is_read_up_to_it(tmp_path: Path) -> None:
    lines = [*LINES[: FIRST + 12], " ".join(LINES[FIRST + 12].split()[:30])]
    clip = read_lines(tmp_path, lines, end="")
    assert clip.frame_count == 12
    assert any(f"cut off within line {FIRST + 13}" in note for note in clip.notes)


def test_rows_broken_over_several_lines_are_joined(tmp_path: Path) -> None:
    lines = list(LINES[:FIRST])
    for row in LINES[FIRST:]:
        lines += [" ".join(row.split()[:40]), " ".join(row.split()[40:])]
    np.testing.assert_array_equal(
        read_lines(tmp_path, lines).positions_ground_m, read_lines(tmp_path, LINES).positions_ground_m
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Frames: 30", "Frames:30"),
        ("Frames: 30\n", ""),
        ("Frame Time: 0.0333333", "Frame Time:0.0333333"),
        ("Frame Time: 0.0333333", "FRAME TIME = 0.0333333"),
        ("Frames: 30\nFrame Time: 0.0333333", "Frame Time: 0.0333333\nframes 30"),
        ("HIERARCHY", "\n\nhierarchy"),
        ("MOTION", "motion"),
        ("ROOT Hips\n{", "root Hips {"),
        ("End Site", "End site"),
        ("End Site", "END SITE"),
        ("JOINT Neck", "joint Neck"),
        ("Zrotation", "ZROTATION"),
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("\n", "\n\n"),
        ("  ", "\t"),
    ],
)
def test_headers_are_read_as_leniently_as_blender_reads_them(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "a.bvh").write_bytes(lafan_like().replace(old, new).encode())
    clip = read_clip(tmp_path / "a.bvh")
    assert clip.rate_hz == 30.0
    np.testing.assert_allclose(clip.positions_ground_m, read_lines(tmp_path, LINES).positions_ground_m)


@pytest.mark.parametrize(
    ("number", "line"),
    [(LINES.index("  OFFSET 0 0 0"), LINES.index("  OFFSET 0 0 0") + 1), (FIRST - 1, FIRST), (FIRST + 3, FIRST + 4)],
)
def test_a_decimal_comma_is_named_as_such(tmp_path: Path, number: int, line: int) -> None:
    lines = list(LINES)
    if "OFFSET" in lines[number]:
        lines[number] = "  OFFSET 0,5 0 0"
    else:
        lines[number] = lines[number].replace(".", ",")
    with pytest.raises(ClipError, match=f"line {line}.*decimal comma; write it with a point"):
        read_lines(tmp_path, lines)


def with_opening(rest: int, blend: int = 0, pose: float = 0.0) -> list[str]:
    """Sixty frames after a held pose (all rotations equal, the root at the origin) and a blend into the motion."""
    lines = lafan_like(frames=60).splitlines()
    held = [0.0, 0.0, 0.0] + [pose] * (WIDTH - 3)
    first = [float(value) for value in lines[FIRST].split()]
    rows = [held] * rest + [
        [a + (b - a) * step / (blend + 1) for a, b in zip(held, first, strict=True)] for step in range(1, blend + 1)
    ]
    lines[FIRST - 2] = f"Frames: {60 + len(rows)}"
    return [*lines[:FIRST], *(" ".join(f"{value:.4f}" for value in row) for row in rows), *lines[FIRST:]]


@pytest.mark.parametrize(("rest", "blend"), [(1, 0), (2, 0), (40, 0), (1, 10), (40, 10)])
def test_a_rest_pose_at_the_origin_is_dropped_with_a_note(tmp_path: Path, rest: int, blend: int) -> None:
    clip = read_lines(tmp_path, with_opening(rest, blend))
    assert clip.frame_count == pytest.approx(60, abs=1)
    assert np.nanmin(clip.positions_ground_m[..., 1]) == pytest.approx(0.03, abs=0.15)
    assert np.ptp(clip.positions_ground_m[:, 0, 1]) < 0.05
    assert any("rest pose" in note for note in clip.notes)


def test_a_held_pose_that_jumps_into_the_motion_is_dropped(tmp_path: Path) -> None:
    clip = read_lines(tmp_path, with_opening(20, pose=25.0))
    assert clip.frame_count == 60
    assert any("a pose held still" in note for note in clip.notes)


def test_somebody_who_stands_still_first_is_kept(tmp_path: Path) -> None:
    lines = lafan_like(frames=60).splitlines()
    clip = read_lines(tmp_path, [*lines[:FIRST], *[lines[FIRST]] * 20, *lines[FIRST:]])
    assert clip.frame_count == 80
