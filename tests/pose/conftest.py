"""A small drawn set, and a network trained a little and exported from it, shared by the pose tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from spinegen.pose import stage
from spinegen.pose.scoring import latency
from spinegen.progress import SilentReporter
from spinegen.workspace import Workspace
from support.once import once_a_run
from support.pose_figures import write_set
from support.quick_training import quick_settings


@pytest.fixture(scope="session", autouse=True)
def _quick_clock() -> Iterator[None]:
    """Latencies are taken from three calls each: no test looks at how long they were."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latency, "SECONDS", 0.0)
        yield


@pytest.fixture(scope="session")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `coco/` folder: 48 people to train on, 12 of other persons to validate on."""
    folder = tmp_path_factory.mktemp("drawn") / "coco"
    write_set(folder, "train", 48, people=4, seed=1)
    write_set(folder, "val", 12, people=2, seed=2)
    return folder


@pytest.fixture
def workspace(tmp_path: Path, drawn_set: Path) -> Workspace:
    """A workspace of its own whose set is the drawn one."""
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "coco").symlink_to(drawn_set, target_is_directory=True)
    return Workspace(root)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, drawn_set: Path) -> Workspace:
    """A workspace after a `train-validate` too short to beat the mean pose; only the tests of the stage write into it."""

    def make(root: Path) -> None:
        (root / "coco").symlink_to(drawn_set, target_is_directory=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stage, "require_better_than_mean_pose", lambda metrics: None)
            stage.train_validate(Workspace(root), quick_settings(), SilentReporter())

    return Workspace(once_a_run(tmp_path_factory, "trained", make))


@pytest.fixture(scope="session")
def exported_onnx(trained: Workspace) -> Path:
    """The tiny network that `trained` exported."""
    return trained.pose / "pose.onnx"
