"""Rendered and exported sets that the tests here look at; drawn once a session."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from spinegen.annotate.settings import ExportSettings
from spinegen.annotate.stage import export_coco
from spinegen.progress import SilentReporter
from spinegen.workspace import Workspace
from support.drawn_set import draw_workspace


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Sixteen frames with masks and depth; do not change it."""
    return draw_workspace(tmp_path_factory.mktemp("rendered"))


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, rendered: Workspace) -> Workspace:
    """The same, exported to COCO with masks and depth; do not change it."""
    workspace = Workspace(tmp_path_factory.mktemp("exported"))
    shutil.copytree(rendered.frames, workspace.frames)
    export_coco(workspace, ExportSettings(with_masks=True, with_depth=True), SilentReporter())
    return workspace


@pytest.fixture
def fresh(tmp_path: Path, rendered: Workspace) -> Workspace:
    """A copy of the rendered frames that a test may change."""
    shutil.copytree(rendered.frames, tmp_path / "frames")
    return Workspace(tmp_path)


@pytest.fixture
def export() -> Callable[..., dict[str, float | int | str]]:
    """Export a workspace with some settings; the figures of the summary."""

    def run(workspace: Workspace, **settings: object) -> dict[str, float | int | str]:
        return export_coco(workspace, ExportSettings.model_validate(settings), SilentReporter()).figures

    return run
