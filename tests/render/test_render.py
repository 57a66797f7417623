"""The stage against the real engine: what is drawn is the same however it was interrupted, shared out or repaired."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from spinegen.annotate.sidecar import read_frame
from spinegen.errors import ConfigError, DatasetError, WorkspaceError
from spinegen.render.paths import FramePaths
from spinegen.render.repair import fault
from spinegen.render.settings import RenderSettings
from spinegen.render.worker import Job, Worker
from spinegen.scenes.plan import read_shots
from spinegen.scenes.plan_file import read_header
from spinegen.skeleton import NAMES
from spinegen.workspace import Workspace
from support.small_set import contents, draw, new_workspace, scene_file

pytestmark = pytest.mark.gl


def copied(drawn: Workspace, folder: Path, frames: bool = True) -> Workspace:
    """The drawn workspace again, to be changed."""
    shutil.copytree(drawn.root, folder, symlinks=True, ignore=None if frames else shutil.ignore_patterns("frames"))
    return Workspace(folder)


def test_every_planned_frame_is_there_and_readable(drawn):
    shots = read_shots(drawn.plan)
    assert len(shots) == 4
    for shot in shots:
        frame = read_frame(FramePaths(drawn.frames, shot.shot).sidecar)
        assert (frame.shot, frame.split, frame.clip) == (shot.shot, shot.split, shot.clip)
        assert frame.engine["name"] == "SpinegenEngine"


def test_every_joint_of_the_trunk_lies_on_the_person_in_the_mask(drawn):
    """Nothing stands before the people of this set, so what belongs to the trunk projects onto their own pixels."""
    import cv2

    for shot in read_shots(drawn.plan):
        frame = read_frame(FramePaths(drawn.frames, shot.shot).sidecar)
        mask = cv2.imread(str(frame.mask), cv2.IMREAD_UNCHANGED)
        assert mask is not None
        person = json.loads(frame.sidecar.read_text())["people"][0]
        pixels, _ = frame.camera.project(np.array(person["keypoints_ground_m"]))
        for name in (
            "left_hip",
            "right_hip",
            "neck",
            "hip",
            "spine_01",
            "spine_02",
            "spine_03",
            "spine_04",
            "spine_05",
        ):
            column, row = np.rint(pixels[NAMES.index(name)]).astype(int)
            assert mask[row, column] == 1, f"{name} of shot {shot.shot}"
        assert person["area_px"] == (mask == 1).sum()


def test_two_workers_draw_the_same_bytes_as_one(drawn, scene, fits, tmp_path):
    workspace = new_workspace(tmp_path / "w", fits)
    draw(workspace, scene, jobs=2)
    assert contents(workspace) == contents(drawn)


def test_shards_and_a_later_run_together_are_the_whole_and_nothing_is_drawn_twice(drawn, scene, engine, tmp_path):
    workspace = copied(drawn, tmp_path / "w", frames=False)
    assert draw(workspace, scene, engine=engine.address, shard="1/2").figures["drawn_now"] == 2
    kept = FramePaths(workspace.frames, 0).sidecar.stat().st_mtime_ns
    assert draw(workspace, scene, engine=engine.address).figures["drawn_now"] == 2
    assert FramePaths(workspace.frames, 0).sidecar.stat().st_mtime_ns == kept
    assert contents(workspace) == contents(drawn)
    assert draw(workspace, scene).figures["drawn_now"] == 0


def test_an_engine_that_is_killed_is_replaced_and_the_frames_are_the_same(drawn, tmp_path):
    workspace = copied(drawn, tmp_path / "w", frames=False)
    shots = read_shots(workspace.plan)
    job = Job.of(workspace, RenderSettings(depth=True), read_header(workspace.plan))
    with Worker(job) as worker:
        for done in worker.draw(shots):
            assert done.failure is None
            if done.shot == 1:
                worker._source._engine.process.send_signal(signal.SIGKILL)  # type: ignore[attr-defined]
    assert contents(workspace) == contents(drawn)


def test_an_engine_that_hangs_is_replaced(drawn, tmp_path):
    workspace = copied(drawn, tmp_path / "w", frames=False)
    shots = read_shots(workspace.plan)[:2]
    job = Job.of(workspace, RenderSettings(depth=True), read_header(workspace.plan))
    with Worker(job) as worker:
        for done in worker.draw(shots):
            assert done.failure is None
            if done.shot == 0:
                worker._source._connection.timeout_s = 3.0  # type: ignore[attr-defined]
                worker._source._engine.process.send_signal(signal.SIGSTOP)  # type: ignore[attr-defined]
    whole = contents(drawn)
    assert all(whole[name] == data for name, data in contents(workspace).items())
    assert sum(name.endswith(".json") for name in contents(workspace)) == 2


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_ended_goes_on_to_the_same_bytes_and_leaves_nobody_behind(
    drawn, scene, engine, tmp_path, signal_number
):
    workspace = copied(drawn, tmp_path / "w", frames=False)
    command = [
        sys.executable,
        "-c",
        "from spinegen.cli import main; main()",
        "render",
        "--scenes",
        str(scene),
        "--out",
        str(workspace.root),
        "--depth",
        "--jobs",
        "2",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list(workspace.frames.glob("*/*.json")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    children = _descendants(process.pid)
    process.send_signal(signal_number)
    _, said = process.communicate(timeout=60)
    if signal_number == signal.SIGTERM and process.returncode != 0:
        assert process.returncode == 143, said
        # Python's tracker of semaphores may warn, in two lines of its own, after the last word
        lines = [line for line in said.strip().splitlines() if "resource_tracker" not in line]
        assert lines[-1] == "terminated; the same command goes on from here"
    _wait_until_gone(children)
    draw(workspace, scene, engine=engine.address)
    assert contents(workspace) == contents(drawn)


def test_damaged_files_are_found_and_drawn_again(drawn, scene, engine, tmp_path):
    workspace = copied(drawn, tmp_path / "w")
    paths = [FramePaths(workspace.frames, shot) for shot in range(4)]
    flipped = bytearray(paths[0].image.read_bytes())
    flipped[len(flipped) // 2] ^= 0x10
    paths[0].image.write_bytes(flipped)
    paths[1].mask.write_bytes(paths[1].mask.read_bytes()[:40])
    paths[2].sidecar.write_text(paths[2].sidecar.read_text().replace('"instance":1', '"instance":2', 1))
    assert draw(workspace, scene, engine=engine.address).figures["drawn_now"] == 0
    assert draw(workspace, scene, engine=engine.address, repair=True).figures["drawn_now"] == 3
    assert contents(workspace) == contents(drawn)


def test_faults_of_a_frame_are_named(drawn, tmp_path):
    workspace = copied(drawn, tmp_path / "w")
    whole, cut, gone = (FramePaths(workspace.frames, shot) for shot in (0, 1, 2))
    cut.sidecar.write_text(cut.sidecar.read_text()[:100])
    gone.depth.unlink()
    assert fault(whole, 0) is None
    assert "cannot be read" in str(fault(cut, 1))
    assert "00000002.depth.npz is missing" in str(fault(gone, 2))


def test_more_shots_are_added_only_when_asked_and_leave_the_first_as_they_are(drawn, scene, engine, tmp_path):
    workspace = copied(drawn, tmp_path / "w")
    with pytest.raises(WorkspaceError, match=r"4 shots.*5.*--extend"):
        draw(workspace, scene, shots=5)
    draw(workspace, scene, shots=5, extend=True, engine=engine.address)
    now, before = contents(workspace), contents(drawn)
    assert len(read_shots(workspace.plan)) == 5
    assert all(now[name] == data for name, data in before.items())


def test_plan_only_draws_nothing(scene, fits, tmp_path):
    workspace = new_workspace(tmp_path / "w", fits)
    summary = draw(workspace, scene, plan_only=True)
    assert summary.look_at == workspace.plan
    assert not workspace.frames.exists()


def test_depth_is_kept_on_request_in_metres(drawn):
    for shot in read_shots(drawn.plan):
        frame = read_frame(FramePaths(drawn.frames, shot.shot).sidecar)
        assert frame.depth is not None
        depth = np.load(frame.depth)["depth_m"]
        assert depth.shape == (128, 128)
        assert 0.3 < depth[depth > 0].min() < shot.distance_m + 1


def test_a_workspace_without_fits_says_what_to_do(scene, tmp_path):
    with pytest.raises(DatasetError, match="spinegen fit-mocap"):
        draw(Workspace(tmp_path), scene)


def test_a_clip_that_was_never_fitted_is_named(fits, tmp_path):
    workspace = new_workspace(tmp_path / "w", fits)
    with pytest.raises(ConfigError, match=r"jump was never fitted; fitted are: stand, sway"):
        draw(workspace, scene_file(tmp_path, clips={"names": ["jump"]}))


def _descendants(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            children = [int(text) for text in task.read_text().split()]
            found += children
            waiting += children
    return found


def _wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 20
    alive = pids
    while time.monotonic() < deadline:
        alive = [pid for pid in pids if _alive(pid)]
        if not alive:
            return
        time.sleep(0.1)
    raise AssertionError(f"processes stayed behind: {alive}")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False
