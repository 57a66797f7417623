"""Threads, pores and folds are laid over textures as they are drawn."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.session import Session
from spinegen.engine.world.body import Body
from spinegen.engine.world.human import Human
from spinegen.humans.mesh.grain import SIZE, SPREAD, grain_picture
from spinegen.humans.mesh.mesh import Grain, MeshPart
from support.pillar import Pillar

pytestmark = pytest.mark.gl


@dataclass(frozen=True)
class Grained(Pillar):
    """A pillar whose one part has this grain, about as many texels of it as it has pixels."""

    grain: Grain | None = None

    @property
    def parts(self) -> tuple[MeshPart, ...]:
        return tuple(
            replace(part, grain=self.grain, uv=part.uv * np.array([0.02, 0.3], np.float32)) for part in super().parts
        )


@pytest.fixture
def roughness(session: Session, order: Callable[..., str]) -> Callable[[Grain | None], float]:
    """How much the pixels of a pillar differ from those above and below them, share of their mean."""
    order(f"vset /objects/spawn {actor_calls.STAGE} Stage_0")
    order('vbp Stage_0 SetBackdrop {"kind":"studio"}')
    order("vset /camera/0/size 240 240")
    order("vset /camera/0/location -120 0 80")
    order("vset /camera/0/fov 30")
    order("vset /objects/spawn SpinegenHuman Human_0")
    human = session.world.actors["Human_0"]
    assert isinstance(human, Human)

    def measured(grain: Grain | None) -> float:
        human.wear(Body.of(Grained(grain=grain)))
        session.world.changed()
        middle = session.frame(0).lit()[80:160, 95:145].astype(float).mean(-1)
        return float((middle - middle.mean(0)).std() / middle.mean())

    return measured


def test_the_picture_tiles_and_is_even() -> None:
    picture = grain_picture().astype(float)
    assert picture.shape == (SIZE, SIZE, 4)
    assert np.abs(picture.mean((0, 1)) - 128.0).max() < 1.0
    assert np.abs(picture.std((0, 1)) / SPREAD - 1.0).max() < 0.05
    broad = picture[..., 2]
    assert np.abs(broad[:, 0] - broad[:, -1]).mean() < 2.0 * np.abs(np.diff(broad, axis=1)).mean()


def test_a_surface_is_as_rough_as_its_grain_says(roughness: Callable[[Grain | None], float]) -> None:
    smooth, fine, coarse = (
        roughness(grain) for grain in (None, Grain((0.2, 0.6), 0.05, 0.02), Grain((0.2, 0.6), 0.15, 0.06))
    )
    assert fine > smooth + 0.01
    assert coarse > 2.0 * fine


def test_folds_are_seen_though_the_mesh_is_flat(roughness: Callable[[Grain | None], float]) -> None:
    flat, low, high = (roughness(Grain((0.2, 0.6), 0.0, 0.0, folds_m=folds_m)) for folds_m in (0.0, 0.0005, 0.002))
    assert low > flat + 0.003
    assert high > 1.3 * low


def test_a_grain_shifted_is_another_pattern_of_the_same_strength(roughness: Callable[[Grain | None], float]) -> None:
    here, there = (roughness(Grain(offset, 0.1, 0.05)) for offset in ((0.0, 0.0), (0.37, 0.71)))
    assert here != there
    assert here == pytest.approx(there, rel=0.3)
