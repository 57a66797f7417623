"""Light, places and things: what is asked for is seen."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinegen.engine.content.colour import kelvin_rgb, to_linear, to_srgb
from spinegen.engine.content.props import PROPS, prop_mesh
from spinegen.engine.content.textures import surface_texture
from spinegen.engine.light.sky import sky_table
from spinegen.engine.protocol.prop_kinds import HELD_ONLY
from spinegen.engine.protocol.vocabulary import Prop, Surface
from spinegen.engine.server.commands import execute
from spinegen.engine.server.session import Session

pytestmark = pytest.mark.gl


@pytest.fixture
def stage(order: Callable[..., str]) -> Callable[..., str]:
    """A call on the stage, seen by a camera at eye height."""
    order("vset /objects/spawn SpinegenStage Stage_0")
    order("vset /camera/0/size 200 150")
    order("vset /camera/0/location -400 0 160")
    order("vset /camera/0/rotation -15 0 0")
    order("vset /camera/0/fov 70")
    return lambda call: order(f"vbp Stage_0 {call}")


def _grey(session: Session) -> np.ndarray:
    return session.frame(0).lit().astype(float).mean(-1)


def test_a_shadow_falls_away_from_the_sun(session: Session, stage: Callable[..., str]) -> None:
    stage('SetGround {"surface":{"kind":"plain"}}')
    stage("SetSun 45 -90 80000 5500 0.53")
    bare = _grey(session)
    stage('SpawnProp {"name":"Box","kind":"box","location_cm":[0,0,0],"size_cm":[60,60,60]}')
    frame = session.frame(0)
    darker = (_grey(session) < 0.6 * bare) & (frame.ids == 0)
    box_columns, shadow_columns = np.nonzero(frame.ids)[1], np.nonzero(darker)[1]
    assert len(shadow_columns) > 50
    assert shadow_columns.mean() > box_columns.max() - 5


def test_a_wider_light_has_softer_shadows(
    session: Session, stage: Callable[..., str], order: Callable[..., str]
) -> None:
    stage('SetGround {"surface":{"kind":"plain"}}')
    stage('SpawnProp {"name":"Pole","kind":"box","location_cm":[0,0,0],"size_cm":[40,40,150]}')
    order("vset /camera/0/location 0 150 400")
    order("vset /camera/0/rotation -90 0 0")
    steepest = []
    for angle in (0.5, 15):
        stage(f"SetSun 40 -90 80000 5500 {angle}")
        edge = np.abs(np.diff(_grey(session)[:, 110:130], axis=0))
        steepest.append(edge.max())
    assert steepest[1] < 0.75 * steepest[0]


def test_things_darken_the_floor_where_they_stand_under_an_overcast_sky(
    session: Session, stage: Callable[..., str]
) -> None:
    stage('SetGround {"surface":{"kind":"plain"}}')
    stage("SetSun 50 0 0 6500 0.53")
    stage("SetSky 5 1 1 0")
    bare = _grey(session)
    stage('SpawnProp {"name":"Box","kind":"box","size_cm":[80,80,80]}')
    frame = session.frame(0)
    rows, columns = np.nonzero(frame.ids)
    foot = rows.max() + 2
    middle = int(columns.mean())
    assert _grey(session)[foot, middle] < 0.9 * bare[foot, middle]
    assert _grey(session)[-1, 3] > 0.97 * bare[-1, 3]


def test_exposure_is_metered_and_compensated(session: Session, stage: Callable[..., str]) -> None:
    stage('SetGround {"surface":{"kind":"plain","colour":"#808080"}}')
    levels = []
    for lux in (20000, 100000):
        stage(f"SetSun 60 180 {lux} 5500 0.53")
        levels.append(_grey(session)[120:].mean())
    assert levels[1] == pytest.approx(levels[0], rel=0.25)
    stage("SetExposure 1")
    assert _grey(session)[120:].mean() > levels[1] * 1.2


PLACES = [
    *(
        f'SetBackdrop {{"kind":"{kind}","seed":3}}'
        for kind in ("sky", "meadow", "park", "forest", "city", "street", "studio")
    ),
    'SetRoom {"windows":[{"side":"+y","count":3},{"side":"-x"}],"lamps":"panels","accent":{"kind":"brick"}}',
    'SetRoom {"size_cm":[1200,900,400],"windows":[],"lamps":"tubes","yaw_deg":20,"centre_cm":[100,0]}',
]


@pytest.mark.parametrize("place", PLACES)
def test_every_place_is_drawn_with_sensible_exposure(session: Session, stage: Callable[..., str], place: str) -> None:
    stage("SetSun 40 150 600 4500 10" if "Room" in place or "studio" in place else "SetSun 40 150 70000 5300 0.53")
    stage(place)
    picture = _grey(session)
    assert 50 < picture.mean() < 215
    assert picture.std() > 3
    assert (picture > 250).mean() < 0.35


def test_a_room_hides_what_is_outside(session: Session, stage: Callable[..., str]) -> None:
    stage('SpawnProp {"name":"Far","kind":"box","location_cm":[900,0,0],"size_cm":[200,200,200]}')
    assert (session.frame(0).ids > 0).any()
    stage('SetRoom {"windows":[]}')
    assert not (session.frame(0).ids > 0).any()
    assert session.frame(0).depth_cm().max() < 1500
    stage("SetRoom")
    assert (session.frame(0).ids > 0).any()


def test_users_pictures_are_seen_and_light_the_stage(
    session: Session, stage: Callable[..., str], tmp_path: Path
) -> None:
    sunset = np.zeros((64, 128, 3), np.uint8)
    sunset[:32], sunset[32:] = (40, 120, 250), (30, 40, 50)
    cv2.imwrite(str(tmp_path / "sunset.png"), sunset)
    hdri = np.full((32, 64, 3), (0.2, 0.4, 1.0), np.float32)
    np.save(tmp_path / "blue.npy", hdri)
    stage('SetGround {"kind":"shadow"}')
    stage("SetWhiteBalance 6500")
    stage('SpawnProp {"name":"Ball","kind":"sphere","location_cm":[0,0,120]}')
    stage(f'SetBackdrop {{"kind":"photo","path":"{tmp_path}/sunset.png"}}')
    picture = session.frame(0).lit().astype(float)
    np.testing.assert_allclose(picture[3, 5], (250, 120, 40), atol=6)
    assert picture[session.frame(0).ids > 0][:, 0].mean() > picture[session.frame(0).ids > 0][:, 2].mean()
    stage(f'SetBackdrop {{"kind":"hdri","path":"{tmp_path}/blue.npy"}}')
    picture = session.frame(0).lit().astype(float)
    assert picture[3, 5, 2] > picture[3, 5, 0] + 20
    assert picture[session.frame(0).ids > 0][:, 2].mean() > picture[session.frame(0).ids > 0][:, 0].mean()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('SetBackdrop {"kind":"photo","path":"/nowhere.jpg"}', "/nowhere.jpg"),
        ('SetBackdrop {"kind":"moon"}', "kind"),
        ('SetGround {"surface":{"kind":"lava"}}', "surface.kind"),
        ('SetGround {"surface":{"colour":"red"}}', "surface.colour"),
        ('SetRoom {"size_cm":[0,1,1]}', "size_cm"),
        ('SpawnProp {"name":"x y","kind":"mat"}', "name"),
        ('SpawnProp {"kind":"mat"}', "name"),
        ("SetGround grass", "JSON"),
        ("SetSun 120 0 1 5000 1", "Elevation"),
        ("SetSun nan 0 1 5000 1", "Elevation"),
        ("SetSky 3 2 1 0", "Clouds"),
        ("SetExposure 99", "Ev"),
        ("SetLevel Downtown", "must be one of: Stage; found 'Downtown'"),
        ("Explode", "Argument Invalid"),
    ],
)
def test_bad_descriptions_are_refused_and_change_nothing(
    session: Session, stage: Callable[..., str], call: str, said: str
) -> None:
    before = session.world.lighting
    reply = str(execute(session, f"vbp Stage_0 {call}"))
    assert reply.startswith("error")
    assert said in reply
    assert session.world.lighting == before


def test_the_bare_stage_is_the_only_level(session: Session, stage: Callable[..., str]) -> None:
    before = session.world.lighting
    for call in ("SetLevel", "SetLevel Stage"):
        stage(call)
    assert session.world.lighting == before


def test_an_unreadable_picture_is_an_error_reply(session: Session, stage: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    execute(session, f'vbp Stage_0 SetBackdrop {{"kind":"photo","path":"{tmp_path}/broken.jpg"}}')
    assert "broken.jpg" in str(execute(session, "vget /camera/0/lit bmp"))
    stage("Reset")
    assert isinstance(execute(session, "vget /camera/0/lit bmp"), bytes)


def test_reset_clears_the_stage(session: Session, stage: Callable[..., str], order: Callable[..., str]) -> None:
    clean = session.frame(0).lit().copy()
    stage('SpawnProp {"name":"Tree","kind":"tree"}')
    stage('SetGround {"surface":{"kind":"tiles"}}')
    stage("Reset")
    assert order("vget /objects").split() == ["Stage_0", "Ground_0", "Surroundings_0", "SkyLight_0"]
    np.testing.assert_array_equal(session.frame(0).lit(), clean)


@pytest.mark.parametrize("kind", PROPS)
def test_a_thing_fills_its_box_and_is_solid(kind: str) -> None:
    mesh = prop_mesh(Prop(name="Thing", kind=kind, seed=2))  # type: ignore[arg-type]
    low, high = mesh.vertices_m.min(0), mesh.vertices_m.max(0)
    size = np.array(PROPS[kind][0])[[0, 2, 1]] / 100
    if kind != "street_lamp":
        np.testing.assert_allclose(high - low, size, atol=0.06, rtol=0.06)
    if kind in HELD_ONLY:
        assert (low <= 0.02).all()
        assert (high >= -0.02).all(), "it is held somewhere in its box"
    else:
        assert low[1] == pytest.approx(-size[1] / 2 if kind == "sphere" else 0.0, abs=0.01)
    assert np.isfinite(mesh.vertices_m).all()
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3)


@pytest.mark.parametrize("kind", ["brick", "grass", "parquet", "tiles", "rubber"])
def test_a_surface_has_the_colour_asked_for_and_tiles(kind: str) -> None:
    made = surface_texture(Surface(kind=kind, colour="#806040", colour_2="#705030", seed=5))  # type: ignore[arg-type]
    mean = to_srgb(np.array(made.mean_linear)) * 255
    np.testing.assert_allclose(mean, (0x78, 0x5A, 0x3A), atol=26)
    pixels = made.texture.hand_over().astype(float).mean(-1)
    steps = np.abs(np.diff(pixels, axis=1)).mean(0)
    assert np.abs(pixels[:, 0] - pixels[:, -1]).mean() <= steps.max() + 1


def test_the_clear_sky_is_blue_above_and_warm_around_a_low_sun() -> None:
    noon, evening = sky_table(60.0, 3.0), sky_table(3.0, 3.0)
    assert noon[-1, 0, 2] > 2 * noon[-1, 0, 0]
    horizon = evening[4, 0]
    assert horizon[0] > horizon[2]
    assert noon[-1].mean() > 3 * evening[-1].mean()


def test_colours_of_hot_bodies() -> None:
    assert kelvin_rgb(2800)[0] > 2 * kelvin_rgb(2800)[2]
    np.testing.assert_allclose(kelvin_rgb(6500), 1.0, atol=0.08)
    np.testing.assert_allclose(to_linear(to_srgb(np.linspace(0, 1, 11))), np.linspace(0, 1, 11), atol=1e-12)
