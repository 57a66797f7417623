"""Left and right: knees and elbows bend one way, and vote where nothing else tells."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.clips.anatomy import Places
from spinegen.clips.handedness import balance, votes
from spinegen.clips.joint_sets import COCO_17, H36M_17
from spinegen.clips.options import ReadOptions
from spinegen.clips.read import read_clip
from support.clip_captures import human36m, plug_in_gait, walker, write_c3d, write_table

WALKER = walker()
LIMBS = tuple(name for name in COCO_17 if name.split("_")[-1] in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"))
STATIONS = {column: f"keypoint/{name}" for column, name in enumerate(LIMBS)}


def exchanged(names: tuple[str, ...]) -> list[int]:
    """Columns with left and right exchanged."""
    other = {"left": "right", "right": "left"}
    return [names.index("_".join(other.get(part, part) for part in name.split("_"))) for name in names]


def test_limbs_alone_vote_for_a_real_body_and_against_its_mirror_image() -> None:
    limbs = np.stack([WALKER[name] for name in LIMBS], axis=1)
    ballot = votes(Places(limbs, STATIONS))
    assert {vote.part for vote in ballot} == {"knees", "elbows"}
    assert balance(ballot) > 0.9
    assert balance(votes(Places(limbs * [1.0, 1.0, -1.0], STATIONS))) < -0.9
    assert balance(votes(Places(limbs[:, exchanged(LIMBS)], STATIONS))) < -0.9


def test_straight_limbs_do_not_vote() -> None:
    still = np.stack([WALKER[name] for name in LIMBS], axis=1)[:1].repeat(40, axis=0)
    for side in ("left", "right"):
        for upper, middle, lower in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
            ends = [still[:, LIMBS.index(f"{side}_{part}")] for part in (upper, lower)]
            still[:, LIMBS.index(f"{side}_{middle}")] = 0.5 * (ends[0] + ends[1])
    assert votes(Places(still, STATIONS)) == []


def test_an_array_with_left_before_right_walks_forwards(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", keypoints_3d=human36m(WALKER)[:, exchanged(H36M_17)], fps=50)
    clip = read_clip(tmp_path / "a.npz")
    place = {label: clip.positions_ground_m[:, column] for column, label in enumerate(clip.labels)}
    forward = place["right_knee"] - 0.5 * (place["right_hip"] + place["right_foot"])
    travel = clip.positions_ground_m[-1].mean(0) - clip.positions_ground_m[0].mean(0)
    right = np.cross(travel, [0.0, 1.0, 0.0])
    assert np.median(forward @ travel) > 0
    assert np.median((place["right_hip"] - place["left_hip"]) @ right) > 0
    assert any("left and right" in note and "knees" in note and "--no-mirror" in note for note in clip.notes)


def test_the_user_overrules_the_vote(tmp_path: Path) -> None:
    body = np.stack([WALKER[name] for name in COCO_17], axis=1)
    path = write_table(tmp_path / "a.csv", COCO_17, body * [1.0, 1.0, -1.0], np.arange(len(body)) / 50)
    left = read_clip(path, ReadOptions(mirror=False))
    np.testing.assert_allclose(left.positions_ground_m[..., 2], -body[..., 2], atol=1e-4)
    turned = read_clip(
        write_table(tmp_path / "b.csv", COCO_17, body, np.arange(len(body)) / 50), ReadOptions(mirror=True)
    )
    np.testing.assert_allclose(turned.positions_ground_m[..., 2], -body[..., 2], atol=1e-4)
    assert any("as asked for" in note for note in turned.notes)


@pytest.mark.parametrize("mirrored", [False, True])
def test_markers_of_a_real_laboratory_agree_with_themselves(tmp_path: Path, mirrored: bool) -> None:
    labels, positions = plug_in_gait()
    path = write_c3d(tmp_path / "a.c3d", labels, positions * [1.0, -1.0 if mirrored else 1.0, 1.0])
    assert any("mirrored" in note for note in read_clip(path).notes) == mirrored
