"""The public UnrealCV client works against the engine, over TCP and over a unix socket."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.launch import EngineProcess, start_engine
from spinegen.errors import EngineError

pytestmark = pytest.mark.gl
LEVEL = ("Ground_0", "Surroundings_0", "SkyLight_0")


def _client(engine: EngineProcess) -> Any:
    import unrealcv

    endpoint, kind = engine.endpoint
    client = unrealcv.Client(endpoint, kind)
    assert client.connect()
    return client


@pytest.mark.filterwarnings("error")
def test_the_high_level_api_reads_back_what_was_set(tcp_engine: EngineProcess) -> None:
    from unrealcv.api import UnrealCv_API

    first = _client(tcp_engine)
    for command in (
        "vset /objects/spawn SpinegenStage Stage_0",
        "vset /objects/spawn box Box_1 300 40 0",
        "vset /object/Box_1/color 10 200 30",
        "vset /object/Box_1/rotation 0 90 0",
        "vset /object/Box_1/scale 2 1 1",
        "vset /camera/0/location 0 0 100",
        "vset /camera/0/rotation -10 5 1",
        "vset /camera/0/fov 70",
        "vset /camera/0/size 160 120",
    ):
        assert not first.request(command).startswith("error"), command
    assert first.request("vset /cameras/spawn") == "FusionCameraActor_0"
    first.disconnect()

    (host, port), _ = tcp_engine.endpoint  # type: ignore[misc]
    api = UnrealCv_API(port, host, (160, 120))
    assert api.get_server_version() == "1.1.0"
    assert api.get_camera_num() == 2
    assert api.cam[0]["location"] == [0.0, 0.0, 100.0]
    assert api.cam[0]["rotation"] == [-10.0, 5.0, 1.0]
    assert float(api.cam[0]["fov"]) == 70.0
    assert set(api.get_objects()) == {"Stage_0", "Box_1", *LEVEL}
    assert api.obj_dict["Box_1"] == [10, 200, 30]
    assert api.get_obj_location("Box_1") == [300.0, 40.0, 0.0]
    assert api.get_obj_rotation("Box_1") == [0.0, 90.0, 0.0]
    assert api.get_obj_scale("Box_1") == [2.0, 1.0, 1.0]
    assert api.get_obj_uclass("Box_1") == "box"
    np.testing.assert_allclose(np.array(api.get_obj_bounds("Box_1"), float), [275, -10, 0, 325, 90, 50], atol=1e-3)
    assert len(api.get_vertex_locations("Box_1")) == 24
    assert np.shape(api.get_image(0, "lit", "png")) == (120, 160, 3)
    mask = np.asarray(api.get_image(0, "object_mask", "bmp"))
    assert 500 < np.count_nonzero(api.get_mask(mask, "Box_1")) < 5000
    depth = np.asarray(api.get_depth(0))
    assert depth.shape == (120, 160, 1)
    assert 200 < depth[mask[..., 1] == 200].min() < 300
    api.set_pause()
    assert api.get_is_paused()
    api.set_resume()
    assert not api.get_is_paused()
    assert api.set_new_obj("sphere", "Ball_1") == "Ball_1"
    api.set_hide_obj("Box_1")
    assert not (np.asarray(api.get_image(0, "object_mask", "png")) == [30, 200, 10]).all(-1).any()
    api.destroy_obj("Ball_1")
    assert set(api.get_objects()) == {"Stage_0", "Box_1", *LEVEL}
    api.client.disconnect()


def test_a_unix_socket_serves_the_same(engine: EngineProcess) -> None:
    client = _client(engine)
    stage = client.request("vset /objects/spawn SpinegenStage Stage_7")
    reply = client.request(actor_calls.format_call(stage, actor_calls.STAGE, "SetExposure", 0.5))
    assert actor_calls.return_value(reply) == "ok"
    assert "Renderer: " in client.request("vget /unrealcv/status")
    client.request("vset /object/Stage_7/destroy")
    client.disconnect()


def test_a_taken_port_is_said(tcp_engine: EngineProcess, tmp_path: Path) -> None:
    (_, port), _ = tcp_engine.endpoint  # type: ignore[misc]
    arguments = [
        sys.executable,
        "-m",
        "spinegen.engine.server.serve",
        f"127.0.0.1:{port}",
        "draft",
        str(tmp_path / "engine"),
    ]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    assert ended.returncode == EngineError.exit_code
    assert ended.stdout.startswith(f"failed\tcannot listen on 127.0.0.1:{port}")


def test_an_engine_that_cannot_start_says_why() -> None:
    with pytest.raises(EngineError, match="quality must be one of"):
        start_engine("splendid")


def test_an_engine_ends_with_its_parent() -> None:
    running = start_engine("draft")
    assert running.process.stdin is not None
    running.process.stdin.close()
    assert running.process.wait(timeout=20) == 0
    running.stop()
    assert not running.folder.exists()


def test_two_engines_draw_the_same_bytes(engine: EngineProcess, tcp_engine: EngineProcess) -> None:
    pictures = []
    for one in (engine, tcp_engine):
        client = _client(one)
        client.request("vset /action/game/level SpinegenStage")
        client.request("vset /objects/spawn SpinegenStage Stage_9")
        client.request("vbp Stage_9 Reset")
        client.request("vset /camera/0/size 200 150")
        client.request("vset /camera/0/location -300 0 120")
        client.request("vset /camera/0/rotation -8 0 0")
        client.request("vset /camera/0/fov 70")
        for name, text in (
            ("SetGround", '{"surface":{"kind":"gravel","seed":4}}'),
            ("SetBackdrop", '{"kind":"park","seed":2}'),
            ("SpawnProp", '{"name":"Plant","kind":"plant","seed":5}'),
            ("SpawnProp", '{"name":"Shelf","kind":"shelf","seed":6,"location_cm":[80,90,0]}'),
        ):
            assert not client.request(f"vbp Stage_9 {name} {text}").startswith("error")
        pictures.append([client.request(f"vget /camera/0/{kind} npy") for kind in ("lit", "object_mask", "depth")])
        client.disconnect()
    assert pictures[0] == pictures[1]
