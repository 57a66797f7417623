"""Nothing that a client sends ends the server, and only one client is served."""

import contextlib
import socket
import struct
from collections.abc import Iterator

import pytest

from spinegen.engine.protocol import wire
from spinegen.engine.server.launch import EngineProcess

pytestmark = pytest.mark.gl


class Raw:
    """A client without manners."""

    def __init__(self, engine: EngineProcess) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(120)
        self.socket.connect(engine.address)

    def receive(self) -> bytes | None:
        header = self._exactly(8)
        if header is None:
            return None
        magic, size = struct.unpack("<II", header)
        assert magic == wire.MAGIC
        return self._exactly(size)

    def _exactly(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                return None
            data += part
        return data

    def ask(self, command: str, number: int = 0) -> bytes:
        self.socket.sendall(wire.frame(f"{number}:{command}".encode()))
        reply = self.receive()
        assert reply is not None
        assert reply.startswith(f"{number}:".encode())
        return reply.partition(b":")[2]

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def raw(engine: EngineProcess) -> Iterator[Raw]:
    client = _connected(engine)
    yield client
    client.close()


def _connected(engine: EngineProcess) -> Raw:
    """A client that is served; the one before may still be on its way out."""
    for _ in range(100):
        client = Raw(engine)
        if client.receive() == b"connected to SpinegenEngine":
            return client
        client.close()
    raise AssertionError("the engine serves nobody")


def _still_serves(engine: EngineProcess) -> None:
    client = _connected(engine)
    assert client.ask("vget /unrealcv/version") == b"1.1.0"
    client.close()
    assert engine.alive


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("<II", 0x12345678, 4) + b"0:ab",
        struct.pack("<II", wire.MAGIC, 0),
        struct.pack("<II", wire.MAGIC, 2**31),
        wire.frame(b"no number"),
        wire.frame(b"0:\xff\xfe"),
    ],
    ids=["http", "wrong magic", "empty", "oversized", "no id", "not utf-8"],
)
def test_a_malformed_frame_ends_the_connection_only(engine: EngineProcess, raw: Raw, data: bytes) -> None:
    raw.socket.sendall(data)
    reply = raw.receive()
    assert reply is None or reply.startswith(b"error")
    assert raw.receive() is None
    _still_serves(engine)


def test_a_client_that_vanishes_mid_request_is_forgotten(engine: EngineProcess, raw: Raw) -> None:
    raw.socket.sendall(struct.pack("<II", wire.MAGIC, 1000) + b"0:vget /came")
    raw.close()
    _still_serves(engine)


def test_a_client_that_vanishes_before_its_picture_is_forgotten(engine: EngineProcess, raw: Raw) -> None:
    for number in range(5):
        raw.socket.sendall(wire.frame(f"{number}:vget /camera/0/lit bmp".encode()))
    raw.close()
    _still_serves(engine)


def test_a_second_client_is_refused_and_the_first_served_on(engine: EngineProcess, raw: Raw) -> None:
    second = Raw(engine)
    reply = second.receive()
    assert reply is not None
    assert reply.startswith(b"error")
    second.close()
    assert raw.ask("vget /unrealcv/version", 7) == b"1.1.0"


