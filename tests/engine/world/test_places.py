"""How places look: people stand on floors, corners are dark, windows show what is outside, lawns end in front of the trees."""

from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.content.rooms import build_room
from spinegen.engine.gpu.light_maps import blurred_levels
from spinegen.engine.light.radiance_map import DIRECTIONS, HEIGHT, WIDTH
from spinegen.engine.protocol.vocabulary import Room
from spinegen.engine.server.session import Session

pytestmark = pytest.mark.gl
BOX = 'SpawnProp {"name":"Box","kind":"box","location_cm":[0,0,0],"size_cm":[40,40,150]}'
ROOM = 'SetRoom {"size_cm":[700,700,280],"windows":[],"lamps":"panels","lamp_lux":600}'


@pytest.fixture
def stage(order: Callable[..., str]) -> Callable[..., str]:
    """A call on the stage, seen by a camera at eye height."""
    order("vset /objects/spawn SpinegenStage Stage_0")
    order("vset /camera/0/size 240 180")
    order("vset /camera/0/location -300 0 160")
    order("vset /camera/0/rotation -20 0 0")
    order("vset /camera/0/fov 80")
    order('vbp Stage_0 SetGround {"surface":{"kind":"plain"}}')
    return lambda call: order(f"vbp Stage_0 {call}")


def _grey(session: Session) -> np.ndarray:
    return session.frame(0).lit().astype(float).mean(-1)


def test_lamps_alone_throw_a_shadow_without_grain(session: Session, stage: Callable[..., str]) -> None:
    stage(ROOM)
    stage("SetSun 40 0 0 4000 10")
    bare = _grey(session)
    stage(BOX)
    frame = session.frame(0)
    change = (_grey(session) - bare) / bare
    rows, columns = np.nonzero(frame.ids)
    foot, middle = rows.max() + 3, int(columns.mean())
    assert change[foot, middle] < -0.08
    floor = change[foot : foot + 20, middle - 30 : middle + 30]
    assert np.abs(np.diff(floor, 2, axis=1)).max() < 0.03


def test_a_key_lamp_indoors_throws_a_soft_shadow_away_from_itself(session: Session, stage: Callable[..., str]) -> None:
    stage(ROOM)
    stage("SetSun 45 -90 900 4000 12")
    bare = _grey(session)
    stage(BOX)
    frame = session.frame(0)
    darker = (_grey(session) < 0.9 * bare) & (frame.ids == 0)
    right = np.nonzero(darker[:, np.nonzero(frame.ids)[1].max() + 3 :])[0].size
    left = np.nonzero(darker[:, : np.nonzero(frame.ids)[1].min() - 3])[0].size
    assert right > 100 > 5 * left


def test_walls_are_darker_in_their_corners(
    session: Session, stage: Callable[..., str], order: Callable[..., str]
) -> None:
    stage('SetRoom {"size_cm":[700,700,280],"windows":[],"lamps":"panels","wall":{"kind":"plain"}}')
    stage("SetSun 40 0 0 4000 10")
    order("vset /camera/0/rotation 0 0 0")
    above_pictures_and_doors = _grey(session)[77]
    assert above_pictures_and_doors[189:195].mean() < 0.93 * above_pictures_and_doors[135:150].mean()


def test_a_window_shows_more_than_white(session: Session, stage: Callable[..., str], order: Callable[..., str]) -> None:
    stage(
        'SetRoom {"size_cm":[700,700,280],"windows":[{"side":"+x","count":1,"width_cm":400,"height_cm":180}],"seed":1}'
    )
    stage('SetBackdrop {"kind":"city","seed":2}')
    stage("SetSun 40 0 500 4000 10")
    order("vset /camera/0/location 100 0 170")
    order("vset /camera/0/rotation 3 0 0")
    frame = session.frame(0)
    outside = frame.lit()[frame.depth_cm() > 60000]
    assert len(outside) > 2000
    assert (outside.min(-1) > 250).mean() < 0.5
    assert outside.mean(-1).std() > 8


def test_the_lawn_is_darker_where_trees_stand_and_has_no_bright_band(
    session: Session, stage: Callable[..., str]
) -> None:
    stage('SetGround {"surface":{"kind":"grass"}}')
    stage('SetBackdrop {"kind":"forest","seed":1}')
    stage("SetSun 40 120 70000 5300 0.53")
    frame = session.frame(0)
    first = int(np.argmax((frame.depth_cm() < 60000).all(1)))
    rows = frame.lit().astype(float).mean((1, 2))
    assert rows[first : first + 6].max() < rows[first + 40]


def test_no_texel_of_the_surroundings_shows_in_a_glossy_floor() -> None:
    radiance = np.ones((HEIGHT, WIDTH, 3), np.float32)
    radiance[4:6, 40:44] = 60.0
    levels = blurred_levels(radiance)
    assert [level.shape[0] for level in levels] == [64, 32, 16, 8, 4, 2, 1]
    for level in levels[2:4]:
        assert np.abs(np.diff(level[..., 0], axis=1)).max() < 0.7 * np.ptp(level[..., 0])
    solid = np.sqrt(1 - DIRECTIONS[:, 1] ** 2).reshape(HEIGHT, WIDTH)
    mean = (radiance[..., 0] * solid).sum() / solid.sum()
    assert levels[3][..., 0].mean() == pytest.approx(mean, rel=0.25)


def test_rooms_of_one_seed_are_dressed_alike_and_of_others_differently() -> None:
    meshes = []
    for seed in (3, 3, 4):
        build_room.cache_clear()
        meshes.append(build_room(Room(seed=seed)).mesh)  # type: ignore[arg-type]  # frozen models are hashable
    assert np.array_equal(meshes[0].vertices_m, meshes[1].vertices_m)
    assert not np.array_equal(meshes[0].vertices_m[:500], meshes[2].vertices_m[:500])


@pytest.mark.parametrize("lines", ["road", "court"])
def test_painted_lines_are_seen_on_the_ground(session: Session, stage: Callable[..., str], lines: str) -> None:
    ground = '"surface":{"kind":"asphalt"},"surface_2":{"kind":"paving"},"strip_cm":[2000,700]'
    stage(f"SetGround {{{ground}}}")
    bare = _grey(session)
    stage(f'SetGround {{{ground},"lines":"{lines}"}}')
    assert ((_grey(session) - bare) > 30).sum() > 30
