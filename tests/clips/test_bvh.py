"""The BVH reader: joint centres in the world, against bvhio, and damage."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinegen.clips.bvh import joint_positions
from spinegen.clips.bvh_text import parse_bvh
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
