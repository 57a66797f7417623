"""The exported COCO files are what SpineTrack's consumers expect, and say what the sidecars say."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from pycocotools import mask as rle
from pycocotools.coco import COCO

from spinegen import skeleton
from spinegen.annotate.check.run import check
from spinegen.annotate.settings import ExportSettings
from spinegen.annotate.stage import export_coco
from spinegen.config import parse
from spinegen.errors import ConfigError, DatasetError, UsageError, WorkspaceError
from spinegen.progress import SilentReporter
from spinegen.records.coco_file import read_coco_file
from spinegen.workspace import Workspace

Export = Callable[..., dict[str, Any]]


def annotation_file(workspace: Workspace, split: str) -> Path:
    return workspace.coco / "annotations" / f"person_keypoints_{split}-unreal.json"


def load(workspace: Workspace, split: str = "train") -> dict[str, Any]:
    return json.loads(annotation_file(workspace, split).read_text())


def sidecar(workspace: Workspace, image_id: int) -> dict[str, Any]:
    return json.loads((workspace.frames / f"{image_id // 1000:05d}" / f"{image_id:08d}.json").read_text())


@pytest.mark.parametrize("split", ["train", "val"])
def test_pycocotools_reads_what_we_wrote(exported: Workspace, split: str) -> None:
    coco: Any = COCO(str(annotation_file(exported, split)))
    (category,) = coco.loadCats(coco.getCatIds())
    assert (category["id"], category["name"], category["supercategory"]) == (1, "person", "person")
    assert category["keypoints"] == list(skeleton.NAMES)
    assert len(category["skeleton"]) == 39
    assert np.min(category["skeleton"]) == 1
    assert np.max(category["skeleton"]) == 37
    for image in coco.loadImgs(coco.getImgIds()):
        picture = cv2.imread(str(exported.coco / "images" / f"{split}-unreal" / image["file_name"]))
        assert picture is not None
        assert picture.shape[:2] == (image["height"], image["width"])
    for annotation in coco.loadAnns(coco.getAnnIds()):
        assert len(annotation["keypoints"]) == 111
        assert annotation["num_keypoints"] == sum(v > 0 for v in annotation["keypoints"][2::3])
        outline = coco.annToMask(annotation)
        assert outline.sum() == annotation["area"]


def test_boxes_areas_and_outlines_are_those_of_the_mask(exported: Workspace) -> None:
    for annotation in load(exported)["annotations"]:
        stem = f"{annotation['image_id']:08d}"
        mask = cv2.imread(str(exported.frames / "00000" / f"{stem}.mask.png"), cv2.IMREAD_UNCHANGED)
        rows, columns = np.nonzero(mask == annotation["id"] % 100)
        x, y, w, h = annotation["bbox"]
        assert (x, y, x + w - 1, y + h - 1) == (columns.min(), rows.min(), columns.max(), rows.max())
        assert annotation["area"] == len(rows)
        outline: Any = {**annotation["segmentation"], "counts": annotation["segmentation"]["counts"].encode()}
        decoded = rle.decode(outline)
        np.testing.assert_array_equal(decoded, mask == annotation["id"] % 100)


def test_pixels_follow_from_the_stored_camera_by_opencv(exported: Workspace) -> None:
    for annotation in load(exported)["annotations"]:
        k, r, t = (np.array(annotation["camera"][key]) for key in "KRt")
        points = np.array(annotation["keypoints"]).reshape(37, 3)
        frame = sidecar(exported, annotation["image_id"])
        ground = np.array(frame["people"][annotation["id"] % 100 - 1]["keypoints_ground_m"])
        expected = cv2.projectPoints(ground, cv2.Rodrigues(r)[0], t, k, None)[0][:, 0]
        inside = points[:, 2] > 0
        np.testing.assert_allclose(points[inside, :2], expected[inside], atol=0.002)
        np.testing.assert_array_equal(points[~inside], 0)
        np.testing.assert_allclose(annotation["keypoints_3d"], ground @ r.T + t, atol=1e-5)


def test_the_posterior_site_moves_the_spine_and_nothing_else(fresh: Workspace, export: Export) -> None:
    export(fresh)
    before = {a["id"]: a for a in load(fresh)["annotations"]}
    export(fresh, site="posterior")
    after = load(fresh)
    assert after["info"]["vertebral_site"] == "posterior"
    spine = sorted(skeleton.SPINE_CHAIN)
    others = [i for i in range(37) if i not in spine]
    for annotation in after["annotations"]:
        old, new = (np.array(a["keypoints_3d"]) for a in (before[annotation["id"]], annotation))
        person = sidecar(fresh, annotation["image_id"])["people"][annotation["id"] % 100 - 1]
        r, t = (np.array(annotation["camera"][key]) for key in "Rt")
        posterior = [person["posterior_ground_m"][skeleton.KEYPOINTS[i].vertebra] for i in spine]
        np.testing.assert_allclose(new[spine], np.array(posterior) @ r.T + t, atol=1e-5)
        np.testing.assert_array_equal(new[others], old[others])
        flags = np.array(annotation["keypoints"])[2::3]
        assert flags[spine].tolist() == [
            person["visibility_posterior"][skeleton.KEYPOINTS[i].vertebra or ""] for i in spine
        ]
        assert np.linalg.norm(new[spine] - old[spine], axis=1) == pytest.approx(0.05, abs=0.01)


def test_splits_and_ids_are_those_of_the_frames(exported: Workspace) -> None:
    for split in ("train", "val"):
        data = load(exported, split)
        assert {sidecar(exported, image["id"])["split"] for image in data["images"]} == {split}
        assert min(a["id"] for a in data["annotations"]) > 0
    assert {i["id"] for s in ("train", "val") for i in load(exported, s)["images"]} == set(range(16))


def test_info_and_licences_are_filled_in(exported: Workspace) -> None:
    data = load(exported)
    assert data["info"]["vertebrae"] == list(skeleton.VERTEBRAE)
    assert data["info"]["sigmas"] == list(skeleton.SIGMAS)
    assert data["licenses"][0]["id"] == data["images"][0]["license"]
    assert data["licenses"][0]["url"].startswith("https://")


def test_pictures_are_linked_not_encoded_again(exported: Workspace) -> None:
    for path in (exported.coco / "images").glob("*/*.jpg"):
        assert path.samefile(exported.frames / "00000" / path.name)


def test_masks_and_depth_come_on_request(exported: Workspace, fresh: Workspace, export: Export) -> None:
    assert len(list((exported.coco / "masks").glob("*/*.png"))) == 16
    assert len(list((exported.coco / "depth").glob("*/*.npz"))) == 16
    export(fresh)
    assert not (fresh.coco / "masks").exists()
    assert not (fresh.coco / "depth").exists()


def test_where_keeps_exactly_the_frames_for_which_it_holds(fresh: Workspace, export: Export) -> None:
    export(fresh, where="activity == 'yoga' and elevation_deg > 20")
    kept = {image["id"] for split in ("train", "val") for image in load(fresh, split)["images"]}
    frames = [sidecar(fresh, i) for i in range(16)]
    assert kept == {f["shot"] for f in frames if f["activity"] == "yoga" and f["plan"]["elevation_deg"] > 20}
    assert 0 < len(kept) < 16


def test_people_filters_leave_out_the_hidden(fresh: Workspace, export: Export) -> None:
    everybody = export(fresh)
    fewer = export(fresh, max_occlusion=0.35)
    assert 0 < fewer["train_annotations"] < everybody["train_annotations"]
    for annotation in load(fresh)["annotations"]:
        inside = np.array(annotation["keypoints"])[2::3] > 0
        assert np.array(annotation["hidden_fraction"])[inside].mean() <= 0.351
    export(fresh, min_visible=25)
    assert all((np.array(a["keypoints"])[2::3] == 2).sum() >= 25 for a in load(fresh)["annotations"])


def test_nothing_left_says_why(fresh: Workspace, export: Export) -> None:
    with pytest.raises(DatasetError, match="nothing left after the filters: 16 of 16 frames fail --where"):
        export(fresh, where="activity == 'swim'")
    assert not fresh.coco.exists()


def test_an_unknown_column_lists_the_columns(fresh: Workspace, export: Export) -> None:
    with pytest.raises(UsageError, match=r"unknown column elevation; the plan has: activity, age, azimuth_deg, clip"):
        export(fresh, where="elevation > 3")


def test_a_bad_expression_is_refused_with_the_settings() -> None:
    with pytest.raises(ConfigError, match="field where"):
        parse({"where": "__import__('os')"}, ExportSettings, "command line")


def test_no_frames_says_how_to_get_some(tmp_path: Path, export: Export) -> None:
    with pytest.raises(DatasetError, match="no rendered frames; draw some with: spinegen render"):
        export(Workspace(tmp_path))


def test_a_damaged_frame_is_left_out_and_named(fresh: Workspace) -> None:
    folder = fresh.frames / "00000"
    (folder / "00000002.mask.png").write_bytes((folder / "00000002.mask.png").read_bytes()[:100])
    (folder / "00000005.json").write_text((folder / "00000005.json").read_text()[:500])
    broken = json.loads((folder / "00000006.json").read_text())
    broken["people"][0]["keypoints_ground_m"][3][1] = float("nan")
    (folder / "00000006.json").write_text(json.dumps(broken))
    (folder / "00000009.jpg").unlink()
    reporter = SilentReporter()
    summary = export_coco(fresh, ExportSettings(), reporter)
    named = "\n".join(summary.failures)
    for part in ("00000002.mask.png", "00000005.json", "people[0].keypoints_ground_m", "00000009.jpg"):
        assert part in named
    assert len(summary.failures) == 4
    assert len(reporter.warnings) == 4
    kept = {image["id"] for split in ("train", "val") for image in load(fresh, split)["images"]}
    assert kept == set(range(16)) - {2, 5, 6, 9}


def test_a_failed_export_leaves_the_old_one(fresh: Workspace, export: Export) -> None:
    export(fresh)
    before = annotation_file(fresh, "train").read_bytes()
    with pytest.raises(DatasetError):
        export(fresh, where="age > 1000")
    assert annotation_file(fresh, "train").read_bytes() == before
    assert sorted(p.name for p in fresh.root.iterdir()) == ["coco", "frames"]


def test_a_full_disk_ends_the_export_and_leaves_the_old_one(
    fresh: Workspace, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from spinegen.annotate.formats import coco_files

    export(fresh)
    before = annotation_file(fresh, "train").read_bytes()

    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(coco_files, "link", full)
    with pytest.raises(WorkspaceError, match="No space left on device"):
        export(fresh, site="posterior")
    assert annotation_file(fresh, "train").read_bytes() == before
    assert sorted(p.name for p in fresh.root.iterdir()) == ["coco", "frames"]


def test_an_unchanged_export_is_not_made_again(fresh: Workspace, export: Export) -> None:
    export(fresh)
    inode = annotation_file(fresh, "train").stat().st_ino
    export(fresh)
    assert annotation_file(fresh, "train").stat().st_ino == inode
    (fresh.frames / "00000" / "00000003.json").touch()
    export(fresh)
    assert annotation_file(fresh, "train").stat().st_ino == inode, "what it holds is the same"
    export(fresh, site="posterior")
    assert annotation_file(fresh, "train").stat().st_ino != inode


def test_processes_do_not_change_a_byte(fresh: Workspace, export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    from spinegen.annotate import outputs, stage

    export(fresh, jobs=1)
    before = [annotation_file(fresh, split).read_bytes() for split in ("train", "val")]
    monkeypatch.setattr(stage, "ALONE", 1)
    monkeypatch.setattr(outputs.CocoOutput, "frames_per_chunk", 3)
    (fresh.frames / "00000" / "00000003.json").touch()
    export(fresh, jobs=2)
    assert [annotation_file(fresh, split).read_bytes() for split in ("train", "val")] == before


def test_the_lifting_table_agrees_with_the_annotations(exported: Workspace) -> None:
    for split in ("train", "val"):
        annotations = {a["id"]: a for a in load(exported, split)["annotations"]}
        table = pd.read_parquet(exported.coco / "annotations" / f"keypoints_3d_{split}-unreal.parquet")
        assert set(table.annotation_id) == set(annotations)
        row: Any
        for row in table.itertuples():
            a = annotations[row.annotation_id]
            camera, ground = (np.reshape(v, (37, 3)) for v in (row.keypoints_camera_m, row.keypoints_ground_m))
            k, r, t = np.reshape(row.K, (3, 3)), np.reshape(row.R, (3, 3)), np.array(row.t)
            np.testing.assert_allclose(camera, a["keypoints_3d"], atol=1e-5)
            np.testing.assert_allclose(ground @ r.T + t, camera, atol=1e-5)
            relative = np.reshape(row.keypoints_root_relative_m, (37, 3))
            np.testing.assert_allclose(relative, camera - camera[skeleton.INDEX["hip"]], atol=1e-5)
            np.testing.assert_allclose(np.reshape(row.vertebrae_camera_m, (25, 3)), a["vertebrae_3d"], atol=1e-5)
            projected = camera @ k.T
            pixels = projected[:, :2] / projected[:, 2:]
            np.testing.assert_allclose(np.reshape(row.keypoints_px, (37, 2)), pixels, atol=0.01)
            assert row.visibility.tolist() == a["keypoints"][2::3]
            assert len(row.intervertebral_deg) == 72


def test_vertebrae_are_turned_into_the_camera(exported: Workspace) -> None:
    from scipy.spatial.transform import Rotation

    annotation = load(exported)["annotations"][0]
    person = sidecar(exported, annotation["image_id"])["people"][annotation["id"] % 100 - 1]
    ground = Rotation.from_quat(np.array(person["vertebrae"]["L3"]["quaternion_wxyz"])[[1, 2, 3, 0]])
    w, x, y, z = annotation["vertebrae_quaternion_wxyz"][skeleton.VERTEBRAE.index("L3")]
    expected = np.array(annotation["camera"]["R"]) @ ground.as_matrix()
    np.testing.assert_allclose(Rotation.from_quat([x, y, z, w]).as_matrix(), expected, atol=1e-5)


def test_body_points_can_lie_where_cocos_do(fresh: Workspace, export: Export) -> None:
    export(fresh)
    plain = load(fresh)
    export(fresh, body_points="coco")
    moved = load(fresh)
    assert (plain["info"]["body_points"], moved["info"]["body_points"]) == ("anatomical", "coco")
    pairs = list(zip(plain["annotations"], moved["annotations"], strict=True))
    assert pairs
    for before, after in pairs:
        gaps = np.linalg.norm(np.subtract(after["keypoints_3d"], before["keypoints_3d"]), axis=1)
        assert gaps[: len(skeleton.SUBSETS["body"])].max() == pytest.approx(0.037, abs=0.015), "ears move most"
        assert not gaps[17:].any()
        camera = after["camera"]
        pixels = np.array(after["keypoints_3d"]) @ np.array(camera["K"]).T
        shown = np.array(after["keypoints"]).reshape(-1, 3)
        seen = shown[:, 2] > 0
        assert np.abs((pixels[:, :2] / pixels[:, 2:])[seen] - shown[seen, :2]).max() < 0.01


def export_files(workspace: Workspace) -> dict[str, bytes]:
    """Every file of the export but the record of how long it took."""
    files = (path for path in sorted(workspace.coco.rglob("*")) if path.is_file() and path.name != "export.json")
    return {path.relative_to(workspace.coco).as_posix(): path.read_bytes() for path in files}


def touch_all(folder: Path, year: int) -> None:
    for path in folder.rglob("*"):
        seconds = (year - 1970) * 31_556_952
        os.utime(path, (seconds, seconds))


def test_a_copy_of_another_day_is_the_same_set_and_is_not_exported_again(fresh: Workspace, tmp_path: Path) -> None:
    export_coco(fresh, ExportSettings(), SilentReporter())
    before = export_files(fresh)
    copy = Workspace(tmp_path / "copy")
    shutil.copytree(fresh.root, copy.root, ignore=shutil.ignore_patterns("copy"))
    touch_all(copy.root, 1975)
    for _ in range(2):
        summary = export_coco(copy, ExportSettings(), SilentReporter())
        assert ("time", "done before, nothing changed") in summary.rows
    shutil.rmtree(copy.coco)
    export_coco(copy, ExportSettings(), SilentReporter())
    assert export_files(copy) == before


def test_a_frame_that_holds_something_else_is_exported_again(fresh: Workspace) -> None:
    export_coco(fresh, ExportSettings(), SilentReporter())
    path = fresh.frames / "00000" / "00000003.json"
    data = json.loads(path.read_text())
    stat, data["activity"] = path.stat(), "wolk"[: len(data["activity"])]
    path.write_text(json.dumps(data))
    assert path.stat().st_size == stat.st_size
    summary = export_coco(fresh, ExportSettings(), SilentReporter())
    assert ("time", "done before, nothing changed") not in summary.rows


def with_bystander(workspace: Workspace, shot: int) -> dict[str, Any]:
    """The second person of a shot becomes one of the background; the sidecar."""
    path = workspace.frames / f"{shot // 1000:05d}" / f"{shot:08d}.json"
    data = json.loads(path.read_text())
    second = data["people"].pop()
    data["bystanders"] = [{key: second[key] for key in ("instance", "person", "clip", "time_s", "area_px")}]
    path.write_text(json.dumps(data))
    return data


def test_people_of_the_background_are_crowds_that_no_trainer_learns_and_no_score_counts(
    fresh: Workspace, export: Export
) -> None:
    data = with_bystander(fresh, 0)
    export(fresh, with_masks=True)
    coco: Any = COCO(str(annotation_file(fresh, "train")))
    crowd = [item for item in load(fresh)["annotations"] if item["iscrowd"]]
    (one,) = crowd
    assert (one["id"], one["image_id"], one["num_keypoints"], one["keypoints"]) == (2, 0, 0, [0] * 111)
    assert coco.annToMask(one).sum() == one["area"] == data["bystanders"][0]["area_px"] > 0
    found = read_coco_file(annotation_file(fresh, "train"))
    assert one["id"] not in {int(item.id) for item in found.people}
    assert found.left_out() == {"crowds": 1}
    table = pd.read_parquet(fresh.coco / "annotations" / "keypoints_3d_train-unreal.parquet")
    assert len(table) == len(found.people)


def test_a_set_with_people_in_the_background_passes_its_check(fresh: Workspace, export: Export) -> None:
    with_bystander(fresh, 0)
    export(fresh)
    result = check(fresh.root, SilentReporter())
    assert [rule.name for rule in result.rules if rule.broken] == []
