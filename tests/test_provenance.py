"""The record of where a set comes from stays small, names no machine, and is checked when it is read back."""

import getpass
import json
import os
import socket
from pathlib import Path

import pytest

from spinegen.errors import WorkspaceError
from spinegen.files import sha256, write_json
from spinegen.provenance import (
    INLINE_CLIPS,
    digest,
    environment,
    fitted_inputs,
    folder_digest,
    named_files,
    recorded_clips,
)


def fits(root: Path, count: int, **changes: object) -> None:
    """Reports of fits as the fit leaves them, as far as the record reads them."""
    for number in range(count):
        settings = {"model": "builtin", "height_m": 1.7 if number % 2 else None}
        identity = {"sha256": {"clip": f"{number:064x}"}, "settings": settings} | changes
        report = {"source": f"mocap/take{number:04d}.c3d", "identity": identity}
        write_json(root / f"fits/take{number:04d}/report.json", report)


def test_no_host_user_or_folder_is_named() -> None:
    text = json.dumps(environment())
    assert socket.gethostname() not in text
    assert str(Path.home()) not in text
    assert str(Path(__file__).parents[1]) not in text
    if len(getpass.getuser()) > 4:
        assert getpass.getuser() not in text


def test_the_environment_names_every_direct_dependency() -> None:
    assert {"numpy", "opensim", "unrealcv", "moderngl", "torch", "onnxruntime", "anny"} <= set(
        environment()["versions"]
    )
    assert "pytest" not in environment()["versions"]


def test_clips_of_equal_settings_share_them(tmp_path: Path) -> None:
    fits(tmp_path, 5)
    inputs = fitted_inputs(tmp_path, tmp_path / "fits", tmp_path / "clips")
    assert [group["settings"]["height_m"] for group in inputs["fits"]] == [None, 1.7]
    assert [clip["fit"] for clip in inputs["clips"]["files"]] == [0, 1, 0, 1, 0]
    assert inputs["clips"]["files"][3]["path"] == "mocap/take0003.c3d"
    assert inputs["clips"]["count"] == 5


def test_the_shipped_clips_are_named_as_such(tmp_path: Path) -> None:
    identity = {"sha256": {"clip": "0", "truth": "1"}, "settings": {}}
    write_json(tmp_path / "fits/flow/report.json", {"source": str(tmp_path / "clips/flow.c3d"), "identity": identity})
    clip = fitted_inputs(tmp_path, tmp_path / "fits", tmp_path / "clips")["clips"]["files"][0]
    assert clip == {"name": "flow", "sha256": "0", "truth_sha256": "1", "shipped": True, "fit": 0}


def test_thousands_of_clips_go_into_a_list_beside_the_record(tmp_path: Path) -> None:
    fits(tmp_path, INLINE_CLIPS + 1)
    run = {"inputs": fitted_inputs(tmp_path, tmp_path / "fits", tmp_path / "clips")}
    assert len(json.dumps(run)) < 1000
    assert len(recorded_clips(tmp_path / "run.json", run)) == INLINE_CLIPS + 1
    listed = json.loads((tmp_path / "clips.json").read_text())
    listed[7]["sha256"] = "0" * 64
    write_json(tmp_path / "clips.json", listed)
    with pytest.raises(WorkspaceError, match="is not the list of clips"):
        recorded_clips(tmp_path / "run.json", run)
    (tmp_path / "clips.json").unlink()
    with pytest.raises(WorkspaceError, match="must lie beside it"):
        recorded_clips(tmp_path / "run.json", run)


def test_reports_that_are_damaged_are_passed_over(tmp_path: Path) -> None:
    fits(tmp_path, 2)
    (tmp_path / "fits/take0000/report.json").write_text('{"source": ')
    found = fitted_inputs(tmp_path, tmp_path / "fits", tmp_path / "clips")
    assert [clip["name"] for clip in found["clips"]["files"]] == ["take0001"]


def test_files_that_settings_name_are_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("x")
    assert named_files({"scenes": "mine.yaml", "skeleton": "anny", "jobs": 2, "teacher": "gone.onnx"}) == {
        "mine.yaml": sha256(Path("mine.yaml"))
    }


def test_digests_do_not_depend_on_the_order_of_a_folder(tmp_path: Path) -> None:
    assert digest([("b", "1"), ("a", "2")]) == digest([("a", "2"), ("b", "1")])
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (0, 0))
    before = folder_digest(tmp_path)
    (tmp_path / "a").touch()
    assert folder_digest(tmp_path) == before
    (tmp_path / "a").write_text("longer")
    assert folder_digest(tmp_path) != before
