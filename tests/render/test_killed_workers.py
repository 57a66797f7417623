"""Workers that the kernel or the cluster kills: nothing is lost, and the finished set is the one that a single process draws."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from spinegen.errors import SpinegenError, WorkspaceError
from spinegen.render.settings import RenderSettings
from spinegen.render.worker import Job, draw_in_worker
from spinegen.scenes.plan_file import read_header
from spinegen.workspace import Workspace
from support.small_set import contents, draw, new_workspace, scene_file

pytestmark = pytest.mark.gl


def local_workers() -> list[int]:
    """Processes of the local pool, engines left out."""
    found = []
    for task in Path("/proc/self/task").glob("*/children"):
        for text in task.read_text().split():
            with suppress(OSError):
                if b"loky" in Path(f"/proc/{text}/cmdline").read_bytes():
                    found.append(int(text))
    return [pid for pid in found if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]


@contextmanager
def killer(frames: Path, victims: Callable[[], list[int]], again: bool = False) -> Iterator[list[int]]:
    """Kill one of the workers once the first frame is there; with `again`, every worker there ever is."""
    killed: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set() and (again or not killed):
            if again or list(frames.glob("*/*.json")):
                for pid in victims()[: None if again else 1]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                        killed.append(pid)
            time.sleep(0.02)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def test_a_worker_that_runs_out_of_memory_is_replaced_and_no_frame_is_lost(drawn, scene, fits, tmp_path):
    workspace = new_workspace(tmp_path / "w", fits)
    with killer(workspace.frames, local_workers) as killed:
        summary = draw(workspace, scene, jobs=2)
    assert len(killed) == 1
    assert summary.figures["frames"] == 4
    assert not summary.failures
    assert contents(workspace) == contents(drawn)


def test_workers_that_are_killed_again_and_again_end_the_run_and_it_goes_on_later(drawn, scene, fits, engine, tmp_path):
    workspace = new_workspace(tmp_path / "w", fits)
    with (
        killer(workspace.frames, local_workers, again=True),
        pytest.raises(SpinegenError, match=r"enough memory.*--jobs"),
    ):
        draw(workspace, scene, jobs=2)
    draw(workspace, scene, engine=engine.address)
    assert contents(workspace) == contents(drawn)


@pytest.mark.slow
def test_a_cluster_of_two_workers_of_which_one_is_killed_draws_the_same_set(fits, tmp_path):
    distributed = pytest.importorskip("distributed")
    scene = scene_file(tmp_path, shots=40, people={"population": 8, "wardrobe": "yoga"})
    alone = new_workspace(tmp_path / "alone", fits)
    draw(alone, scene, jobs=1)
    workspace = new_workspace(tmp_path / "w", fits)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:

        def workers() -> list[int]:
            return [nanny.pid for nanny in cluster.workers.values() if nanny.pid]

        with killer(workspace.frames, workers) as killed:
            summary = draw(workspace, scene, dask=cluster.scheduler_address)
    assert len(killed) == 1
    assert not summary.failures
    assert contents(workspace) == contents(alone)


def test_a_worker_that_does_not_see_the_workspace_says_so(drawn: Workspace, tmp_path: Path):
    job = Job.of(drawn, RenderSettings(), read_header(drawn.plan))
    elsewhere = Job(**{**vars(job), "root": tmp_path / "not mounted"})
    with pytest.raises(WorkspaceError, match=r"worker on .* does not see the workspace .*not mounted.*same path"):
        draw_in_worker((elsewhere, None))  # type: ignore[arg-type]
    another = Job(**{**vars(job), "plan": "of another set"})
    with pytest.raises(WorkspaceError, match="holds another plan"):
        draw_in_worker((another, None))  # type: ignore[arg-type]
