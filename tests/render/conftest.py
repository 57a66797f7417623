"""Fits and one drawn set that the render tests share."""

from pathlib import Path

import pytest

from spinegen.workspace import Workspace
from support.once import once_a_run
from support.small_set import draw, make_fits, new_workspace, scene_file


@pytest.fixture(scope="session")
def fits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `fits/`."""
    return once_a_run(tmp_path_factory, "swaying_fits", make_fits)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene_file(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, fits: Path, scene: Path) -> Workspace:
    """A set drawn by one worker without interruption; do not change it."""

    def make(folder: Path) -> None:
        draw(new_workspace(folder, fits), scene, jobs=1)

    return Workspace(once_a_run(tmp_path_factory, "drawn_by_one", make))
