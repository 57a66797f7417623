"""Sets drawn through an engine that misbehaves are those of one that does not, or there is no frame at all."""

import functools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinegen.engine.server.launch import EngineProcess
from spinegen.render import engines
from spinegen.render.client import Connection
from spinegen.workspace import Workspace
from support.faulty_proxy import FaultyProxy
from support.small_set import SCENE, draw, new_workspace, scene_file

TIMEOUT_S = 7.0


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frames that are taller than wide."""
    return scene_file(
        tmp_path_factory.mktemp("tall"), shots=3, validation_share=0.0, image={**SCENE["image"], "height": 176}
    )  # type: ignore[dict-item]


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory, fits: Path, portraits: Path, engine: EngineProcess) -> Workspace:
    """The set as our own engine draws it."""
    workspace = new_workspace(tmp_path_factory.mktemp("wanted") / "w", fits)
    draw(workspace, portraits, engine=engine.address)
    return workspace


def sidecars(workspace: Workspace) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(workspace.frames.rglob("*.json"))]


@pytest.mark.gl
@pytest.mark.parametrize("fault", ["none", "old", "off", "tall", "slow", "closes"])
def test_a_set_is_the_same_in_spite_of(
    fault: str,
    engine: EngineProcess,
    wanted: Workspace,
    portraits: Path,
    fits: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fault == "slow":
        monkeypatch.setattr(engines, "Connection", functools.partial(Connection, timeout_s=TIMEOUT_S))
    workspace = new_workspace(tmp_path / "w", fits)
    proxy = FaultyProxy(tmp_path / "engine.socket", engine.address, (fault,))
    try:
        summary = draw(workspace, portraits, engine=str(proxy.address))
    finally:
        proxy.close()
    assert summary.failures == ()
    assert fault in ("none", "tall") or proxy.injected[fault] > 0
    assert proxy.clients == (2 if fault in ("slow", "closes") else 1)
    drawn, expected = sidecars(workspace), sidecars(wanted)
    assert len(drawn) == len(expected) == 3
    for now, must in zip(drawn, expected, strict=True):
        assert now["engine"]["name"] == "UnrealEngine"
        for person, other in zip(now["people"], must["people"], strict=True):
            assert person["keypoints_ground_m"] == other["keypoints_ground_m"]
            assert np.abs(np.subtract(person["visibility"], other["visibility"])).sum() <= 1
            assert person["area_px"] == pytest.approx(other["area_px"], rel=0.01)
    for path in sorted(wanted.frames.rglob("*.jpg")):
        one, other = (cv2.imread(str(w.frames / path.relative_to(wanted.frames))) for w in (workspace, wanted))
        assert one is not None
        assert other is not None
        assert one.shape == other.shape == (176, 128, 3)
        assert np.abs(one.astype(int) - other).mean() < 6.0
    assert "UnrealEngine" in (workspace.root / "run.json").read_text()


@pytest.mark.gl
def test_a_set_that_was_begun_with_an_external_engine_goes_on_where_it_stopped(
    engine: EngineProcess, portraits: Path, fits: Path, tmp_path: Path
) -> None:
    workspace = new_workspace(tmp_path / "w", fits)

    def through(name: str) -> list[str]:
        """Draw what is missing; the commands that the engine was sent."""
        proxy = FaultyProxy(tmp_path / name, engine.address, ())
        try:
            assert draw(workspace, portraits, engine=str(proxy.address)).failures == ()
        finally:
            proxy.close()
        return proxy.commands

    def files() -> set[Path]:
        return {path for path in workspace.frames.rglob("*") if path.is_file()}

    through("first.socket")
    whole = files()
    sorted(workspace.frames.rglob("*.json"))[1].unlink()
    again = through("second.socket")
    assert sum("SetPose" in command for command in again) == 1
    assert files() == whole
