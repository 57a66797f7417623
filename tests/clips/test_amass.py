"""AMASS motions: kinematics of the SMPL joints, and what is said when the body files are missing."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.clips.amass import _PARENTS as PARENTS
from spinegen.clips.amass import FOLDER_VARIABLE, pose_joints
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError


def motion(path: Path, frames: int = 5) -> Path:
    rng = np.random.default_rng(1)
    np.savez(
        path,
        poses=rng.normal(0, 0.1, (frames, 156)),
        trans=rng.normal(0, 0.1, (frames, 3)),
        betas=np.zeros(16),
        mocap_framerate=120.0,
        gender="female",
    )
    return path


def test_at_rest_the_joints_are_the_body_s_own() -> None:
    rest = np.random.default_rng(0).normal(0, 0.3, (24, 3))
    joints = pose_joints(rest, np.zeros((3, 156)), np.tile([1.0, 2.0, 3.0], (3, 1)))
    np.testing.assert_allclose(joints[1], rest + np.array([1.0, 2.0, 3.0]))


def test_bones_keep_their_length_and_turn_with_their_parent() -> None:
    rng = np.random.default_rng(0)
    rest, poses = rng.normal(0, 0.3, (24, 3)), rng.normal(0, 0.5, (4, 156))
    joints = pose_joints(rest, poses, np.zeros((4, 3)))
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            lengths = np.linalg.norm(joints[:, joint] - joints[:, parent], axis=-1)
            np.testing.assert_allclose(lengths, np.linalg.norm(rest[joint] - rest[parent]))
    quarter = np.zeros((1, 156))
    quarter[0, :3] = [0.0, 0.0, np.pi / 2]
    turned = pose_joints(rest, quarter, np.zeros((1, 3)))[0]
    offset = rest[15] - rest[0]
    np.testing.assert_allclose(turned[15] - turned[0], [-offset[1], offset[0], offset[2]], atol=1e-12)


def test_without_body_files_the_way_to_them_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    with pytest.raises(ClipError, match=f"{FOLDER_VARIABLE}.*it is not set"):
        read_clip(motion(tmp_path / "a.npz"))


def test_without_smplx_the_command_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "smplx", None)
    with pytest.raises(ClipError, match=r"pip install 'spinegen\[amass\]'"):
        read_clip(motion(tmp_path / "a.npz"))


@pytest.mark.parametrize("key", ["betas", "mocap_framerate"])
def test_missing_arrays_are_named(tmp_path: Path, key: str) -> None:
    arrays = dict(np.load(motion(tmp_path / "a.npz")))
    del arrays[key]
    np.savez(tmp_path / "b.npz", **arrays)
    with pytest.raises(ClipError, match=key):
        read_clip(tmp_path / "b.npz")
