"""What the engine holds on to, and for how long."""

import gc
import json
import weakref
from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.content.mesh import Texture
from spinegen.engine.content.street import VARIANTS, street_mesh
from spinegen.engine.content.textures import surface_texture
from spinegen.engine.protocol import actor_calls
from spinegen.engine.protocol.vocabulary import Surface
from spinegen.engine.server.session import Session
from spinegen.engine.world.bodies import SPARE, Bodies
from spinegen.engine.world.body import Body
from spinegen.engine.world.heap import ALLOWANCE_BYTES, HeapWatch
from spinegen.engine.world.human import Human
from spinegen.errors import EngineError
from spinegen.humans.spec.sample import sample_person
from support.pillar import Pillar


def _specs(count: int) -> list[str]:
    rng = np.random.default_rng(np.random.SeedSequence([8, 2]))
    return [sample_person(rng, "yoga").model_dump_json() for _ in range(count)]


def test_a_body_lives_as_long_as_it_is_worn_and_a_few_live_longer() -> None:
    bodies = Bodies()
    specs = _specs(SPARE + 2)
    worn = bodies.body(specs[0])
    unworn = weakref.ref(bodies.body(specs[1]))
    for spec in specs[2:]:
        bodies.body(spec)
    gc.collect()
    assert bodies.body(specs[0]) is worn
    assert unworn() is None


@pytest.mark.gl
def test_pixels_of_people_are_on_the_gpu_alone_once_they_were_drawn(
    session: Session, order: Callable[..., str], pillar: Pillar
) -> None:
    order("vset /objects/spawn SpinegenHuman Human_0")
    human = session.world.actors["Human_0"]
    assert isinstance(human, Human)
    human.wear(Body.of(pillar))
    session.world.changed()
    before = session.frame(0).lit()
    textures = [run[2].texture for drawable in human.drawables(1) for run in drawable.mesh.runs]
    assert textures
    assert all(texture is not None and texture.pixels is None for texture in textures)
    order("vset /object/Human_0/hide")
    session.frame(0).lit()
    order("vset /object/Human_0/show")
    np.testing.assert_array_equal(session.frame(0).lit(), before)


def test_a_picture_that_was_handed_over_is_not_drawn_blank_elsewhere() -> None:
    texture = Texture(np.zeros((2, 2, 3), np.uint8), kept=False)
    texture.hand_over()
    with pytest.raises(EngineError, match="second renderer"):
        texture.hand_over()


def test_pixels_of_a_surface_are_painted_again_for_a_second_renderer() -> None:
    texture = surface_texture(Surface(kind="brick", colour="#805030", seed=2)).texture  # type: ignore[arg-type]
    first = texture.hand_over()
    assert texture.pixels is None
    np.testing.assert_array_equal(texture.hand_over(), first)
    assert texture.pixels is None


def test_streets_share_their_house_fronts() -> None:
    streets = [street_mesh(variant) for variant in range(VARIANTS)]
    runs = [material for mesh in streets for _, _, material in mesh.runs]
    fronts = [material.texture for material in runs if material.texture is not None]
    assert len(set(map(id, fronts))) <= 24 < len(fronts)


@pytest.mark.gl
def test_what_is_destroyed_leaves_the_gpu(session: Session, order: Callable[..., str]) -> None:
    order(f"vset /objects/spawn {actor_calls.STAGE} Stage_0")
    order("vset /camera/0/size 64 48")
    cache = session.renderer._cache
    session.frame(0).lit()
    gc.collect()
    meshes, textures = len(cache._meshes), len(cache._textures)
    for number in range(40):
        prop = {"name": f"Box_{number}", "kind": "box", "size_cm": [10 + number, 20, 30]}
        prop["surface"] = {"kind": "fabric", "colour": f"#20{number:02x}40"}
        order(f"vbp Stage_0 SpawnProp {json.dumps(prop)}")
        session.frame(0).lit()
        order(f"vset /object/Box_{number}/destroy")
    session.frame(0).lit()
    gc.collect()
    assert len(cache._meshes) - meshes <= 12
    assert len(cache._textures) - textures <= 20


def test_a_heap_that_grows_is_trimmed_and_one_that_does_not_is_left_alone() -> None:
    size, trimmed = [500_000_000], []

    def trim() -> None:
        trimmed.append(size[0])
        size[0] -= ALLOWANCE_BYTES // 2

    watch = HeapWatch(lambda: size[0], trim)
    for _ in range(10):
        watch.look()
    assert not trimmed
    size[0] += ALLOWANCE_BYTES + 1
    watch.look()
    assert len(trimmed) == 1
    # What is in use for good raises the mark; what others gave back lowers it.
    size[0] += ALLOWANCE_BYTES
    watch.look()
    assert len(trimmed) == 1
    size[0] = 300_000_000
    watch.look()
    size[0] = 301_000_000 + ALLOWANCE_BYTES
    watch.look()
    assert len(trimmed) == 2
