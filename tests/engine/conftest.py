"""A renderer for the whole session, a fresh world a test, and engines of their own process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import unrealcv

from spinegen.engine.gpu.renderer import Renderer
from spinegen.engine.server.commands import execute
from spinegen.engine.server.launch import EngineProcess, start_engine
from spinegen.engine.server.session import Session
from support.pillar import Pillar


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([4, 1]))


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer("standard")


@pytest.fixture
def session(renderer: Renderer, tmp_path: Path) -> Session:
    return Session(renderer, tmp_path / "written")


@pytest.fixture
def order(session: Session) -> Callable[..., str]:
    """Send a command that must not fail."""

    def send(command: str) -> str:
        reply = execute(session, command)
        assert isinstance(reply, str)
        assert not reply.startswith("error"), f"{command[:120]} -> {reply}"
        return reply

    return send


@pytest.fixture(scope="session")
def engine() -> Iterator[EngineProcess]:
    with start_engine("draft") as running:
        yield running


@pytest.fixture(scope="session")
def _listening() -> Iterator[EngineProcess]:
    with start_engine("draft", tcp=True) as running:
        yield running


@pytest.fixture(scope="module")
def tcp_engine(_listening: EngineProcess) -> EngineProcess:
    """An engine that listens on a port; each module finds its level as at first, and nobody connected."""
    endpoint, kind = _listening.endpoint
    client = unrealcv.Client(endpoint, kind)
    assert client.connect()
    assert client.request("vset /action/game/level SpinegenStage") == "ok"
    client.disconnect()
    return _listening


@pytest.fixture
def pillar() -> Pillar:
    return Pillar()
