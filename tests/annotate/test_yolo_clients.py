"""Ultralytics finds the YOLO export's pictures from any folder; run by `make clients`, in an environment of its own."""

import os
from pathlib import Path

import pytest

from spinegen.annotate.settings import ExportSettings
from spinegen.annotate.stage import export_coco
from spinegen.progress import SilentReporter
from spinegen.skeleton import COUNT
from spinegen.workspace import Workspace

data_utils = pytest.importorskip("ultralytics.data.utils")


@pytest.mark.parametrize("absolute", [True, False])
def test_check_det_dataset_finds_both_splits_from_elsewhere(
    fresh: Workspace, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, absolute: bool
) -> None:
    export_coco(fresh, ExportSettings(format="yolo-pose"), SilentReporter())
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    path = fresh.root / "yolo-pose/data.yaml"
    found = data_utils.check_det_dataset(str(path if absolute else os.path.relpath(path)), autodownload=False)
    for split, count in (("train", 12), ("val", 4)):
        pictures = list(Path(found[split]).glob("*.jpg"))
        assert len(pictures) == count
        assert Path(found[split]).samefile(fresh.root / "yolo-pose/images" / split)
        labels = data_utils.img2label_paths([str(picture) for picture in pictures])
        assert all(Path(label).is_file() for label in labels)
    assert found["kpt_shape"] == [COUNT, 3]
    assert found["nc"] == 1


def test_a_set_without_validation_is_accepted(fresh: Workspace) -> None:
    export_coco(fresh, ExportSettings(format="yolo-pose", where="split == 'train'"), SilentReporter())
    found = data_utils.check_det_dataset(str(fresh.root / "yolo-pose/data.yaml"), autodownload=False)
    assert Path(found["val"]).samefile(found["train"])
