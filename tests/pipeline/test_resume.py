"""A set that was made again, or killed and gone on with, is the same set, byte for byte."""

import json
import os
import shutil
import time
from functools import partial
from pathlib import Path
from subprocess import run as process
from typing import Any

import numpy as np
import pytest

from support.commands import done_here, refused
from support.scripts import REPOSITORY, load_script

pytestmark = pytest.mark.gl

resume: Any = load_script(REPOSITORY / "benchmarks" / "resume.py")
"""What kills runs and compares workspaces is the benchmark's."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `run.json` of a small set that was made by three commands; do not change its folder."""
    folder = tmp_path_factory.mktemp("set")
    return resume.first_run(folder, clips=1, shots=4, run=partial(done_here, cwd=folder))


@pytest.fixture(scope="module")
def whole(record: Path) -> tuple[Path, float]:
    """The same set made again in one go, and how long that took, seconds."""
    start = time.monotonic()
    process(resume.again(record, record.parents[1] / "whole"), check=True, capture_output=True)
    return record.parents[1] / "whole", time.monotonic() - start


def test_a_set_made_again_from_its_record_has_the_same_bytes(record: Path, whole: tuple[Path, float]) -> None:
    first, again = resume.contents(record.parent), resume.contents(whole[0])
    assert again.pop("scenes.yaml")
    assert sum(name.endswith(".jpg") for name in again if name.startswith("frames")) == 4
    assert [name for name in resume.differences(first, again) if name != "run.json"] == []


@pytest.mark.timeout(1500)
def test_a_run_killed_at_three_random_moments_comes_to_the_same_bytes(
    record: Path, whole: tuple[Path, float], tmp_path: Path
) -> None:
    root, seconds = whole
    rng = np.random.default_rng(int.from_bytes(os.urandom(4)))
    outcome = resume.kill_and_compare(record, tmp_path, resume.contents(root), seconds, kills=3, rng=rng)
    assert len(outcome.hits) == 3
    assert outcome.differing == (), outcome.hits
    assert outcome.stayed == (), outcome.hits


def copied(record: Path, folder: Path) -> Path:
    """The record in a folder of its own, so that it can be changed."""
    folder.mkdir(exist_ok=True)
    shutil.copy(record, folder / "run.json")
    return folder / "run.json"


def test_the_record_tells_where_the_set_comes_from(record: Path, whole: tuple[Path, float]) -> None:
    run = json.loads(record.read_text())
    here = run["environments"][-1]
    assert here["versions"]["opensim"].startswith("4.6")
    assert {"numpy", "unrealcv", "moderngl", "torch", "onnxruntime", "anny"} <= set(here["versions"])
    assert len(here["shipped_sha256"]) == 64
    assert here["cores"] >= 1
    assert os.uname().nodename not in json.dumps(here)
    assert [clip["name"] for clip in run["inputs"]["clips"]["files"]] == ["bow"]
    assert run["engines"][0]["name"] == "SpinegenEngine"
    assert run["engines"][0]["renderer"]
    assert run["plan"]["rows"] == 4
    for stage in ("fit", "render", "export"):
        assert run["stages"][stage]["settings"], stage
        assert run["stages"][stage]["runs"][-1]["seconds"] >= 0
    assert json.loads((whole[0] / "run.json").read_text())["origin"]["sha256"]


def test_a_clip_that_is_gone_is_named_with_its_hash(record: Path, tmp_path: Path) -> None:
    run = json.loads(record.read_text())
    clip = run["inputs"]["clips"]["files"][0]
    clip["path"] = "gone/bow.c3d"
    (tmp_path / "run.json").write_text(json.dumps(run))
    said = refused("run", "--from", "run.json", "--out", "again", cwd=tmp_path)
    assert "clip bow" in said
    assert clip["sha256"] in said
    assert "gone/bow.c3d" in said
    assert "--inputs" in said


def test_another_clip_of_that_name_is_refused_with_both_hashes(record: Path, tmp_path: Path) -> None:
    run = json.loads(record.read_text())
    wanted = run["inputs"]["clips"]["files"][0]["sha256"]
    run["inputs"]["clips"]["files"][0]["sha256"] = "0" * 64
    (tmp_path / "run.json").write_text(json.dumps(run))
    said = refused("run", "--from", "run.json", "--out", "again", cwd=tmp_path)
    assert wanted in said
    assert "0" * 64 in said


def test_a_clip_is_found_in_the_folder_of_inputs(record: Path, tmp_path: Path) -> None:
    from spinegen.biomech.fits.settings import ClipRow
    from spinegen.rerun import read_rerun
    from spinegen.workspace import Workspace

    run = json.loads(record.read_text())
    run["inputs"]["clips"]["files"][0]["path"] = "gone/bow.c3d"
    (tmp_path / "run.json").write_text(json.dumps(run))
    plan = read_rerun(tmp_path / "run.json", Workspace(tmp_path / "again"), record.parents[1])
    assert plan.fits[0].clips == (ClipRow(clip=record.parents[1] / "bow.c3d", name="bow"),)
    assert plan.render is not None
    assert plan.render.scene().shots == 4
    assert plan.train is None


def test_a_workspace_with_another_run_is_refused(record: Path) -> None:
    assert "holds another run" in refused("run", "--from", record, "--out", record.parent, cwd=record.parent)


@pytest.mark.parametrize("text", ["", '{"stages": {"fit"', "{}", '{"stages": {"fit": {}}}', "[]"])
def test_a_record_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    assert "run.json" in refused("run", "--from", "run.json", "--out", "again", cwd=tmp_path)


def test_config_and_record_together_are_refused(record: Path, tmp_path: Path) -> None:
    assert "not both" in refused("run", "demo", "--from", record, "--out", "again", cwd=tmp_path, code=2)
    assert "--from" in refused("run", "--inputs", ".", "--out", "again", cwd=tmp_path, code=2)


def test_a_finished_set_made_again_has_nothing_to_do(record: Path, whole: tuple[Path, float]) -> None:
    frames = sorted((whole[0] / "frames").rglob("*.*"))
    before = [path.stat().st_mtime_ns for path in frames]
    text = done_here("run", "--from", record, "--out", whole[0], cwd=record.parent)
    assert [path.stat().st_mtime_ns for path in frames] == before
    assert "drawn now    0 frames" in text
