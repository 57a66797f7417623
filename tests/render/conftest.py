"""Fits and one drawn set that the render tests share."""

from pathlib import Path

import pytest

from spinegen.workspace import Workspace
from support.small_set import draw, make_fits, new_workspace, scene_file


@pytest.fixture(scope="session")
def fits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `fits/`."""
    root = tmp_path_factory.mktemp("fitted")
    make_fits(root)
    return root


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene_file(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, fits: Path, scene: Path) -> Workspace:
    """A set drawn by one worker without interruption; do not change it."""
    workspace = new_workspace(tmp_path_factory.mktemp("drawn") / "w", fits)
    draw(workspace, scene, jobs=1)
    return workspace
