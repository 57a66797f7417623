"""An engine that a command starts is started again every so many frames, and ends with everything that the command began."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from spinegen.render.engines import ForeignEngine
from spinegen.render.paths import FramePaths
from spinegen.render.settings import RenderSettings
from spinegen.render.worker import Job, Worker
from spinegen.scenes.plan import read_shots
from spinegen.scenes.plan_file import read_header
from spinegen.workspace import Workspace
from support.small_set import new_workspace


def command(folder: Path) -> tuple[str, str]:
    """A script that notes its process and runs an engine as its child; the socket on which that answers."""
    address = str(folder / "engine.socket")
    script = folder / "start.sh"
    run = f"{sys.executable} -c \"from pathlib import Path; from spinegen.engine.server.serve import serve; serve('127.0.0.1', 0, socket_path=Path('{address}'))\""
    script.write_text(f"#!/bin/sh\nrm -f {address}\n{run} &\necho $! >> {folder}/started\nwait\n")
    return f"sh {script}", address


def started(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "started").read_text().split()]


def gone(process: int) -> bool:
    """Whether it ends within a while; a process that nobody has waited for yet counts as ended."""
    for _ in range(200):
        try:
            os.kill(process, 0)
            if ") Z " in Path(f"/proc/{process}/stat").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.gl
def test_an_engine_ends_with_the_script_that_started_it(tmp_path: Path) -> None:
    line, address = command(tmp_path)
    engine = ForeignEngine(address, line)
    assert "SpinegenEngine" in engine.connect().text("vget /unrealcv/status")
    engine.discard()
    assert gone(started(tmp_path)[0])


@pytest.mark.gl
def test_the_engine_is_fresh_after_so_many_frames(tmp_path: Path, drawn: Workspace, fits: Path) -> None:
    workspace = new_workspace(tmp_path / "w", fits)
    shutil.copytree(drawn.plan, workspace.plan)
    shutil.copy(drawn.root / "people.json", workspace.root)
    line, address = command(tmp_path)
    settings = RenderSettings(engine=address, engine_command=line, restart_after=2)
    shots = read_shots(workspace.plan)[:3]
    with Worker(Job.of(workspace, settings, read_header(workspace.plan))) as worker:
        results = list(worker.draw(shots))
    assert [drawn.failure for drawn in results] == [None] * 3
    assert all(FramePaths(workspace.frames, shot.shot).done for shot in shots)
    assert len(started(tmp_path)) == 2
    assert all(gone(process) for process in started(tmp_path))
