"""Names from clips, sidecars and records stay names: nothing is written or taken outside of where it belongs."""

import json
import struct
import zipfile
from pathlib import Path

import pytest

from spinegen.annotate.sidecar import read_frame
from spinegen.biomech.fits.settings import FitSettings
from spinegen.biomech.fits.stage import fit_mocap
from spinegen.clips.npz_members import npz_array
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError, ConfigError, DatasetError, FitError, WorkspaceError
from spinegen.progress import SilentReporter
from spinegen.records.run_record import ClipsRecord, Inputs, RunRecord, recorded_clips
from spinegen.records.sidecar import VERSION
from spinegen.render.paths import FramePaths
from spinegen.workspace import Workspace


@pytest.mark.parametrize("name", ["...c3d", ".hidden.c3d", "..c3d"])
def test_a_clip_cannot_be_named_like_the_folder_above(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    workspace = Workspace(tmp_path / "w")
    with pytest.raises(FitError, match="begins with a dot"):
        fit_mocap(workspace, FitSettings(clips=(tmp_path / name,)), SilentReporter())
    assert not (tmp_path / "w/fits").exists()
    assert not (tmp_path / "w/model.osim").exists()


@pytest.mark.parametrize("key", ["image", "mask", "depth"])
@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/hostname", "a/b.jpg", "..", "a\\b.jpg", 3])
def test_a_sidecar_names_only_files_beside_it(tmp_path: Path, key: str, name: object) -> None:
    files = {"image": "0.jpg", "mask": "0.mask.png", "depth": None, key: name}
    data = {
        "version": VERSION,
        "split": "train",
        "people": [],
        "shot": 0,
        "clip": "a",
        "activity": "",
        "frame": 0,
        "time_s": 0,
    }
    path = tmp_path / "00000000.json"
    path.write_text(json.dumps(data | files))
    with pytest.raises(DatasetError, match=f"field {key}.*must name a file beside it"):
        read_frame(path)


@pytest.mark.parametrize("name", ["../../secret", "/etc/hostname", "..", ""])
def test_a_sealed_sidecar_that_vouches_for_files_elsewhere_is_faulty(tmp_path: Path, name: str) -> None:
    from spinegen.records.sidecar import with_seal
    from spinegen.render.repair import fault

    paths = FramePaths(tmp_path / "frames", 0)
    paths.sidecar.parent.mkdir(parents=True)
    (tmp_path / "secret").write_text("x")
    paths.sidecar.write_bytes(with_seal(json.dumps({"shot": 0, "sha256": {name: "0"}}, separators=(",", ":")).encode()))
    assert fault(paths, 0) == f"{name} is missing"


def test_frames_lie_under_their_folder_whatever_the_number(tmp_path: Path) -> None:
    for shot in (0, -1, 10**12):
        assert FramePaths(tmp_path, shot).sidecar.resolve().is_relative_to(tmp_path.resolve())


def test_the_list_beside_a_record_is_read_beside_it(tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text("[]")
    (tmp_path / "w").mkdir()
    run = RunRecord(inputs=Inputs(clips=ClipsRecord(count=0, sha256="0", list="../outside.json")))
    with pytest.raises(WorkspaceError, match=r"w/outside\.json"):
        recorded_clips(tmp_path / "w/run.json", run)


def test_an_archive_that_unpacks_to_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    rows = 90_000_000
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows},), }}".encode()
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    with (
        zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("poses.npy", "w", force_zip64=True) as member,
    ):
        member.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        for _ in range(90):
            member.write(bytes(8_000_000))
    assert (tmp_path / "bomb.npz").stat().st_size < 8_000_000
    with pytest.raises(ClipError, match="at most 536870912 are read"):
        npz_array(tmp_path / "bomb.npz", "poses")


def test_a_c3d_that_promises_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    block = bytearray(1024)
    block[0:2] = b"\x02\x50"
    struct.pack_into("<HHHHH", block, 2, 65535, 65535, 1, 65535, 0)
    struct.pack_into("<f", block, 12, -1.0)
    struct.pack_into("<H", block, 16, 3)
    struct.pack_into("<f", block, 20, 100.0)
    block[512:516] = b"\x01\x50\x01\x54"
    (tmp_path / "huge.c3d").write_bytes(bytes(block))
    with pytest.raises(ClipError, match=r"huge\.c3d"):
        read_clip(tmp_path / "huge.c3d")


def test_a_yaml_bomb_is_refused(tmp_path: Path) -> None:
    from spinegen.config import load_yaml
    from spinegen.scenes.settings import SceneSettings

    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = tmp_path / "bomb.yaml"
    for text, said in (
        ("\n".join(lines), "once its aliases are unfolded"),
        ("shots: &a [*a]", "within what it names|found undefined alias"),
        ("shots: " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("description: " + "x" * 9_000_000, "at most 8000000 are read"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigError, match=said) as raised:
            load_yaml(path, SceneSettings)
        assert len(str(raised.value)) < 1000


def test_an_alias_that_saves_typing_is_fine(tmp_path: Path) -> None:
    from spinegen.config import load_yaml
    from spinegen.scenes.settings import SceneSettings

    path = tmp_path / "fine.yaml"
    path.write_text("cameras:\n  - &near {fill: {uniform: [0.6, 0.9]}, focal_mm: 40}\n  - {<<: *near, focal_mm: 85}\n")
    assert [view.focal_mm.constant for view in load_yaml(path, SceneSettings).cameras] == [40, 85]
