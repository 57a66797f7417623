"""From a C3D file to checked COCO annotations, through the commands alone."""

import json
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest

from spinegen import skeleton
from support.commands import done, done_here, failed, refused, spinegen, spinegen_here

pytestmark = pytest.mark.gl

LONGEST_S = 3600
"""A command that takes longer hangs; on two quiet cores all four together take a fifth of it."""


def test_the_fit_states_its_error_against_the_known_vertebrae(made: Path) -> None:
    report = json.loads((made / "w/fits/bow/report.json").read_text())
    assert report["truth"]["centroid_mean_mm"] < 5.0
    assert report["verdict"] in ("good", "usable"), report["reasons"]


def test_every_label_passes_the_check(made: Path) -> None:
    assert "passed" in done_here("check", "w", cwd=made)


def test_the_annotations_are_coco_with_37_keypoints(made: Path) -> None:
    from pycocotools.coco import COCO

    pictures = 0
    for split in ("train", "val"):
        coco = COCO(str(made / f"w/coco/annotations/person_keypoints_{split}-unreal.json"))
        assert cast(Any, coco.loadCats([1])[0])["keypoints"] == list(skeleton.NAMES)
        for annotation in cast(Any, coco.loadAnns(coco.getAnnIds())):
            assert len(annotation["keypoints"]) == 3 * skeleton.COUNT
            assert annotation["num_keypoints"] > 0
        for image in coco.loadImgs(coco.getImgIds()):
            assert (made / f"w/coco/images/{split}-unreal" / image["file_name"]).is_file()
            pictures += 1
    assert pictures == 8


def test_the_plan_opens_with_pandas(made: Path) -> None:
    plan = pd.read_parquet(made / "w/plan.parquet")
    assert len(plan) == 8
    assert set(plan["split"]) == {"train", "val"}


def test_a_second_run_finds_everything_done(made: Path) -> None:
    frames = sorted((made / "w/frames").rglob("*.*"))
    before = {path: path.stat().st_mtime_ns for path in frames}
    text = done_here("render", "--scenes", "small.yaml", "--out", "w", "--depth", cwd=made)
    assert {path: path.stat().st_mtime_ns for path in sorted((made / "w/frames").rglob("*.*"))} == before
    assert "done before" in text


def test_report_and_preview_are_written(made: Path) -> None:
    page = Path(done_here("report", "w", cwd=made).strip().splitlines()[-1])
    assert "bow" in (made / page).read_text()
    sheet = Path(done_here("preview", "w", "--count", "4", cwd=made).strip().splitlines()[-1])
    assert (made / sheet).stat().st_size > 10_000


def test_run_record_holds_settings_versions_and_timings(made: Path) -> None:
    run = json.loads((made / "w/run.json").read_text())
    assert set(run["stages"]) >= {"fit", "render", "export"}
    assert run["stages"]["render"]["seconds"] > 0
    assert run["environments"][-1]["versions"]["opensim"].startswith("4.6")
    assert run["plan"]["sha256"]
    assert [clip["name"] for clip in run["inputs"]["clips"]["files"]] == ["bow"]


def test_another_config_is_refused_and_says_what_differs(made: Path) -> None:
    assert "seed" in refused("render", "--scenes", "small.yaml", "--seed", "9", "--out", "w", "--depth", cwd=made)


