"""YOLO-pose and WebDataset layouts, read back by code that shares nothing with the writers."""

import json
import tarfile
from collections.abc import Callable
from typing import Any

import numpy as np
import yaml

from spinegen import skeleton
from spinegen.workspace import Workspace

Export = Callable[..., dict[str, Any]]


def coco_annotations(workspace: Workspace, split: str) -> dict[int, list[dict[str, Any]]]:
    data = json.loads((workspace.coco / "annotations" / f"person_keypoints_{split}-unreal.json").read_text())
    found: dict[int, list[dict[str, Any]]] = {image["id"]: [] for image in data["images"]}
    for annotation in data["annotations"]:
        found[annotation["image_id"]].append(annotation)
    return found


def test_yolo_labels_give_back_the_coco_boxes_and_keypoints(
    fresh: Workspace, exported: Workspace, export: Export
) -> None:
    export(fresh, format="yolo-pose")
    root = fresh.root / "yolo-pose"
    description = yaml.safe_load((root / "data.yaml").read_text())
    assert description["kpt_shape"] == [37, 3]
    assert description["names"] == {0: "person"}
    names = list(skeleton.NAMES)
    for i, j in enumerate(description["flip_idx"]):
        swapped = names[i].replace("left", "?").replace("right", "left").replace("?", "right")
        assert names[j] == swapped
    for split in ("train", "val"):
        images = sorted((root / description[split]).iterdir())
        expected = coco_annotations(exported, split)
        assert [int(path.stem) for path in images] == sorted(expected)
        for path in images:
            label = root / "labels" / split / f"{path.stem}.txt"
            rows = [np.array(line.split(), dtype=float) for line in label.read_text().splitlines()]
            assert len(rows) == len(expected[int(path.stem)])
            for row, annotation in zip(rows, expected[int(path.stem)], strict=True):
                assert len(row) == 5 + 37 * 3
                assert row[0] == 0
                assert row[1:5].min() >= 0
                assert row[5:].reshape(37, 3)[:, :2].max() <= 1
                cx, cy, w, h = row[1:5] * [160, 120, 160, 120]
                np.testing.assert_allclose([cx - w / 2, cy - h / 2, w, h], annotation["bbox"], atol=2e-4)
                points, wanted = row[5:].reshape(37, 3), np.array(annotation["keypoints"]).reshape(37, 3)
                np.testing.assert_array_equal(points[:, 2], wanted[:, 2])
                inside = wanted[:, 2] > 0
                pixels = points[:, :2] * [160, 120] - 0.5
                np.testing.assert_allclose(pixels[inside], wanted[inside, :2], atol=2e-3)


def test_webdataset_shards_hold_every_frame_once(fresh: Workspace, exported: Workspace, export: Export) -> None:
    export(fresh, format="webdataset", with_masks=True, with_depth=True)
    root = fresh.root / "webdataset"
    description = json.loads((root / "dataset.json").read_text())
    for split in ("train", "val"):
        expected = coco_annotations(exported, split)
        assert description["splits"][split]["frames"] == len(expected)
        seen: dict[str, dict[str, bytes]] = {}
        order: list[str] = []
        for path in sorted(root.glob(f"{split}-*.tar")):
            with tarfile.open(path) as tar:
                for member in tar:
                    key, _, extension = member.name.partition(".")
                    order.append(key)
                    handle = tar.extractfile(member)
                    assert handle is not None
                    seen.setdefault(key, {})[extension] = handle.read()
        assert sorted(map(int, seen)) == sorted(expected)
        assert all(set(parts) == {"jpg", "json", "mask.png", "depth.npz"} for parts in seen.values())
        # Readers group neighbours: the files of a key must stand together.
        assert len(order) - 4 * len(seen) == 0
        assert [order[i] for i in range(0, len(order), 4)] == list(seen)
        for key, parts in seen.items():
            assert json.loads(parts["json"])["annotations"] == expected[int(key)]
            assert parts["jpg"] == (fresh.frames / "00000" / f"{key}.jpg").read_bytes()


def test_many_shards_are_numbered_without_gaps(fresh: Workspace, export: Export, monkeypatch: Any) -> None:
    from spinegen.annotate import outputs

    monkeypatch.setattr(outputs.WebDatasetOutput, "frames_per_chunk", 3)
    export(fresh, format="webdataset")
    names = sorted(path.name for path in (fresh.root / "webdataset").glob("*.tar"))
    train = [name for name in names if name.startswith("train")]
    assert train == [f"train-{i:06d}.tar" for i in range(len(train))]
    assert len(train) > 1
