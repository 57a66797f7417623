"""The check finds each kind of fault, and none in a good set."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from spinegen.annotate.check import CheckResult, check
from spinegen.annotate.settings import ExportSettings
from spinegen.annotate.stage import export_coco
from spinegen.errors import DatasetError
from spinegen.progress import SilentReporter
from spinegen.records.rle import run_lengths
from spinegen.workspace import Workspace
from support.small_coco import person as annotation
from support.small_coco import small_coco, written


def run(path: Path) -> CheckResult:
    return check(path, SilentReporter())


def broken(path: Path) -> set[str]:
    return {rule.name for rule in run(path).rules if rule.broken}


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


@pytest.fixture
def frame(fresh: Workspace) -> Path:
    return fresh.frames / "00000" / "00000003.json"


def test_a_good_set_passes_and_every_rule_was_tried(exported: Workspace) -> None:
    result = run(exported.root)
    assert result.passed
    assert not [rule.name for rule in result.rules if not rule.tried and "faces" not in rule.name]
    worst = {rule.name: rule.worst for rule in result.rules}
    assert (worst["projection agrees with OpenCV"] or 0.0) < 1e-6
    assert (worst["keypoints project to their pixels"] or 0.0) < 0.002


def test_the_posterior_site_passes_too(fresh: Workspace) -> None:
    export_coco(fresh, ExportSettings(site="posterior"), SilentReporter())
    assert run(fresh.root).passed


def test_the_summary_names_faults_and_figures(fresh: Workspace, frame: Path) -> None:
    frame.write_text("{")
    summary = run(fresh.root).summary()
    assert any("00000003.json" in fault for fault in summary.failures)
    assert summary.figures["sidecars whole, no NaN"] == 1


def test_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nothing to check"):
        run(tmp_path)
    with pytest.raises(DatasetError, match="no such file"):
        run(tmp_path / "nowhere")


def test_an_empty_frames_folder_does_not_pass(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    assert not run(tmp_path).passed


def _cut(path: Path, share: float = 0.6) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("suffix", "rule"),
    [
        (".jpg", "pictures whole"),
        (".mask.png", "masks whole"),
        (".depth.npz", "depth maps whole"),
        (".json", "sidecars whole, no NaN"),
    ],
)
def test_cut_off_files_are_found(fresh: Workspace, frame: Path, suffix: str, rule: str) -> None:
    _cut(frame.with_name(f"{frame.stem}{suffix}"))
    assert rule in broken(fresh.root)


def test_an_altered_picture_is_found(fresh: Workspace, frame: Path) -> None:
    path = frame.with_suffix(".jpg")
    cv2.imwrite(str(path), np.asarray(cv2.imread(str(path))) // 2)
    assert broken(fresh.root) == {"files are as they were written"}


def test_a_picture_without_sidecar_is_found(fresh: Workspace, frame: Path) -> None:
    frame.unlink()
    assert broken(fresh.root) == {"no picture, mask or depth map without its sidecar"}


def test_nan_is_found(fresh: Workspace, frame: Path) -> None:
    edit(frame, lambda data: data["people"][0]["keypoints_ground_m"][4].__setitem__(1, float("nan")))
    assert "sidecars whole, no NaN" in broken(fresh.root)


def test_swapped_sides_are_found(fresh: Workspace, frame: Path) -> None:
    def swap(data: dict[str, Any]) -> None:
        from spinegen.skeleton import FLIP

        points = data["people"][0]["keypoints_ground_m"]
        data["people"][0]["keypoints_ground_m"] = [points[i] for i in FLIP]

    edit(frame, swap)
    assert "left is left" in broken(fresh.root)


def test_flipped_flags_are_found(fresh: Workspace, frame: Path) -> None:
    def flip(data: dict[str, Any]) -> None:
        person = data["people"][0]
        person["visibility"] = [{0: 0, 1: 2, 2: 1}[v] for v in person["visibility"]]

    edit(frame, flip)
    assert "visibility agrees with mask and depth" in broken(fresh.root)


def test_a_wrong_mask_is_found(fresh: Workspace, frame: Path) -> None:
    path = frame.with_name(f"{frame.stem}.mask.png")
    mask = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    cv2.imwrite(str(path), np.roll(mask, 30, axis=1) * 3)
    found = broken(fresh.root)
    assert {"masks name only known people", "area equals the mask", "seen keypoints lie on their person"} <= found


def test_a_mirrored_camera_is_found(fresh: Workspace, frame: Path) -> None:
    def mirror(data: dict[str, Any]) -> None:
        data["camera"]["R"][0] = [-value for value in data["camera"]["R"][0]]

    edit(frame, mirror)
    assert "camera is a proper rotation" in broken(fresh.root)


def test_a_grown_arm_is_found(fresh: Workspace, frame: Path) -> None:
    def grow(data: dict[str, Any]) -> None:
        data["people"][0]["keypoints_ground_m"][9][1] += 0.05

    edit(frame, grow)
    assert "bone lengths constant per person" in broken(fresh.root)


def test_a_person_in_both_splits_is_found(fresh: Workspace) -> None:
    def move(data: dict[str, Any]) -> None:
        data["split"], data["clip"] = "val", "clip_val"

    edit(fresh.frames / "00000" / "00000002.json", move)
    assert "splits share no person" in broken(fresh.root)


@pytest.mark.parametrize(("seconds", "fine"), [(0.4, False), (1.5, True)])
def test_one_clip_may_serve_both_splits_where_its_moments_lie_apart(
    fresh: Workspace, seconds: float, fine: bool
) -> None:
    for i in range(16):
        path = fresh.frames / "00000" / f"{i:08d}.json"

        def same_clip(data: dict[str, Any]) -> None:
            data["clip"] = "only"
            data["time_s"] = data["shot"] / 10 if data["split"] == "train" else 1.4 + seconds + data["shot"] - 3
            for person in data["people"]:
                person |= {"clip": data["clip"], "time_s": data["time_s"]}

        edit(path, same_clip)
    assert ("splits share no clip, or lie 1 s apart in it" not in broken(fresh.root)) == fine


@pytest.fixture
def coco(fresh: Workspace) -> Path:
    export_coco(fresh, ExportSettings(), SilentReporter())
    return fresh.coco / "annotations" / "person_keypoints_train-unreal.json"


Change = Callable[[dict[str, Any]], None]


def _set(key: str, value: object) -> Change:
    return lambda data: data["annotations"][0].__setitem__(key, value)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda d: d["annotations"][0]["keypoints"].__setitem__(0, d["annotations"][0]["keypoints"][0] + 0.02), "keypoints project to their pixels"),
        (_set("bbox", [0, 0, 5, 5]), "boxes contain their seen keypoints"),
        (_set("bbox", [-50, 0, 500, 90]), "boxes lie in the picture"),
        (_set("area", 10**6), "areas are positive and fit the box"),
        (_set("num_keypoints", 3), "num_keypoints counts v > 0"),
        (_set("keypoints", [1.0] * 51), "37 keypoints of finite numbers, v in 0, 1, 2"),
        (_set("image_id", 999), "annotations belong to pictures"),
        (lambda d: d["annotations"].append(d["annotations"][0]), "ids are unique"),
        (lambda d: d["images"][0].__setitem__("file_name", "gone.jpg"), "named pictures are there and whole"),
        (lambda d: d["images"].pop(0), "no exported picture without annotations"),
        (lambda d: d["categories"][0]["keypoints"].reverse(), "category is SpineTrack's"),
        (lambda d: d["categories"][0].__setitem__("skeleton", [[a - 1, b - 1] for a, b in d["categories"][0]["skeleton"]]), "category is SpineTrack's"),
        (lambda d: d.pop("images"), "annotation files have COCO's keys"),
        (lambda d: d["annotations"].pop(), "3D tables are whole, a row an annotation"),
    ],
)  # fmt: skip
def test_faults_of_annotation_files_are_found(coco: Path, change: Change, rule: str) -> None:
    edit(coco, change)
    assert rule in broken(coco.parents[1])


def test_cut_off_tables_and_annotation_files_are_found(coco: Path) -> None:
    _cut(coco.with_name("keypoints_3d_train-unreal.parquet"))
    _cut(coco)
    found = broken(coco.parents[1])
    assert "annotation files are whole" in found
    _cut(coco.with_name("keypoints_3d_val-unreal.parquet"))
    assert "3D tables are whole, a row an annotation" in broken(coco.parents[1])


def foreign(coco: Path, target: Path, mirrored: bool = False) -> Path:
    """The set as somebody else would publish it: only the keys that everybody reads."""
    data = json.loads(coco.read_text())
    keys = ("id", "image_id", "category_id", "bbox", "keypoints", "iscrowd", "area")
    people = [{key: a[key] for key in keys} for a in data["annotations"]]
    images = [{key: i[key] for key in ("id", "width", "height", "file_name")} for i in data["images"]]
    for person in people:
        points = np.array(person["keypoints"]).reshape(37, 3)
        # A face that looks at us: the person's left eye on our right.
        sign = -1 if mirrored else 1
        points[[0, 1, 2, 3, 4, 18]] = [
            [80, 40, 2], [80 + 5 * sign, 36, 2], [80 - 5 * sign, 36, 2], [80 + 9 * sign, 38, 2], [80 - 9 * sign, 38, 2], [80, 60, 2],
        ]  # fmt: skip
        person["keypoints"] = points.reshape(-1).tolist()
        person["bbox"], person["area"] = [0, 0, 160, 120], 5000
    path = target / "annotations" / "person_keypoints_train-real-yoga.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"images": images, "annotations": people, "categories": data["categories"]}))
    (target / "images").mkdir()
    (target / "images" / "train-real-yoga").symlink_to(coco.parents[1] / "images" / "train-unreal")
    return path


def test_a_foreign_file_in_the_format_passes(coco: Path, tmp_path: Path) -> None:
    path = foreign(coco, tmp_path / "foreign")
    for target in (path, tmp_path / "foreign"):
        result = run(target)
        assert result.passed, result.summary().failures
        assert "foreign" in result.notes[0]


def test_a_foreign_file_with_swapped_faces_does_not(coco: Path, tmp_path: Path) -> None:
    foreign(coco, tmp_path / "foreign", mirrored=True)
    assert broken(tmp_path / "foreign") == {"left is left (faces)"}


def test_without_pictures_a_foreign_file_is_not_said_to_pass(coco: Path, tmp_path: Path) -> None:
    path = foreign(coco, tmp_path / "foreign")
    (tmp_path / "foreign/images/train-real-yoga").unlink()
    (tmp_path / "foreign/images").rmdir()
    result = run(path)
    assert not any(rule.broken for rule in result.rules)
    assert result.verdict.startswith("INCOMPLETE: no fault in ")
    assert "not tried were the pictures" in result.verdict
    assert ("verdict", result.verdict) in result.summary().rows
    elsewhere = check(path, SilentReporter(), images=coco.parents[1] / "images/train-unreal")
    assert elsewhere.verdict.startswith("passed")


@pytest.mark.parametrize("crowd", [True, False])
def test_a_file_with_nobody_in_it_does_not_pass(tmp_path: Path, crowd: bool) -> None:
    data = small_coco(1)
    data["annotations"] = [annotation(1, 1, iscrowd=1)] if crowd else []
    result = run(written(tmp_path, data))
    assert not result.passed
    assert any("no annotation is of a single person" in failure for failure in result.summary().failures)


def turn(picture: Path, orientation: int) -> None:
    """Only say in EXIF that a picture is turned; its pixels stay."""
    with Image.open(picture) as opened:
        pixels, exif = np.asarray(opened), Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(picture, exif=exif)


@pytest.mark.parametrize(("orientation", "fine"), [(1, True), (3, False), (6, True)])
def test_a_turned_picture_is_found_where_its_labels_do_not_tell_how_they_mean_it(
    coco: Path, tmp_path: Path, orientation: int, fine: bool
) -> None:
    path = foreign(coco, tmp_path / "foreign")
    pictures = tmp_path / "foreign/images/train-real-yoga"
    name = json.loads(path.read_text())["images"][0]["file_name"]
    own = tmp_path / "own"
    shutil.copytree(pictures.resolve(), own)
    turn(own / name, orientation)
    result = check(path, SilentReporter(), images=own)
    assert result.passed == fine
    if not fine:
        assert "--exif upright or --exif stored" in result.summary().failures[0]
        assert check(path, SilentReporter(), images=own, exif="stored").passed


def test_a_picture_with_a_film_behind_it_is_whole_and_one_of_another_size_is_not(coco: Path, tmp_path: Path) -> None:
    path = foreign(coco, tmp_path / "foreign")
    own = tmp_path / "own"
    shutil.copytree((tmp_path / "foreign/images/train-real-yoga").resolve(), own)
    names = [image["file_name"] for image in json.loads(path.read_text())["images"]]
    (own / names[0]).write_bytes((own / names[0]).read_bytes() + b"\0\0\0\x18ftypmp42" + bytes(9000))
    assert check(path, SilentReporter(), images=own).passed
    cv2.imwrite(str(own / names[1]), np.zeros((60, 80, 3), np.uint8))
    (fault,) = check(path, SilentReporter(), images=own).summary().failures
    assert "is 80x60, the label says 160x120" in fault


def test_both_kinds_of_run_lengths_are_read(coco: Path) -> None:
    def plain(data: dict[str, Any]) -> None:
        for item in data["annotations"]:
            outline = item["segmentation"]
            outline["counts"] = run_lengths(outline["counts"], tuple(outline["size"])).tolist()

    edit(coco, plain)
    assert run(coco).passed
    edit(coco, lambda data: data["annotations"][0].__setitem__("area", data["annotations"][0]["area"] + 1))
    assert broken(coco) == {"outlines give area and box"}
