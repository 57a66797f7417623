"""Engines that are not ours lag, carry pictures over and read `fov` in their own way: the client gets over it or says so."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from spinegen.engine.protocol.vocabulary import Backdrop, Ground, Prop
from spinegen.engine.server.launch import EngineProcess
from spinegen.errors import ConfigError, EngineError
from spinegen.geometry import rigid
from spinegen.geometry.camera import Camera
from spinegen.humans.spec.sample import sample_person
from spinegen.records.place import Light, Place
from spinegen.render.client import Connection
from spinegen.render.endpoint import parse_endpoint
from spinegen.render.engine_check import check_engine, sphere_seen
from spinegen.render.foreign import (
    CUT_PICTURES,
    Pictures,
    difference,
    disagreement,
    stale,
    without_hidden,
    without_portrait,
)
from spinegen.render.session import Session
from spinegen.render.skeleton_map import load_skeleton_map

PORTRAIT = Camera.look_at((4.5, 1.2, 0.3), (0.0, 0.9, 0.0), roll_deg=4.0, focal_px=300.0, width=121, height=200)
WIDE = Camera.look_at((4.5, 1.2, 0.3), (0.0, 0.9, 0.0), roll_deg=0.0, focal_px=200.0, width=240, height=160)
LIGHT = Light(sun=(50.0, 30.0, 60000.0, 5500.0, 0.53), sky=(3.0, 0.2, 1.0, 0), exposure_ev=0.0, white_balance_k=0.0)
BARE = Place(kind="check", ground=Ground(), backdrop=Backdrop())
HALL = Place(kind="gym", ground=Ground(kind="none"), backdrop=Backdrop(), level="Hall")
ANNA = sample_person(np.random.default_rng(3), "yoga")


class Foreign(Connection):
    """A working engine under another name; `delay` pictures pass before a change is seen in those that `lagging` names."""

    name = "UnrealEngine 5.4"
    delay = 0
    lagging: tuple[str, ...] = ()
    own_masks = False
    """Whether its stage has `CaptureMask`; UnrealCV itself has only `object_mask`."""

    def __init__(self, address: str) -> None:
        self.commands: list[str] = []
        self._sent: dict[str, list[bytes | str]] = {}
        super().__init__(parse_endpoint(address))

    def request(self, command: str, timeout_s: float | None = None) -> str | bytes:
        self.commands.append(command)
        if "SetMaskActors" in command and not self.own_masks:
            raise EngineError("the engine answered 'error Argument Invalid'")
        if "/size " in command:
            self._sent.clear()
        reply = super().request(self.altered(command), timeout_s)
        if command == "vget /unrealcv/status" and isinstance(reply, str):
            return "\n".join(f"Engine: {self.name}" if x.startswith("Engine:") else x for x in reply.splitlines())
        kind = next((kind for kind in self.lagging if f"/{kind} " in command), None)
        if kind is None:
            return reply
        seen = self._sent.setdefault(kind, [])
        seen.append(reply)
        return seen[max(0, len(seen) - 1 - self.delay)]

    def altered(self, command: str) -> str:
        """What the engine makes of a command."""
        return command


@pytest.fixture
def connect(engine: EngineProcess) -> Iterator[Callable[..., Foreign]]:
    """A fresh connection; the engine serves one at a time."""
    opened: list[Foreign] = []

    def make(kind: type[Foreign] = Foreign, delay: int = 0, lagging: tuple[str, ...] = ()) -> Foreign:
        connection = kind(engine.address)
        connection.delay, connection.lagging = delay, lagging
        opened.append(connection)
        return connection

    yield make
    for connection in opened:
        connection.close()


def standing(connection: Connection, camera: Camera, warm_up: int = CUT_PICTURES) -> tuple[Session, np.ndarray]:
    """A session with one person on an empty stage; their bones at rest."""
    session = Session(connection, load_skeleton_map(), warm_up)
    rest = session.dress("anna", ANNA)
    session.set_stage(BARE, LIGHT, [])
    session.show_only(["anna"])
    session.set_camera(camera)
    session.set_pose("anna", "rest", rest.bones, rest.transforms_ground_bone)
    return session, rest.transforms_ground_bone


def aside(session: Session, bones: np.ndarray, metres: float) -> None:
    """Move the person to their right."""
    moved = rigid.transform(np.eye(3), np.array([0.0, 0.0, metres])) @ bones
    session.set_pose("anna", "aside", session.dress("anna", ANNA).bones, moved)


def test_a_portrait_frame_is_cut_out_of_a_wider_one_with_the_same_pixels() -> None:
    wide, margin = without_portrait(PORTRAIT)
    assert wide.width == 121 + 2 * margin >= wide.height
    points = np.random.default_rng(0).normal(size=(20, 3))
    assert np.allclose(wide.project(points)[0] - [margin, 0], PORTRAIT.project(points)[0])
    twin = Camera.from_unreal(
        wide.location_unreal_cm, wide.rotator_deg, wide.fov_deg, width=wide.width, height=wide.height
    )
    assert np.allclose(twin.intrinsics, wide.intrinsics)
    assert without_portrait(WIDE)[1] == 0


@pytest.mark.gl
def test_a_foreign_engine_is_never_asked_for_a_portrait_and_gives_the_same_frame(connect) -> None:
    foreign = connect()
    session, _ = standing(foreign, PORTRAIT)
    seen = session.capture(PORTRAIT, 1)
    sizes = [tuple(map(int, c.split()[-2:])) for c in foreign.commands if "/size " in c]
    assert all(width >= height for width, height in sizes)
    assert seen.lit_rgb.shape == (200, 121, 3)
    assert seen.mask.shape == seen.depth_m.shape == (200, 121)
    columns = np.nonzero(seen.mask == 1)[1]
    pixel, _ = PORTRAIT.project(np.array([0.0, 0.9, 0.0]))
    assert abs(columns.mean() - pixel[0]) < 6


def pictures(connection: Foreign) -> int:
    """Lit pictures that were asked for; forgets them."""
    count = sum("/lit " in command for command in connection.commands)
    connection.commands.clear()
    return count


@pytest.mark.gl
def test_a_picture_of_a_foreign_engine_is_kept_when_it_equals_the_one_before(connect) -> None:
    foreign = connect()
    session, bones = standing(foreign, WIDE)
    pictures(foreign)
    session.lit(WIDE)
    assert pictures(foreign) == 2
    session.lit(WIDE)
    assert pictures(foreign) == 1
    session.capture(WIDE, 1)
    aside(session, bones, 0.6)
    pictures(foreign)
    session.capture(WIDE, 1)
    assert pictures(foreign) == 3


@pytest.mark.gl
def test_no_more_pictures_are_thrown_away_than_were_allowed(connect) -> None:
    class Flickering(Foreign):
        shift = 0

        def picture(self, command: str, width: int, height: int) -> np.ndarray:
            self.shift += 40
            return super().picture(command, width, height) + np.uint8(self.shift)

    for most in (0, 3):
        foreign = connect(Flickering)
        session, _ = standing(foreign, WIDE, most)
        pictures(foreign)
        session.lit(WIDE)
        assert pictures(foreign) == most + 1
        foreign.close()


@pytest.mark.gl
@pytest.mark.parametrize("delay", [2, 5])
def test_an_old_picture_is_not_taken_for_one_that_has_settled(connect, delay: int) -> None:
    foreign = connect(delay=delay, lagging=("lit",))
    session, bones = standing(foreign, WIDE)
    session.capture(WIDE, 1)
    aside(session, bones, 1.0)
    late = session.capture(WIDE, 1).lit_rgb
    foreign.lagging = ()
    assert difference(late, session.lit(WIDE)) == 0.0


@pytest.mark.gl
def test_a_picture_that_stays_behind_mask_and_depth_is_an_error_and_no_label(connect) -> None:
    session, bones = standing(connect(delay=500, lagging=("lit",)), WIDE)
    session.capture(WIDE, 1)
    aside(session, bones, 1.0)
    with pytest.raises(EngineError, match="still that of the frame before"):
        session.capture(WIDE, 1)


@pytest.mark.gl
def test_our_own_engine_is_asked_for_every_picture_once(connect) -> None:
    ours = connect()
    ours.name = "SpinegenEngine 1"
    session, _ = standing(ours, WIDE)
    ours.commands.clear()
    session.capture(WIDE, 1)
    assert [c.split("/")[-1] for c in ours.commands] == ["lit bmp", "object_mask bmp", "depth npy"]


class WithMasks(Foreign):
    own_masks = True


@pytest.mark.gl
@pytest.mark.parametrize("camera", [WIDE, PORTRAIT], ids=["wide", "portrait"])
def test_the_stages_masks_are_taken_where_there_are_any_and_are_the_same(connect, camera: Camera) -> None:
    prop = Prop(name="Prop_0", kind="box", location_cm=(60.0, 60.0, 0.0))
    masks = []
    for kind in (Foreign, WithMasks):
        foreign = connect(kind)
        session, _ = standing(foreign, camera)
        session.set_stage(BARE, LIGHT, [prop])
        session.show_only(["anna"])
        masks.append(session.mask(camera, 1))
        assert session.own_masks == foreign.own_masks
        colours, captures = (sum(word in c for c in foreign.commands) for word in ("/color ", "CaptureMask"))
        assert (colours > 0, captures > 0) == (not foreign.own_masks, foreign.own_masks)
        foreign.close()
    np.testing.assert_array_equal(*masks)
    assert set(np.unique(masks[0])) == {0, 1, 100}


@pytest.mark.gl
def test_the_camera_is_a_spawned_one_that_heeds_fov_before_it_is_set(connect) -> None:
    foreign = connect()
    standing(foreign, WIDE)
    cameras = [c for c in foreign.commands if "/camera/" in c]
    assert not [c for c in cameras if "/camera/0/" in c]
    first = {word: next(i for i, c in enumerate(cameras) if f"/{word}" in c) for word in ("reflection", "illumination")}
    assert max(first.values()) < next(i for i, c in enumerate(cameras) if "/fov" in c)


@pytest.mark.gl
def test_a_colour_is_given_after_the_mesh_in_a_request_of_its_own(connect) -> None:
    foreign = connect()
    standing(foreign, WIDE)
    dressed = next(i for i, c in enumerate(foreign.commands) if "SetBody" in c)
    assert dressed < next(i for i, c in enumerate(foreign.commands) if "/color " in c)


@pytest.mark.gl
def test_a_mask_that_lags_is_taken_again_until_it_fits_the_pose(connect) -> None:
    session, bones = standing(connect(delay=2, lagging=("object_mask",)), WIDE)
    session.capture(WIDE, 1)
    aside(session, bones, 1.3)
    seen = session.capture(WIDE, 1)
    expected, _ = WIDE.project(np.array([0.0, 0.9, 1.3]))
    assert abs(np.nonzero(seen.mask == 1)[1].mean() - expected[0]) < 10


@pytest.mark.gl
def test_a_mask_that_never_follows_is_an_error_and_no_label(connect) -> None:
    session, bones = standing(connect(delay=50, lagging=("object_mask",)), WIDE)
    session.capture(WIDE, 1)
    aside(session, bones, 1.3)
    with pytest.raises(EngineError, match="do not show one moment: person 1"):
        session.capture(WIDE, 1)


@pytest.mark.gl
def test_a_picture_that_still_changes_is_taken_again(connect) -> None:
    foreign = connect(delay=1, lagging=("lit",))
    session, _ = standing(foreign, WIDE)
    session.lit(WIDE)
    session.set_stage(BARE, LIGHT.model_copy(update={"exposure_ev": -3.0}), [])
    dark = session.capture(WIDE, 1).lit_rgb
    foreign.lagging = ()
    assert np.abs(dark.astype(int) - session.lit(WIDE)).mean() < 1.0


def test_depth_of_another_moment_is_noticed() -> None:
    bones = np.array([[0.0, 0.3, 0.0], [0.0, 1.2, 0.0]])
    mask, depth = np.zeros((160, 240), np.uint8), np.full((160, 240), 50.0, np.float32)
    mask[40:120, 110:130] = 1
    depth[mask == 1] = 4.5
    assert disagreement(WIDE, mask, depth, {1: bones}) is None
    assert "depth" in str(disagreement(WIDE, mask, depth + 3, {1: bones}))
    assert "elsewhere" in str(disagreement(WIDE, np.roll(mask, 90, 1), depth, {1: bones}))
    assert "not in the mask" in str(disagreement(WIDE, 0 * mask, 0 * depth + 50, {1: bones}))
    assert disagreement(WIDE, 0 * mask, 0 * depth + 2, {1: bones}) is None


class WithLevels(Foreign):
    """Has a level named Hall, in which nothing hides anybody in the mask."""

    def altered(self, command: str) -> str:
        return command.replace("SetLevel Hall", "SetLevel Stage")


@pytest.mark.gl
def test_a_level_is_asked_for_once_and_left_again(connect) -> None:
    foreign = connect(WithLevels)
    session, bones = standing(foreign, WIDE)
    for place in (HALL, HALL, BARE):
        session.set_stage(place, LIGHT, [])
        aside(session, bones, 0.0)
        assert (session.capture(WIDE, 1).mask == 1).sum() > 500
    assert [c.split("SetLevel")[1].strip() for c in foreign.commands if "SetLevel" in c] == ["Hall", ""]


@pytest.mark.gl
def test_a_level_that_the_engine_lacks_is_an_error_with_the_ones_it_has(connect) -> None:
    session, _ = standing(connect(), WIDE)
    with pytest.raises(EngineError, match="one of: Stage; found 'Hall'"):
        session.set_stage(HALL, LIGHT, [])


@pytest.mark.gl
def test_levels_are_refused_before_anything_is_drawn_with_the_embedded_engine(connect) -> None:
    session, _ = standing(connect(Connected), WIDE)
    with pytest.raises(ConfigError, match=r"places\.levels: level 'Hall' for gym.*--engine"):
        session.set_stage(HALL, LIGHT, [])


def test_one_limb_that_moved_is_seen_and_noise_is_not() -> None:
    rng = np.random.default_rng(0)
    wall = np.full((160, 240, 3), 120, np.uint8)
    limb = wall.copy()
    limb[40:60, 100:112] = 60
    noisy = np.clip(wall + rng.normal(0, 8, wall.shape), 0, 255).astype(np.uint8)
    assert difference(wall, limb) > 12
    assert float(np.abs(wall.astype(int) - limb).mean()) < 0.5
    assert difference(wall, noisy) < difference(wall, limb) / 3
    assert difference(wall, wall[:80]) == float("inf")


def test_a_picture_may_stay_as_it_is_only_where_nothing_moved() -> None:
    lit, mask = np.full((160, 240, 3), 90, np.uint8), np.zeros((160, 240), np.uint8)
    depth = np.full((160, 240), 6.0, np.float32)
    before, moved = Pictures(lit, mask, depth), mask.copy()
    moved[40:120, 100:140] = 1
    assert stale(before, before) is None
    assert "frame before" in str(stale(before, Pictures(lit, moved, depth)))
    nearer = np.where(moved == 1, 3.0, depth).astype(np.float32)
    assert "frame before" in str(stale(before, Pictures(lit, mask, nearer)))
    assert stale(before, Pictures(np.where(moved[..., None] == 1, 30, lit).astype(np.uint8), moved, depth)) is None
    assert stale(None, before) is None


def test_what_has_no_mask_colour_hides_a_person_by_its_depth() -> None:
    bones = np.array([[0.0, 0.3, 0.0], [0.0, 1.2, 0.0]])
    lit, mask = np.zeros((160, 240, 3), np.uint8), np.zeros((160, 240), np.uint8)
    depth = np.full((160, 240), 50.0, np.float32)
    mask[40:120, 110:130], mask[0, 0] = 1, 100
    depth[mask == 1] = 4.4
    depth[:80] = 2.0
    seen = without_hidden(WIDE, Pictures(lit, mask, depth), {1: bones})
    assert not (seen[:80] == 1).any()
    assert ((seen == 1) == (mask == 1))[80:].all()
    assert seen[0, 0] == 100


def test_a_sphere_is_seen_where_it_is() -> None:
    hit, depth = sphere_seen(WIDE, np.array([0.0, 0.9, 0.0]), 0.3)
    middle, distance = WIDE.project(np.array([0.0, 0.9, 0.0]))
    rows, columns = np.nonzero(hit)
    assert np.allclose([columns.mean(), rows.mean()], middle, atol=0.5)
    assert np.nanmin(depth) == pytest.approx(distance - 0.3, abs=2e-3)
    assert hit.sum() == pytest.approx(np.pi * (0.3 * 200.0 / distance) ** 2, rel=0.03)


@pytest.mark.gl
def test_the_embedded_engine_passes_the_check(connect) -> None:
    found = check_engine(connect(Connected), load_skeleton_map())
    assert not found.failures, found.table()
    assert "labels will fit" in found.table()


class Connected(Foreign):
    """Ours under its own name."""

    name = "SpinegenEngine 1"


class NarrowLens(Connected):
    """Draws a view that is 2 % narrower than ordered."""

    def altered(self, command: str) -> str:
        head, _, value = command.rpartition(" ")
        return f"{head} {0.98 * float(value):.6f}" if head.endswith("/fov") else command


class FarDepth(Connected):
    """Writes depth 3 % too far."""

    def depth_m(self, command: str, width: int, height: int) -> np.ndarray:
        return super().depth_m(command, width, height) * np.float32(1.03)


@pytest.mark.gl
@pytest.mark.parametrize(("kind", "fault"), [(NarrowLens, "projection, landscape"), (FarDepth, "depth")])
def test_the_check_finds_a_wrong_lens_and_a_wrong_depth(connect, kind: type[Foreign], fault: str) -> None:
    found = check_engine(connect(kind), load_skeleton_map())
    assert fault in [row.name for row in found.failures]
    assert "do not use it" in found.table()


@pytest.mark.gl
def test_the_check_finds_masks_that_lag(connect) -> None:
    found = check_engine(connect(Connected, delay=4, lagging=("object_mask",)), load_skeleton_map())
    assert "pictures until a pose is seen" in [row.name for row in found.failures]
