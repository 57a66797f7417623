"""Faults of the machine: nothing that was whole is lost, the message says what to do, the exit code is right."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spinegen.engine.server.launch import EngineProcess
from support.commands import done_here, refused, spinegen_here
from support.scripts import REPOSITORY, load_script

pytestmark = pytest.mark.gl

resume: Any = load_script(REPOSITORY / "benchmarks" / "resume.py")
"""What counts processes is the benchmark's."""

RENDER = ("render", "--scenes", "small.yaml", "--out", "w", "--jobs", "1", "--depth")


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """A folder like `made`, to be damaged."""
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def render(engine: EngineProcess) -> tuple[str, ...]:
    """The same command, drawing with an engine that runs already."""
    return (*RENDER, "--engine", engine.address)


def frames(folder: Path) -> dict[str, bytes]:
    """Every file of every frame."""
    root = folder / "w/frames"
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def without_last_frames(folder: Path, count: int) -> None:
    """Take some frames away, as if they had not been drawn yet."""
    for sidecar in sorted((folder / "w/frames").rglob("*.json"))[-count:]:
        for path in sidecar.parent.glob(f"{sidecar.stem}.*"):
            path.unlink()


def test_a_fit_that_is_gone_between_plan_and_render_is_named(made: Path, copy: Path, render: tuple[str, ...]) -> None:
    without_last_frames(copy, 1)
    (copy / "w/fits/bow").rename(copy / "bow")
    before = frames(copy)
    said = refused(*render, cwd=copy)
    assert "bow" in said
    assert "fit-mocap" in said
    assert frames(copy) == before
    (copy / "bow").rename(copy / "w/fits/bow")
    done_here(*render, cwd=copy)
    assert frames(copy) == frames(made)


def test_the_clip_itself_is_not_needed_once_it_is_fitted(made: Path, copy: Path, render: tuple[str, ...]) -> None:
    """`copy` holds no capture at all; only its fit."""
    without_last_frames(copy, 2)
    done_here(*render, cwd=copy)
    assert frames(copy) == frames(made)


def test_a_clip_that_is_gone_before_a_later_fit_leaves_the_others(copy: Path) -> None:
    report = (copy / "w/fits/bow/report.json").read_bytes()
    told = spinegen_here("fit-mocap", "gone/bow.c3d", "--out", "w", cwd=copy)
    assert told.returncode == 1
    assert "bow.c3d: cannot be read" in told.stderr
    assert told.stderr.strip().splitlines()[-1] == "error: 1 clip(s) failed, the rest is done: bow.c3d"
    assert (copy / "w/fits/bow/report.json").read_bytes() == report


@pytest.mark.parametrize("year", [1975, 2105])
def test_files_of_another_century_change_nothing(made: Path, copy: Path, render: tuple[str, ...], year: int) -> None:
    without_last_frames(copy, 1)
    then = (year - 1970) * 31_556_952
    for path in (copy / "w").rglob("*"):
        os.utime(path, (then, then))
    assert "done before  7" in done_here(*render, cwd=copy)
    assert frames(copy) == frames(made)
    done_here("export-coco", "w", cwd=copy)
    assert "passed" in done_here("check", "w", cwd=copy)


CLOCK_RUNS_BACKWARDS = """
import itertools, time
real, hours = time.time, itertools.count()
time.time = lambda: real() - 3600.0 * next(hours)
from spinegen.cli import main
main()
"""


def test_a_clock_that_is_set_back_changes_nothing(made: Path, copy: Path, render: tuple[str, ...]) -> None:
    without_last_frames(copy, 2)
    command = [sys.executable, "-c", CLOCK_RUNS_BACKWARDS, *render]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=250)
    assert result.returncode == 0, result.stderr
    assert frames(copy) == frames(made)
    stage = json.loads((copy / "w/run.json").read_text())["stages"]["render"]
    assert all(run["seconds"] >= 0 for run in stage["runs"])


def test_a_record_that_is_cut_off_is_said_and_nothing_is_touched(made: Path, copy: Path) -> None:
    run_file = copy / "w/run.json"
    run_file.write_bytes(run_file.read_bytes()[:700])
    said = refused(*RENDER, cwd=copy)
    assert "run.json" in said
    assert "delete it to start the record anew" in said
    assert frames(copy) == frames(made)
    run_file.unlink()
    assert "done before  8" in done_here(*RENDER, cwd=copy)
    assert json.loads(run_file.read_text())["plan"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_ends_the_run_and_it_goes_on_when_there_is_room(
    made: Path, small_disk: Path, render: tuple[str, ...]
) -> None:
    shutil.copytree(made / "w", small_disk / "w", ignore=shutil.ignore_patterns("frames", "coco", "report.html"))
    shutil.copy(made / "small.yaml", small_disk)
    # Room for the plan and a few frames of the eight.
    needed = sum(len(data) for data in frames(made).values()) // 2
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(bytes(free - needed))
    said = refused(*render, cwd=small_disk)
    assert "No space left on device" in said
    assert "make room" in said
    kept, whole = frames(small_disk), frames(made)
    finished = [name for name in kept if name.endswith(".json")]
    assert 0 < len(finished) < 8
    for name in finished:
        stem = name.removesuffix(".json")
        assert all(kept[other] == whole[other] for other in whole if other.startswith(stem))
    (small_disk / "ballast").unlink()
    assert f"done before  {len(finished)}" in done_here(*render, cwd=small_disk)
    assert frames(small_disk) == whole


def test_a_fit_that_finds_no_room_says_so_and_is_done_when_there_is(brief_capture: Path, tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    command = [
        sys.executable,
        "-c",
        "from spinegen.cli import main; main()",
        "fit-mocap",
        str(brief_capture),
        "--out",
        "w",
    ]
    result = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=250, preexec_fn=small_files
    )
    assert result.returncode == 1
    assert "File too large; make room and run the same command again" in result.stderr.strip().splitlines()[-1]
    assert not (tmp_path / "w/fits/bow/report.json").exists()
    done_here("fit-mocap", brief_capture, "--out", "w", cwd=tmp_path)
    assert json.loads((tmp_path / "w/fits/bow/report.json").read_text())["verdict"] in ("good", "usable")
    assert [path.name for path in (tmp_path / "w/fits/bow").glob(".*")] == []


def test_a_terminated_fit_leaves_nobody_behind_and_goes_on(brief_capture: Path, tmp_path: Path) -> None:
    shutil.copy(brief_capture, tmp_path / "second.c3d")
    arguments = ("fit-mocap", str(brief_capture), "second.c3d", "--out", "w", "--jobs")
    process = subprocess.Popen(
        [sys.executable, "-c", "from spinegen.cli import main; main()", *arguments, "2"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("w/fits/*/*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    offspring = resume.descendants(process.pid)
    assert offspring
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 143, said
    assert said.strip().splitlines()[-1] == "terminated; the same command goes on from here"
    assert resume.still_there(offspring) == []
    assert spinegen_here(*arguments, "1", cwd=tmp_path).returncode == 0
    assert len(list(tmp_path.glob("w/fits/*/report.json"))) == 2
    assert [path.name for path in tmp_path.glob("w/fits/*/.*")] == []
