"""A renderer for the whole session, a fresh world a test, and engines of their own process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from spinegen.engine.launch import EngineProcess, start_engine
from spinegen.engine.renderer import Renderer
from spinegen.engine.session import Session
from spinegen.humans.mesh import MeshPart


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
        reply = session.execute(command)
        assert isinstance(reply, str)
        assert not reply.startswith("error"), f"{command[:120]} -> {reply}"
        return reply

    return send


@pytest.fixture(scope="session")
def engine() -> Iterator[EngineProcess]:
    with start_engine("draft") as running:
        yield running


@dataclass(frozen=True)
class Landmarks:
    points: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Pillar:
    """A person for tests: an upright tube of 1.6 m that bends between a lower and an upper bone."""

    bones: tuple[str, ...] = ("pelvis", "T12")
    rest_positions_ground_m: NDArray[np.float64] = field(
        default_factory=lambda: np.array([[0.0, 0.8, 0.0], [0.0, 1.2, 0.0]])
    )
    landmarks: Landmarks = field(default_factory=lambda: Landmarks({"keypoint/head": np.array([0.0, 1.6, 0.0])}))

    @property
    def parts(self) -> tuple[MeshPart, ...]:
        rings, around = 33, 24
        height = np.repeat(np.linspace(0, 1.6, rings), around)
        angle = np.tile(np.arange(around) * 2 * np.pi / around, rings)
        vertices = np.stack([0.15 * np.cos(angle), height, -0.15 * np.sin(angle)], -1)
        index = np.arange(rings * around).reshape(rings, around)
        a, b = index[:-1], np.roll(index[:-1], -1, 1)
        c, d = np.roll(index[1:], -1, 1), index[1:]
        faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
        upper = np.clip((height - 1.1) / 0.2, 0, 1)
        weights = csr_matrix(np.stack([1 - upper, upper], 1))
        texture = np.full((8, 8, 3), (200, 150, 120), np.uint8)
        uv = np.stack([angle, height], -1).astype(np.float32)
        return (
            MeshPart("body", "skin", vertices.astype(np.float32), faces.astype(np.int32), uv, weights, texture, 0.6),
        )


@pytest.fixture
def pillar() -> Pillar:
    return Pillar()