def test_scenes_that_name_a_clip_that_was_never_fitted(made: Path) -> None:
    (made / "other.yaml").write_text("clips: {names: [waltz]}\n")
    said = refused("render", "--scenes", "other.yaml", "--plan-only", "--out", "w2", cwd=made)
    assert "w2: no such workspace" in said
    (made / "w3").mkdir()
    (made / "w3/fits").symlink_to(made / "w/fits")
    said = refused("render", "--scenes", "other.yaml", "--plan-only", "--out", "w3", cwd=made)
    assert "waltz" in said
    assert "bow" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shotz: 3", "unknown field shotz"),
        ("shots: many", "field shots: found 'many'"),
        ("cameras: [{fill: {uniform: [0.9, 0.5]}}]", "cameras.0.fill"),
        ("shots: [", "is not valid YAML"),
    ],
)
def test_scenes_that_cannot_be_read(made: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    line = refused("render", "--scenes", tmp_path / "bad.yaml", "--plan-only", "--out", "w", cwd=made)
    assert "bad.yaml" in line
    assert said in line


def test_an_empty_validation_split_is_refused(made: Path) -> None:
    (made / "w4").mkdir()
    (made / "w4/fits").symlink_to(made / "w/fits")
    (made / "one.yaml").write_text("shots: 1\nvalidation_share: 0.01\n")
    assert "validation" in refused("render", "--scenes", "one.yaml", "--plan-only", "--out", "w4", cwd=made)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nowhere.c3d", None, ("nowhere.c3d",)),
        ("dance.fbx", b"x", ("dance.fbx", ".c3d", ".bvh")),
        ("broken.c3d", b"\x02P" + bytes(600), ("broken.c3d",)),
        ("odd.trc", None, ("odd.trc",)),
    ],
)
def test_clips_that_cannot_be_used(tmp_path: Path, name: str, content: bytes | None, said: tuple[str, ...]) -> None:
    if name == "odd.trc":
        header = "PathFileType\t4\t(X/Y/Z)\todd.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n100\t100\t3\t2\tmm\n"
        rows = "Frame#\tTime\tfoo\t\t\tbar\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n"
        rows += "".join(f"{i + 1}\t{i / 100}\t{i}\t60\t1\t5\t{1700 + i}\t7\n" for i in range(3))
        (tmp_path / name).write_text(header + rows)
        said = (*said, "foo", "cmu")
    elif content is not None:
        (tmp_path / name).write_bytes(content)
    result = spinegen_here("fit-mocap", name, "--out", "w", cwd=tmp_path)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    for part in said:
        assert part in result.stdout + result.stderr


def test_one_bad_clip_does_not_stop_the_others(made: Path) -> None:
    said = (made / "fit.txt").read_text().strip().splitlines()[-1]
    assert said.startswith("error: 1 clip(s) failed, the rest is done: broken.c3d")
    assert (made / "w/fits/bow/report.json").is_file()


def test_an_output_folder_that_cannot_be_written(tmp_path: Path, capture: Path) -> None:
    (tmp_path / "w").write_text("a file")
    result = spinegen_here("fit-mocap", capture, "--out", "w", cwd=tmp_path)
    assert result.returncode == 2
    (tmp_path / "a").write_text("a file")
    assert "cannot be written" in refused("fit-mocap", capture, "--out", "a/w", cwd=tmp_path)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert port in refused("engine", "serve", "--port", port, cwd=tmp_path)


def test_without_gl_the_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_DIRS", str(tmp_path))
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", str(tmp_path / "none.json"))
    assert "libegl1" in failed("engine", "serve", "--port", "0", cwd=tmp_path)
    result = spinegen("doctor", cwd=tmp_path)
    assert result.returncode == 1
    assert "✗ GL renderer" in result.stdout
    assert "apt-get install -y libegl1" in result.stdout


def test_doctor_finds_what_the_stages_need(tmp_path: Path) -> None:
    text = done_here("doctor", cwd=tmp_path)
    for name in ("Python", "OpenSim", "GL renderer", "UnrealCV, embedded", "ONNX Runtime", "torch", "disk space"):
        assert f"✓ {name}" in text


@pytest.mark.slow
@pytest.mark.timeout(4 * LONGEST_S)
def test_the_four_lines_of_the_user(tmp_path: Path) -> None:
    done("fit-mocap", cwd=tmp_path, timeout_s=LONGEST_S)
    done("render", "--scenes", "yoga.yaml", cwd=tmp_path, timeout_s=LONGEST_S)
    done("export-coco", cwd=tmp_path, timeout_s=LONGEST_S)
    done("train-validate", cwd=tmp_path, timeout_s=LONGEST_S)
    workspace = tmp_path / "workspace"
    assert (workspace / "pose/pose.onnx").stat().st_size > 100_000
    assert json.loads((workspace / "pose/metrics.json").read_text())
    assert "yoga_floor" in (workspace / "report.html").read_text()
