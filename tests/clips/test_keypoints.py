"""3D keypoints from other people's datasets: arrays and tables, with and without names."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinegen import skeleton
from spinegen.clips.joint_sets import COCO_17, JOINT_SETS
from spinegen.clips.matching import choose
from spinegen.clips.options import ReadOptions
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError
from support.clip_captures import clip_or_refusal, coco_person, human36m

POSITIONS = coco_person()


def test_an_unnamed_array_of_17_joints_is_coco_unless_its_root_lies_amid_the_hips(tmp_path: Path) -> None:
    np.savez(tmp_path / "coco.npz", keypoints=POSITIONS, fps=50)
    np.savez(
        tmp_path / "h36m.npz",
        positions_3d=human36m(dict(zip(COCO_17, POSITIONS.transpose(1, 0, 2), strict=True))),
        fps=50,
    )
    assert choose(read_clip(tmp_path / "coco.npz")).name == "coco17"
    assert choose(read_clip(tmp_path / "h36m.npz")).name == "h36m17"


@pytest.mark.parametrize("name", list(JOINT_SETS))
def test_every_joint_set_is_known_by_its_names(name: str) -> None:
    from spinegen.clips.matching import rank

    best = rank(JOINT_SETS[name])[0]
    assert best.name == name
    assert best.missing == ()


def test_positions_rate_and_gaps_survive(tmp_path: Path) -> None:
    confident = np.concatenate([POSITIONS, np.ones((*POSITIONS.shape[:2], 1))], axis=-1)
    confident[4, 9, 3] = 0.0
    np.savez(tmp_path / "a.npz", keypoints=confident, fps=25, unit="m")
    clip = read_clip(tmp_path / "a.npz")
    assert clip.rate_hz == 25
    assert not clip.seen[4, 9]
    assert clip.seen.sum() == clip.seen.size - 1
    np.testing.assert_allclose(clip.positions_ground_m[:4], POSITIONS[:4])


def test_camera_axes_with_y_down_are_turned_up(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", keypoints=POSITIONS * np.array([1.0, -1.0, -1.0]) * 1000, fps=25)
    clip = read_clip(tmp_path / "a.npz")
    nose, ankle = (clip.positions_ground_m[0, clip.index(name), 1] for name in ("nose", "left_ankle"))
    assert nose - ankle == pytest.approx(1.51, abs=0.01)


def test_a_missing_rate_is_assumed_and_said(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", POSITIONS)
    clip = read_clip(tmp_path / "a.npz")
    assert clip.rate_hz == 30.0
    assert any("30 Hz was assumed" in note for note in clip.notes)


def test_of_two_people_one_must_be_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", keypoints=np.stack([POSITIONS, POSITIONS + np.array([2.0, 0.0, 0.0])]), fps=30)
    with pytest.raises(ClipError, match="2 subjects: '0', '1'"):
        read_clip(tmp_path / "a.npz")
    second = read_clip(tmp_path / "a.npz", ReadOptions(subject="1"))
    np.testing.assert_allclose(second.positions_ground_m, POSITIONS + np.array([2.0, 0.0, 0.0]))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_wide_tables(tmp_path: Path, suffix: str) -> None:
    columns = {f"{name}_{axis}": POSITIONS[:, i, k] for i, name in enumerate(COCO_17) for k, axis in enumerate("xyz")}
    table = pd.DataFrame({"frame": range(len(POSITIONS)), "time_s": np.arange(len(POSITIONS)) / 60, **columns})
    path = tmp_path / f"a.{suffix}"
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    clip = read_clip(path)
    assert clip.rate_hz == pytest.approx(60, abs=0.01)
    assert clip.labels == COCO_17
    np.testing.assert_allclose(clip.positions_ground_m, POSITIONS, atol=1e-12)


def test_long_tables_with_missing_rows(tmp_path: Path) -> None:
    rows = [
        {"frame": f, "joint": name, "x": p[0], "y": p[1], "z": p[2]}
        for f, frame in enumerate(POSITIONS)
        for name, p in zip(COCO_17, frame, strict=True)
        if (f, name) != (3, "nose")
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    clip = read_clip(tmp_path / "a.csv")
    assert np.argwhere(~clip.seen).tolist() == [[3, clip.index("nose")]]


def test_our_own_keypoints_read_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    body = {name: rng.normal(0, 0.05, 3) + np.array([0.0, 1.0, 0.0]) for name in skeleton.NAMES}
    body |= dict(zip(COCO_17, POSITIONS[0], strict=True))
    for place, name in enumerate(("hip", "spine_01", "spine_02", "spine_03", "spine_04", "spine_05", "neck")):
        body[name] = np.array([0.0, 0.92 + 0.08 * place, 0.0])
    wobble = 0.01 * np.sin(np.arange(20))[:, None]
    table = {f"{n}_{a}": p[k] + wobble[:, 0] for n, p in body.items() for k, a in enumerate("xyz")}
    pd.DataFrame({"frame": range(20), "time_s": np.arange(20) / 100, **table}).to_parquet(
        tmp_path / "keypoints.parquet"
    )
    clip = read_clip(tmp_path / "keypoints.parquet")
    assert choose(clip).name == "spinetrack37"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "left_knee_x"),
        ("nose_x,nose_y,nose_z\n1,2,x\n", "nose_z"),
        ("", "empty"),
        ("time,nose_x,nose_y,nose_z\n2,1,1,1\n1,1,1,1\n", "time"),
    ],
)
def test_tables_that_are_none_are_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(ClipError, match=message):
        read_clip(tmp_path / "a.csv")


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", keypoints=np.array([[[{"x": 1}] * 3]], dtype=object))
    with pytest.raises(ClipError, match="Python objects"):
        read_clip(tmp_path / "a.npz")


def test_an_array_that_claims_more_than_the_archive_holds_is_refused(tmp_path: Path) -> None:
    import io
    import zipfile

    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**3, 3)})
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("keypoints.npy", header.getvalue() + b"\0" * 64)
    with pytest.raises(ClipError, match="claims"):
        read_clip(tmp_path / "a.npz")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_archives_end_in_a_clip_error_or_a_clip(tmp_path: Path, data: st.DataObject) -> None:
    whole = tmp_path / "whole.npz"
    if not whole.exists():
        np.savez_compressed(whole, keypoints=POSITIONS[:5], fps=30, names=np.array(COCO_17))
    damaged = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "a.npz").write_bytes(bytes(damaged[: data.draw(st.integers(10, len(damaged)))]))
    clip_or_refusal(tmp_path / "a.npz")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_tables_end_in_a_clip_error_or_a_clip(tmp_path: Path, data: st.DataObject) -> None:
    columns = {f"{name}_{axis}": POSITIONS[:3, i, k] for i, name in enumerate(COCO_17) for k, axis in enumerate("xyz")}
    suffix = data.draw(st.sampled_from(["csv", "parquet"]))
    path = tmp_path / f"a.{suffix}"
    table = pd.DataFrame(columns)
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.sampled_from(list(b',\n"\x00\xff9e-nx')))
    path.write_bytes(bytes(damaged))
    clip_or_refusal(path)


def test_a_mirrored_person_of_joints_is_mirrored_back(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", keypoints=POSITIONS * np.array([1.0, 1.0, -1.0]), fps=25)
    clip = read_clip(tmp_path / "a.npz")
    np.testing.assert_allclose(clip.positions_ground_m, POSITIONS, atol=1e-12)
    assert any("mirrored" in note for note in clip.notes)
