"""Bodies that cannot be are refused with the figures; unusual people are not."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.clips.joint_sets import COCO_17
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError
from support.bvh_texts import lafan_like
from support.clip_captures import human36m, walker, write_table

BODY = np.stack([walker()[name] for name in COCO_17], axis=1)
TIMES = np.arange(len(BODY)) / 50


@pytest.mark.parametrize("axis", [0, 2])
@pytest.mark.parametrize("depth", [0.0, 0.01])
def test_flat_bodies_are_refused(tmp_path: Path, axis: int, depth: float) -> None:
    flat = BODY.copy()
    flat[..., axis] *= depth
    with pytest.raises(ClipError, match=r"mm of one plane .* no 3D points|make no body"):
        read_clip(write_table(tmp_path / "a.csv", COCO_17, flat, TIMES))


def test_two_dimensional_keypoints_are_refused_with_their_thickness(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", keypoints_3d=human36m(walker()) * [1.0, 1.0, 0.0], fps=50)
    with pytest.raises(ClipError, match=r"within 0\.0 mm of one plane"):
        read_clip(tmp_path / "a.npz")


def test_limbs_that_change_their_length_are_a_projection(tmp_path: Path) -> None:
    squat = walker(100)
    depth = 0.5 * (1 - np.cos(np.arange(100) / 16))[:, None] * np.array([0.0, -0.34, 0.0])
    for name, points in squat.items():
        if not name.endswith(("knee", "ankle")):
            squat[name] = points + depth
    flat = np.stack([squat[name] for name in COCO_17], axis=1)
    flat[..., 0] = np.random.default_rng(0).normal(0.0, 0.012, flat.shape[:2])
    with pytest.raises(ClipError, match=r"thigh from .* cm in one clip \(bones keep their length\)"):
        read_clip(write_table(tmp_path / "a.csv", COCO_17, flat, np.arange(100) / 50))


@pytest.mark.parametrize(("part", "share"), [("shoulder", 0.3), ("hip", 0.05), ("elbow", 0.2)])
def test_proportions_that_nobody_has_are_refused_with_the_lengths(tmp_path: Path, part: str, share: float) -> None:
    squeezed = BODY.copy()
    centre = squeezed.mean(1)
    for side in ("left", "right"):
        column = COCO_17.index(f"{side}_{part}")
        if part == "elbow":
            squeezed[:, column] = squeezed[:, column - 2] + share * (squeezed[:, column] - squeezed[:, column - 2])
        else:
            squeezed[:, column, 2] = centre[:, 2] + share * (squeezed[:, column, 2] - centre[:, 2])
    with pytest.raises(ClipError, match=r"make no body that people have.* cm \("):
        read_clip(write_table(tmp_path / "a.csv", COCO_17, squeezed, TIMES))


def test_one_limb_much_longer_than_the_other_is_refused(tmp_path: Path) -> None:
    uneven = BODY.copy()
    wrist, elbow = COCO_17.index("left_wrist"), COCO_17.index("left_elbow")
    uneven[:, wrist] = uneven[:, elbow] + 1.75 * (uneven[:, wrist] - uneven[:, elbow])
    with pytest.raises(ClipError, match="left and right forearm"):
        read_clip(write_table(tmp_path / "a.csv", COCO_17, uneven, TIMES))


@pytest.mark.parametrize("stature", [0.6, 0.75, 1.15])
def test_children_and_giants_are_not_refused(tmp_path: Path, stature: float) -> None:
    child = BODY.copy()
    head = [COCO_17.index(name) for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
    child[:, head, 1] += 0.1 * (stature < 1)
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, child * stature, TIMES))
    assert clip.frame_count == len(BODY)


def six_channels(text: str, offsets: bool) -> str:
    """A BVH text in which every joint has position channels, holding its offset or zeros."""
    head, motion = text.split("MOTION\n")
    lines = motion.splitlines()
    places = [line.split()[1:] for line in head.splitlines() if line.strip().startswith("OFFSET")]
    ends = [line.strip() for line in head.splitlines() if line.strip().startswith(("ROOT", "JOINT", "End"))]
    moving = [place for place, end in zip(places, ends, strict=True) if not end.startswith("End")]
    head = head.replace("CHANNELS 3 ", "CHANNELS 6 Xposition Yposition Zposition ")
    rows = []
    for line in lines[2:]:
        values = line.split()
        row = values[:6]
        for joint in range(1, len(moving)):
            row += moving[joint] if offsets else ["0", "0", "0"]
            row += values[3 + 3 * joint : 6 + 3 * joint]
        rows.append(" ".join(row))
    return head + "MOTION\n" + "\n".join([*lines[:2], *rows]) + "\n"


def test_a_skeleton_whose_joints_all_lie_in_one_point_is_refused_and_explained(tmp_path: Path) -> None:
    (tmp_path / "whole.bvh").write_text(six_channels(lafan_like(), offsets=True))
    (tmp_path / "plain.bvh").write_text(lafan_like())
    np.testing.assert_allclose(
        read_clip(tmp_path / "whole.bvh").positions_ground_m,
        read_clip(tmp_path / "plain.bvh").positions_ground_m,
        atol=1e-9,
    )
    (tmp_path / "zeros.bvh").write_text(six_channels(lafan_like(), offsets=False))
    with pytest.raises(ClipError, match=r"trunk 0\.0 cm .*position channels of 21 joints"):
        read_clip(tmp_path / "zeros.bvh")
