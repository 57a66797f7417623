"""What UnrealCV's own server tests ask of any server, asked with its own client; and what its documents promise beside."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from spinegen.engine.light.exr import read_exr
from spinegen.engine.server.launch import EngineProcess

pytestmark = pytest.mark.gl


@pytest.fixture(scope="module")
def client(tcp_engine: EngineProcess) -> Iterator[Any]:
    import unrealcv

    endpoint, kind = tcp_engine.endpoint
    connected = unrealcv.Client(endpoint, kind)
    assert connected.connect()
    connected.port = endpoint[1]  # pyright: ignore[reportAttributeAccessIssue]
    yield connected
    connected.disconnect()


@pytest.fixture
def ask(client: Any) -> Any:
    client.request("vset /action/game/level SpinegenStage")
    client.request("vset /camera/0/size 96 64")
    client.request("vset /camera/0/location -300 0 120")
    return client.request


def test_the_status_names_port_and_size(client: Any, ask: Any) -> None:
    said = dict(line.split(": ", 1) for line in ask("vget /unrealcv/status").splitlines() if ": " in line)
    assert (said["Port"], said["Width"], said["Height"]) == (str(client.port), "96", "64")
    assert said["Engine"].startswith("SpinegenEngine ")


def test_a_level_that_nobody_has_furnished_names_its_own_actors(ask: Any) -> None:
    names = ask("vget /objects").split(" ")
    assert set(names) == {"Ground_0", "Surroundings_0", "SkyLight_0"}
    for name in names:
        assert ask(f"vget /object/{name}/color") == "(R=0,G=0,B=0,A=255)"
        assert ask(f"vget /object/{name}/label") == name
        assert len(ask(f"vget /object/{name}/bounds").split()) == 6
    low_x, _, low_z, high_x, _, high_z = map(float, ask("vget /object/Ground_0/bounds").split())
    assert high_x == -low_x == 60_000.0
    assert low_z == high_z == 0.0
    assert ask("vset /object/Ground_0/location 1 2 3") == "error Not Implemented"
    assert ask("vset /object/Ground_0/destroy") == "error Not Implemented"
    assert ask("vset /objects/spawn box Ground_0").startswith("error there is an object named Ground_0")


def test_the_levels_actors_are_seen_in_the_colours_they_are_given(ask: Any) -> None:
    ask("vset /objects/spawn SpinegenStage Stage_1")
    ask('vbp Stage_1 SetRoom {"size_cm": [900, 900, 280]}')
    ask("vset /object/Ground_0/color 10 200 30")
    ask("vset /object/Surroundings_0/color 200 20 20")
    mask = _npy(ask("vget /camera/0/object_mask npy"))
    assert (mask[-1] == (10, 200, 30)).all()
    assert (mask == (200, 20, 20)).all(-1).mean() > 0.2
    low = np.array(ask("vget /object/Surroundings_0/bounds").split(), float)
    assert low[2] == pytest.approx(0, abs=20)
    assert low[5] == pytest.approx(280, abs=20)
    ask("vset /object/Surroundings_0/hide")
    hidden = _npy(ask("vget /camera/0/object_mask npy"))
    assert not (hidden == (200, 20, 20)).all(-1).any()


def test_a_stages_colour_is_that_of_all_that_belongs_to_the_level(ask: Any) -> None:
    ask("vset /objects/spawn SpinegenStage Stage_1")
    ask("vset /object/Stage_1/color 9 99 199")
    assert (_npy(ask("vget /camera/0/object_mask npy")) == (9, 99, 199)).all()
    assert ask("vget /object/Ground_0/color") == "(R=9,G=99,B=199,A=255)"


@pytest.mark.parametrize("mode", ["lit", "depth", "normal", "object_mask"])
def test_the_view_mode_is_what_a_picture_without_a_mode_shows(ask: Any, mode: str) -> None:
    ask("vset /objects/spawn_cube Crate 0 0 50")
    assert ask("vget /viewmode") == "lit"
    assert ask(f"vset /viewmode {mode}") == "ok"
    assert ask("vget /viewmode") == mode
    shown = _npy(ask("vget /screenshot npy"))
    if mode == "depth":
        depth_cm = _npy(ask("vget /camera/0/depth npy"))
        np.testing.assert_array_equal(shown, np.minimum(depth_cm / 10, 255).astype(np.uint8)[..., None].repeat(3, 2))
        assert len(np.unique(shown)) > 3
    else:
        np.testing.assert_array_equal(shown, _npy(ask(f"vget /camera/0/{mode} npy")))
    assert ask("vget /camera/0/screenshot png") == ask("vget /screenshot png")
    assert Path(ask("vget /screenshot shot.png")).is_file()


def test_an_unknown_view_mode_is_told_the_known_ones(ask: Any) -> None:
    assert ask("vset /viewmode infrared") == (
        "error Argument Invalid: viewmode must be one of lit, depth, normal, object_mask, found 'infrared'"
    )


def test_a_picture_without_a_word_is_a_file_that_the_client_can_open(ask: Any) -> None:
    paths = [ask(f"vget /camera/0/{kind}") for kind in ("lit", "object_mask", "normal", "depth")]
    assert [Path(path).suffix for path in paths] == [".png", ".png", ".png", ".npy"]
    assert len(set(paths)) == 4
    for path in paths[:3]:
        assert np.asarray(cv2.imread(path)).shape == (64, 96, 3)
    assert np.load(paths[3]).shape == (64, 96)


def test_a_named_picture_is_answered_with_a_path_that_opens(ask: Any) -> None:
    path = Path(ask("vget /camera/0/lit a.png"))
    assert path.is_absolute()
    assert path.name == "a.png"
    assert np.asarray(cv2.imread(str(path))).shape == (64, 96, 3)
    depth_cm = read_exr(Path(ask("vget /camera/0/depth depth.exr")))[..., 0]
    np.testing.assert_array_equal(depth_cm, _npy(ask("vget /camera/0/depth npy")))
    refused = ask(f"vget /camera/0/lit {path}")
    assert refused.startswith(f"error Argument Invalid: files are written into {path.parent} only")


def test_seg_is_the_object_mask(ask: Any) -> None:
    ask("vset /objects/spawn_cube Crate 0 0 50")
    assert ask("vget /camera/0/seg bmp") == ask("vget /camera/0/object_mask bmp")


@pytest.mark.parametrize("distance_cm", [0, 20, 64.5])
def test_the_right_eye_stands_beside_the_player_however_it_looks(
    ask: Any, rng: np.random.Generator, distance_cm: float
) -> None:
    assert ask("vget /camera/1/location") == "error Invalid sensor id"
    assert ask(f"vset /action/eyes_distance {distance_cm}") == "ok"
    assert len(ask("vget /cameras").split()) == 2
    for pitch, yaw, roll in rng.uniform(-80, 80, (3, 3)):
        assert ask(f"vset /camera/0/rotation {pitch:.3f} {yaw:.3f} {roll:.3f}") == "ok"
        left, right = _vector(ask("vget /camera/0/location")), _vector(ask("vget /camera/1/location"))
        assert np.linalg.norm(right - left) == pytest.approx(distance_cm, abs=1e-4)
        np.testing.assert_array_equal(_vector(ask("vget /actor/location")), left)
        assert ask("vget /camera/1/rotation") == ask("vget /camera/0/rotation") == ask("vget /actor/rotation")
    ask("vset /camera/0/rotation 0 90 0")
    np.testing.assert_allclose(_vector(ask("vget /camera/1/location")), [-300 - distance_cm, 0, 120], atol=1e-4)


def test_the_right_eye_is_let_go_when_it_is_placed(ask: Any) -> None:
    ask("vset /action/eyes_distance 6")
    ask("vset /camera/1/location 7 8 9")
    ask("vset /camera/0/location 100 0 0")
    assert ask("vget /camera/1/location") == "7.000000 8.000000 9.000000"


def test_both_eyes_see_while_the_game_is_paused(ask: Any) -> None:
    ask("vset /objects/spawn_cube Crate 0 0 120")
    ask("vset /action/eyes_distance 30")
    assert ask("vset /action/game/pause") == "ok"
    assert ask("vget /action/game/is_paused") == "true"
    seen = [np.asarray(cv2.imread(ask(f"vget /camera/{eye}/object_mask"))).any(-1) for eye in (0, 1)]
    middles = [np.nonzero(mask)[1].mean() for mask in seen]
    assert middles[1] < middles[0] - 3
    assert ask("vset /action/game/resume") == "ok"
    assert ask("vget /action/game/is_paused") == "false"


def test_the_console_sets_the_players_resolution_and_nothing_else(ask: Any) -> None:
    assert ask("vrun setres 128x80w") == "ok"
    assert ask("vget /camera/0/size") == "128 80"
    assert ask("vrun setres 128") == "error Argument Invalid"
    assert ask("vrun stat fps") == "error Not Implemented"


def test_a_level_is_opened_anew(ask: Any) -> None:
    ask("vset /objects/spawn_cube Crate")
    ask("vset /cameras/spawn")
    ask("vset /viewmode normal")
    assert ask("vset /action/game/level SpinegenStage") == "ok"
    assert "Crate" not in ask("vget /objects").split()
    assert ask("vget /cameras").split() == ["SpinegenCamera_0"]
    assert ask("vget /viewmode") == "lit"
    assert ask("vset /action/game/level Mars").startswith("error Argument Invalid: level must be SpinegenStage")


def test_a_blueprint_function_is_called_without_its_outputs(ask: Any) -> None:
    ask("vset /objects/spawn SpinegenStage Stage_1")
    assert ask("vexec Stage_1 SetExposure 0.5") == "ok"
    assert ask("vexec Stage_1 Fly") == "error Argument Invalid"
    assert ask("vexec Nobody SetExposure 0.5") == "error Cannot find object"


def test_pose_is_location_and_rotation_together(ask: Any) -> None:
    assert ask("vset /camera/0/pose 1 2 3 4 5 6") == "ok"
    assert ask("vget /camera/0/pose") == f"{ask('vget /camera/0/location')} {ask('vget /camera/0/rotation')}"
    assert ask("vget /camera/0/rotation") == "4.000000 5.000000 6.000000"
    assert ask("vset /camera/0/moveto 10 20 30") == "ok"
    assert ask("vget /camera/0/location") == "10.000000 20.000000 30.000000"


def _vector(text: str) -> np.ndarray:
    return np.array(text.split(), float)


def _npy(reply: bytes) -> np.ndarray:
    return np.load(io.BytesIO(reply))
