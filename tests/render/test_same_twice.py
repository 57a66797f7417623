"""A picture is what its row of the plan says: not the order of the work, nor how many share it, nor what else the machine does."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from spinegen.records.plan_shot import Shot
from spinegen.render.settings import RenderSettings
from spinegen.render.worker import Job, Worker
from spinegen.scenes.plan import read_shots
from spinegen.scenes.plan_file import read_header
from spinegen.workspace import Workspace
from support.small_set import contents, draw, new_workspace, scene_file

pytestmark = pytest.mark.gl
VARIED = {
    "people": {"population": 4, "wardrobe": "sport", "count": {"1": 1, "2": 1}},
    "setup": {"takes": 2},
    "places": {"kinds": ["gym", "lawn", "studio"]},
    "props": {"mat": 0.5, "near": {"ball": 1, "plant": 1, "box": 1}, "near_count": 2},
    "validation_share": 0.2,
}


BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(100000))"
"""Computes for as long as there is somebody to compute beside."""


@contextmanager
def other_work(processes: int) -> Iterator[None]:
    """The machine is busy meanwhile."""
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(processes)]
    try:
        yield
        assert all(process.poll() is None for process in busy)
    finally:
        for process in busy:
            process.kill()
            process.wait()


def draw_in_order(workspace: Workspace, shots: Sequence[Shot]) -> None:
    """One worker with one engine draws exactly these, one after the other."""
    with Worker(Job.of(workspace, RenderSettings(), read_header(workspace.plan))) as worker:
        for shot in shots:
            assert [drawn.failure for drawn in worker.draw([shot])] == [None]


def planned(folder: Path, fits: Path, scene: Path) -> Workspace:
    """A workspace that knows what to draw and has drawn nothing."""
    workspace = new_workspace(folder, fits)
    draw(workspace, scene, plan_only=True)
    return workspace


def different(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """Names of the files that are not the same."""
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def test_shots_drawn_in_two_orders_are_the_same_bytes(fits: Path, tmp_path: Path) -> None:
    scene = scene_file(tmp_path, shots=8, seed=2, **VARIED)
    forward, backward = (planned(tmp_path / name, fits, scene) for name in ("forward", "backward"))
    shots = read_shots(forward.plan)
    assert {len(shot.people) for shot in shots} == {1, 2}
    assert len({shot.place.kind for shot in shots}) == 3
    draw_in_order(forward, shots)
    draw_in_order(backward, shots[::-1])
    expected = contents(forward)
    assert len(expected) == 3 * len(shots)
    assert not different(contents(backward), expected)


@pytest.mark.slow
def test_sixty_shots_are_the_same_bytes_in_any_order_by_any_workers_under_any_load(fits: Path, tmp_path: Path) -> None:
    size = {"width": 256, "height": 256}
    scene = scene_file(tmp_path, shots=60, image=size, **{**VARIED, "people": {**VARIED["people"], "population": 12}})
    alone = new_workspace(tmp_path / "alone", fits)
    draw(alone, scene, jobs=1)
    expected = contents(alone)
    assert len(expected) == 60 * 4
    for name, jobs, processes in (("two workers", 2, 0), ("two workers beside others", 2, 3), ("beside others", 1, 3)):
        workspace = new_workspace(tmp_path / name.replace(" ", "_"), fits)
        with other_work(processes):
            draw(workspace, scene, jobs=jobs)
        assert not different(contents(workspace), expected), name
    shuffled = planned(tmp_path / "shuffled", fits, scene)
    shots = read_shots(shuffled.plan)
    order = np.random.default_rng(1).permutation(len(shots))
    draw_in_order(shuffled, [shots[number] for number in order])
    without_depth = {name: data for name, data in expected.items() if name.endswith((".jpg", ".mask.png"))}
    found = {name: data for name, data in contents(shuffled).items() if name in without_depth}
    assert not different(found, without_depth)
