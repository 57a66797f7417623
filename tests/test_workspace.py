"""A workspace keeps what was made, with which settings, and lets one process at a time in."""

import errno
import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from spinegen.errors import WorkspaceError
from spinegen.files import atomic_path, remove_leftovers, write_json, write_text
from spinegen.records.run_record import StageOutcome
from spinegen.workspace import RUNS_KEPT, Workspace


def test_a_stage_keeps_its_settings(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    workspace.open()
    workspace.begin("render", {"seed": 1, "camera": {"fov": 60}})
    workspace.begin("render", {"seed": 1, "camera": {"fov": 60}})
    with pytest.raises(WorkspaceError, match=r"render\.camera\.fov was 60, now 70"):
        workspace.begin("render", {"seed": 1, "camera": {"fov": 70}})


def test_what_is_not_kept_may_change_and_is_written_down(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.begin("render", {"seed": 1, "jobs": 1}, kept={"seed": 1})
    workspace.begin("render", {"seed": 1, "jobs": 4}, kept={"seed": 1})
    assert workspace.run().stages["render"].settings == {"seed": 1, "jobs": 4}
    with pytest.raises(WorkspaceError, match=r"render\.seed was 1, now 2"):
        workspace.begin("render", {"seed": 2, "jobs": 4}, kept={"seed": 2})
    assert workspace.run().stages["render"].settings["seed"] == 1


def test_every_run_of_a_stage_keeps_its_time(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.begin("fit", {"spine": "regional"})
    second = workspace.begin("fit", {"spine": "regional"})
    workspace.finish("fit", StageOutcome(seconds=1.5), second)
    third = workspace.begin("fit", {"spine": "regional"}, shard="1/2")
    workspace.finish("fit", StageOutcome(seconds=0.1), third)
    stage = workspace.run().stages["fit"]
    assert stage.settings == {"spine": "regional"}
    assert [run.seconds for run in stage.runs] == [None, 1.5, 0.1], "the first was broken off"
    assert [run.shard for run in stage.runs] == [None, None, "1/2"]
    assert stage.seconds == 0.1


def test_the_list_of_runs_does_not_grow_without_end(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for number in range(RUNS_KEPT + 5):
        workspace.finish("fit", StageOutcome(seconds=number), workspace.begin("fit", {}))
    runs = workspace.run().stages["fit"].runs
    assert [run.seconds for run in runs] == list(range(5, RUNS_KEPT + 5))


NOTER = """
import sys
from pathlib import Path
from spinegen.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
for number in range(25):
    workspace.note_engine({"name": sys.argv[2], "version": str(number)})
    workspace.note_engine({"name": sys.argv[2]})
"""


def test_processes_that_write_the_record_at_once_lose_nothing(tmp_path: Path) -> None:
    others = [subprocess.Popen([sys.executable, "-c", NOTER, str(tmp_path), name]) for name in ("a", "b", "c")]
    assert [other.wait(60) for other in others] == [0, 0, 0]
    run = Workspace(tmp_path).run()
    noted = {(engine["name"], engine.get("version")) for engine in run.engines}
    assert noted == {(name, number) for name in "abc" for number in (None, *map(str, range(25)))}
    assert len(run.engines) == 3 * 26, "none is noted twice"


def test_a_record_of_the_first_version_still_refuses_another_config(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    write_json(workspace.run_file, {"stages": {"fit": {"settings": {"spine": "free"}}}})
    with pytest.raises(WorkspaceError, match=r"fit\.spine was 'free', now 'regional'"):
        workspace.begin("fit", {"spine": "regional", "jobs": 2}, kept={"spine": "regional"})


def test_a_damaged_record_is_said_not_overwritten(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.run_file.write_text('{"stages": ')
    with pytest.raises(WorkspaceError, match=r"run\.json"):
        workspace.begin("fit", {})
    assert workspace.run_file.read_text() == '{"stages": '


@pytest.mark.parametrize("text", ["", "[]", '{"stages": 3}'])
def test_a_record_that_is_none_is_said(tmp_path: Path, text: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.run_file.write_text(text)
    with pytest.raises(WorkspaceError, match="delete it to start the record anew"):
        workspace.run()


HOLDER = """
import sys, time
from pathlib import Path
from spinegen.workspace import Workspace
with Workspace(Path(sys.argv[1])).held(sys.argv[2] or None, sys.argv[3]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("theirs", "ours", "free"), [("", None, False), ("1/2", "2/2", True), ("1/2", "1/2", False), ("1/2", None, False)]
)
def test_a_second_process_is_told_who_holds_it(tmp_path: Path, theirs: str, ours: str | None, free: bool) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path), theirs, "render"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        if free:
            with Workspace(tmp_path).held(ours, "render"):
                pass
        else:
            with (
                pytest.raises(WorkspaceError, match=f"in use by process {other.pid}"),
                Workspace(tmp_path).held(ours, "render"),
            ):
                pass
        other.communicate("")
    with Workspace(tmp_path).held():
        pass


def test_the_holder_is_named_with_machine_and_time(tmp_path: Path) -> None:
    with (
        Workspace(tmp_path).held(),
        pytest.raises(WorkspaceError, match=rf"process {os.getpid()} on {socket.gethostname()} since 2\d{{3}}-"),
        Workspace(tmp_path).held(),
    ):
        pass


def test_a_holder_on_another_machine_is_named(tmp_path: Path) -> None:
    """The kernel of a shared file system keeps the lock; the text in the file says whose it is."""
    with (tmp_path / ".lock").open("w") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        theirs.write("process 12 on far-away since 2026-01-01 10:00:00 UTC")
        theirs.flush()
        with (
            pytest.raises(WorkspaceError, match=r"in use by process 12 on far-away since 2026-01-01"),
            Workspace(tmp_path).held(),
        ):
            pass


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path), "", ""]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        other.kill()
        other.wait(10)
        with Workspace(tmp_path).held():
            assert f"process {os.getpid()} on " in (tmp_path / ".lock").read_text()


def test_a_file_system_without_locks_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(WorkspaceError, match="cannot lock files"), Workspace(tmp_path).held():
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


def test_shards_of_two_stages_do_not_meet(tmp_path: Path) -> None:
    """A plan must not be made while some clips are still being fitted."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path), "1/2", "fit"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(WorkspaceError, match=f"in use by process {other.pid}"),
            Workspace(tmp_path).held("2/2", "render"),
        ):
            pass
        with Workspace(tmp_path).held("2/2", "fit"):
            pass
        other.communicate("")
    with Workspace(tmp_path).held("2/2", "render"):
        pass


HALF_WRITTEN = """
import sys, time
from pathlib import Path
from spinegen.files import atomic_path
with atomic_path(Path(sys.argv[1]) / "a.json") as temporary:
    temporary.write_text("half")
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_half_written_is_cleared_away_and_only_that(tmp_path: Path) -> None:
    write_text(tmp_path / "whole.json", "whole")
    (tmp_path / ".hidden-by-a-user.json").write_text("theirs")
    kept = {".hidden-by-a-user.json", "whole.json"}
    command = [sys.executable, "-c", HALF_WRITTEN, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        remove_leftovers(tmp_path)
        assert len(list(tmp_path.iterdir())) == 3, "it is still being written"
        other.kill()
        other.wait(10)
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_another_machines_files_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process number means nothing on a shared folder unless the machine is the same."""
    with subprocess.Popen(
        [sys.executable, "-c", HALF_WRITTEN, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        other.kill()
        other.wait(10)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(socket, "gethostname", lambda: "far-away")
        remove_leftovers(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []
