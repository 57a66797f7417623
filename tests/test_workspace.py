"""A workspace keeps what was made, with which settings, and lets one process at a time in."""

import subprocess
import sys
from pathlib import Path

import pytest

from spinegen.errors import WorkspaceError
from spinegen.files import atomic_path, write_json, write_text
from spinegen.workspace import Workspace


def test_a_stage_keeps_its_settings(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    workspace.open()
    workspace.begin("render", {"seed": 1, "camera": {"fov": 60}})
    workspace.begin("render", {"seed": 1, "camera": {"fov": 60}})
    with pytest.raises(WorkspaceError, match=r"render\.camera\.fov was 60, now 70"):
        workspace.begin("render", {"seed": 1, "camera": {"fov": 70}})


def test_finishing_adds_to_the_record(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.begin("fit", {"spine": "regional"})
    workspace.finish("fit", {"seconds": 1.5})
    run = workspace.run()
    assert run["stages"]["fit"] == {"settings": {"spine": "regional"}, "seconds": 1.5}
    assert run["versions"]["numpy"][0].isdigit()


def test_a_damaged_record_is_said_not_overwritten(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.run_file.write_text('{"stages": ')
    with pytest.raises(WorkspaceError, match=r"run\.json"):
        workspace.begin("fit", {})
    assert workspace.run_file.read_text() == '{"stages": '


HOLDER = """
import sys, time
from pathlib import Path
from spinegen.workspace import Workspace
with Workspace(Path(sys.argv[1])).held(sys.argv[2] or None):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("theirs", "ours", "free"), [("", None, False), ("1/2", "2/2", True), ("1/2", "1/2", False), ("1/2", None, False)]
)
def test_a_second_process_is_told_who_holds_it(tmp_path: Path, theirs: str, ours: str | None, free: bool) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path), theirs]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        if free:
            with Workspace(tmp_path).held(ours):
                pass
        else:
            with pytest.raises(WorkspaceError, match=f"in use by process {other.pid}"), Workspace(tmp_path).held(ours):
                pass
        other.communicate("")
    with Workspace(tmp_path).held():
        pass


def test_an_output_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        Workspace(tmp_path / "file" / "w").open()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "whole")

    def interrupted() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [target]


def test_json_refuses_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert list(tmp_path.iterdir()) == []
