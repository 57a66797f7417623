"""The record of where a set comes from stays small, names no machine, and is checked when it is read back."""

import getpass
import json
import os
import socket
from pathlib import Path

import pytest

from spinegen.biomech.fits.inputs import fitted_inputs
from spinegen.errors import WorkspaceError
from spinegen.files import sha256, write_json
from spinegen.provenance import environment, folder_digest, named_files
from spinegen.records.fit_report import FitIdentity
from spinegen.records.run_record import INLINE_CLIPS, RunRecord, digest, recorded_clips
from spinegen.workspace import Workspace
from support.fit_reports import fit_report, write_fit_report


def fits(root: Path, count: int) -> Workspace:
    """Reports of fits as the fit leaves them."""
    for number in range(count):
        settings = {"model": "builtin", "height_m": 1.7 if number % 2 else None}
        name, identity = f"take{number:04d}", FitIdentity(sha256={"clip": f"{number:064x}"}, settings=settings)
        write_fit_report(root / "fits" / name, fit_report(name, identity=identity))
    return Workspace(root)


def test_no_host_user_or_folder_is_named() -> None:
    text = json.dumps(environment().plain())
    assert socket.gethostname() not in text
    assert str(Path.home()) not in text
    assert str(Path(__file__).parents[1]) not in text
    if len(getpass.getuser()) > 4:
        assert getpass.getuser() not in text


def test_the_environment_names_every_direct_dependency() -> None:
    assert {"numpy", "opensim", "unrealcv", "moderngl", "torch", "onnxruntime", "anny"} <= set(environment().versions)
    assert "pytest" not in environment().versions


def test_clips_of_equal_settings_share_them(tmp_path: Path) -> None:
    inputs = fitted_inputs(fits(tmp_path, 5))
    assert [group.settings["height_m"] for group in inputs.fits] == [None, 1.7]
    assert inputs.clips is not None
    assert inputs.clips.files is not None
    assert [clip.fit for clip in inputs.clips.files] == [0, 1, 0, 1, 0]
    assert inputs.clips.files[3].path == "mocap/take0003.c3d"
    assert inputs.clips.count == 5


def test_the_shipped_clips_are_named_as_such(tmp_path: Path) -> None:
    identity = FitIdentity(sha256={"clip": "0", "truth": "1"}, settings={})
    report = fit_report("flow", source=str(tmp_path / "clips/flow.c3d"), identity=identity)
    write_fit_report(tmp_path / "fits/flow", report)
    (clip,) = recorded_clips(tmp_path / "run.json", RunRecord(inputs=fitted_inputs(Workspace(tmp_path))))
    assert clip.plain() == {"name": "flow", "sha256": "0", "truth_sha256": "1", "shipped": True, "fit": 0}


def test_thousands_of_clips_go_into_a_list_beside_the_record(tmp_path: Path) -> None:
    run = RunRecord(inputs=fitted_inputs(fits(tmp_path, INLINE_CLIPS + 1)))
    assert len(json.dumps(run.plain())) < 1000
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
    workspace = fits(tmp_path, 2)
    (tmp_path / "fits/take0000/report.json").write_text('{"source": ')
    found = recorded_clips(tmp_path / "run.json", RunRecord(inputs=fitted_inputs(workspace)))
    assert [clip.name for clip in found] == ["take0001"]


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