def test_many_requests_before_the_first_reply_is_read(raw: Raw) -> None:
    assert raw.ask("vset /camera/0/size 640 480") == b"ok"
    count = 12
    for number in range(count):
        raw.socket.sendall(wire.frame(f"{number}:vget /camera/0/lit bmp".encode()))
    sizes = set()
    for number in range(count):
        reply = raw.receive()
        assert reply is not None
        assert reply.startswith(f"{number}:BM".encode())
        sizes.add(len(reply.partition(b":")[2]))
    assert sizes == {54 + 640 * 480 * 4}


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("vset /camera/0/location 1 2", b"error Argument Invalid"),
        ("vset /camera/0/location a b c", b"error Argument Invalid"),
        ("vset /camera/0/location nan 0 0", b"error Argument Invalid"),
        ("vset /camera/0/fov 0", b"error Argument Invalid"),
        ("vset /camera/0/size 0 0", b"error Argument Invalid"),
        ("vset /camera/0/size 100000 100000", b"error Argument Invalid"),
        ("vset /camera/99/location 1 2 3", b"error Invalid sensor id"),
        ("vget /camera/0/lit jpg", b"error Invalid filename type, filename jpg"),
        ("vget /camera/0/depth png", b"error Invalid filename type, filename png"),
        ("vget /object/Nobody/location", b"error Cannot find object"),
        ("vset /objects/spawn Dragon D", b"error Argument Invalid"),
        ("vset /camera/0/projection_type fisheye", b"error Argument Invalid: projection_type"),
        ("vset /camera/0/ortho_width 0", b"error Argument Invalid: ortho_width"),
        ("vget /camera/9/ortho_width", b"error Invalid sensor id"),
        ("vset /action/game/level Mars", b"error Argument Invalid: level must be SpinegenStage"),
        ("vset /viewmode x-ray", b"error Argument Invalid: viewmode must be one of lit"),
        ("vset /action/eyes_distance -1", b"error Argument Invalid: eyes_distance"),
        ("vset /objects/spawn_from_path /Game/Chair", b"error Argument Invalid: an asset must be one of /Engine"),
        ("vget /camera/9/screenshot", b"error Invalid sensor id"),
        ("vget /camera/9/lit", b"error Invalid sensor id"),
        ("vget /camera/0/exposure_bias", b"error Not Implemented"),
        ("vrun stat fps", b"error Not Implemented"),
        ("vbp Nobody SetExposure 1", b"error Cannot find object"),
        ("vbp", b"error Argument Invalid"),
        ("vbatch x", b"error Argument Invalid"),
        ("", b"error No handler found for URI"),
        ("vget /moon", b"error No handler found for URI"),
    ],
)
def test_bad_commands_get_the_error_that_unrealcv_gives(raw: Raw, command: str, reply: bytes) -> None:
    assert raw.ask(command).startswith(reply)


def test_an_unknown_command_satisfies_old_and_new_clients(raw: Raw) -> None:
    reply = raw.ask("vget /moon")
    assert b"No handler found for URI" in reply
    assert b"Can not find a handler for URI" in reply


def test_a_batch_answers_in_order(raw: Raw) -> None:
    assert raw.ask("vbatch 2", 0) == b"ok"
    assert raw.ask("vset /camera/0/location 1 2 3", 1) == b"ok"
    assert raw.ask("vget /camera/0/location", 2) == b"1.000000 2.000000 3.000000"


@pytest.mark.parametrize(
    "name", ["../escaped.png", "/tmp/escaped.png", "a/../../escaped.png", "sub/x.png", "..png/../x.png"]
)
def test_pictures_are_written_into_the_engines_folder_only(engine: EngineProcess, raw: Raw, name: str) -> None:
    before = set(engine.folder.parent.iterdir())
    assert raw.ask(f"vget /camera/0/lit {name}").startswith(b"error Argument Invalid")
    assert set(engine.folder.parent.iterdir()) - before == set()
    assert raw.ask("vget /camera/0/lit kept.png") == str(engine.folder.resolve() / "kept.png").encode()
    assert (engine.folder / "kept.png").read_bytes().startswith(b"\x89PNG")
    (engine.folder / "kept.png").unlink()


def test_a_link_does_not_lead_out_of_the_folder(engine: EngineProcess, raw: Raw) -> None:
    outside = engine.folder.parent / f"{engine.folder.name}-outside.png"
    with contextlib.suppress(FileExistsError):
        (engine.folder / "link.png").symlink_to(outside)
    assert raw.ask("vget /camera/0/lit link.png").startswith(b"error Argument Invalid")
    assert not outside.exists()
    (engine.folder / "link.png").unlink()


@pytest.mark.parametrize(
    "command",
    [
        *(f"vset /camera/0/{name} 1" for name in ("reflection", "illumination", "exposure_method", "lit_source")),
        "vset /camera/0/auto_speed 1 1", "vset /camera/0/auto_brightness 1 1", "vset /camera/0/physical_exposure 1",
        "vset /camera/0/motion_blur 0 0 0 30", "vset /camera/0/focal 100 10",
        "vget /camera/0/optical_flow bmp", "vset /action/input/enable", "vset /action/keyboard Up 1", "vget /persistent_level/id", "vget /persistent_level/level_script_actor/id",
        "vget /object/A/material", "vset /object/A/material 0 M", "vrun stat fps", "vcmd x",
    ],
)  # fmt: skip
def test_what_unrealcv_knows_and_this_engine_does_not_do_is_said(raw: Raw, command: str) -> None:
    assert raw.ask(command) == b"error Not Implemented"
