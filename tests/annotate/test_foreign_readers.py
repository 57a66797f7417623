"""Software that we did not write reads the exported set; what is not installed is skipped."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.workspace import Workspace


def folder(workspace: Workspace) -> tuple[Path, Path]:
    return (
        workspace.coco / "images" / "train-unreal",
        workspace.coco / "annotations" / "person_keypoints_train-unreal.json",
    )


def test_pycocotools_scores_the_labels_against_themselves_as_perfect(exported: Workspace) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth: Any = COCO(str(folder(exported)[1]))
    results = [
        {key: a[key] for key in ("image_id", "category_id", "keypoints")} | {"score": 1.0}
        for a in truth.loadAnns(truth.getAnnIds())
    ]
    score = COCOeval(truth, truth.loadRes(results), "keypoints")
    score.params.kpt_oks_sigmas = np.array(skeleton.SIGMAS)
    score.evaluate()
    score.accumulate()
    score.summarize()
    assert score.stats[0] == pytest.approx(1.0)


def test_torchvision_lists_pictures_with_their_annotations(exported: Workspace) -> None:
    try:
        from torchvision import datasets  # pyright: ignore[reportMissingImports]
    except (ImportError, RuntimeError) as error:  # RuntimeError: a torchvision built for another torch
        pytest.skip(f"torchvision: {error}")
    images, annotations = folder(exported)
    found = datasets.CocoDetection(str(images), str(annotations))
    assert len(found) == 12
    picture, people = found[0]
    assert picture.size == (160, 120)
    assert len(people[0]["keypoints"]) == 111


def test_hugging_face_datasets_reads_the_table(exported: Workspace) -> None:
    datasets = pytest.importorskip("datasets")
    path = exported.coco / "annotations" / "keypoints_3d_train-unreal.parquet"
    table = datasets.Dataset.from_parquet(str(path), cache_dir=str(exported.root / "cache"))
    assert len(table[0]["keypoints_camera_m"]) == 111


def test_the_schema_explains_the_table(exported: Workspace) -> None:
    import pyarrow.parquet as pq

    schema = pq.read_schema(exported.coco / "annotations" / "keypoints_3d_train-unreal.parquet")
    shapes = json.loads(schema.metadata[b"shapes"])
    for name, shape in shapes.items():
        assert schema.field(name).type.list_size == np.prod(shape)
    assert json.loads(schema.metadata[b"keypoints"]) == list(skeleton.NAMES)


def test_spinepose_metainfo_has_the_same_order_sigmas_and_swaps(exported: Workspace) -> None:
    info = pytest.importorskip("spinepose.metainfo").metainfo
    data = json.loads(folder(exported)[1].read_text())
    keypoints = info["keypoint_info"]
    assert [keypoints[i]["name"] for i in range(37)] == data["categories"][0]["keypoints"]
    assert list(info["sigmas"]) == data["info"]["sigmas"]
    swaps = [keypoints[i]["swap"] or keypoints[i]["name"] for i in range(37)]
    assert swaps == [skeleton.NAMES[i] for i in skeleton.FLIP]


@pytest.mark.slow
def test_fiftyone_imports_boxes_outlines_and_keypoints(exported: Workspace) -> None:
    """Its importer, without the database behind it."""
    coco = pytest.importorskip("fiftyone.utils.coco")
    images, annotations = folder(exported)
    importer = coco.COCODetectionDatasetImporter(
        data_path=str(images),
        labels_path=str(annotations),
        label_types=["detections", "segmentations", "keypoints"],
        include_id=True,
    )
    importer.setup()
    with importer:
        samples = list(importer)
    assert len(samples) == 12
    for path, _, labels in samples:
        assert Path(path).is_file()
        assert len(labels["keypoints"].keypoints[0].points) == 37
        assert labels["segmentations"].detections[0].mask.any()
