"""The client against servers that misbehave: every fault ends in one of our errors, soon."""

import asyncio
import threading
import time

import numpy as np
import pytest

from spinegen.engine.protocol import wire
from spinegen.engine.protocol.images import encode_bmp, encode_npy
from spinegen.engine.server.server import Server
from spinegen.errors import EngineError
from spinegen.render.client import Connection, ConnectionLost
from spinegen.render.endpoint import parse_endpoint

PICTURE = np.random.default_rng(0).integers(0, 255, (6, 8, 3), np.uint8)


def answer(command: str) -> str | bytes:
    """A small engine."""
    replies: dict[str, str | bytes] = {
        "vget /unrealcv/commands": "vget /unrealcv/commands",
        "vget /picture": encode_bmp(PICTURE),
        "vget /depth": encode_npy(np.full((6, 8), 250.0, np.float32)),
        "vset /good": "ok",
        "vset /odd": "perhaps",
        "vbp A SetPose": '{"ReturnValue":"7"}',
    }
    if command == "vget /slow":
        time.sleep(3.0)
    return replies.get(command, f"error No handler found for URI '{command}'")


@pytest.fixture
def address(tmp_path):
    """A socket on which a small engine answers."""
    loop, path = asyncio.new_event_loop(), tmp_path / "engine.socket"
    server = loop.run_until_complete(Server(answer).listen_unix(path))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield str(path)
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def test_pictures_and_depth_arrive_as_they_were_sent(address):
    connection = Connection(address)
    assert (connection.picture("vget /picture", 8, 6) == PICTURE).all()
    assert np.allclose(connection.depth_m("vget /depth", 8, 6), 2.5)
    connection.close()


def test_a_picture_of_another_size_is_refused(address):
    with pytest.raises(EngineError, match="expected 9 x 6 pixels, found 8 x 6"):
        Connection(address).picture("vget /picture", 9, 6)


def test_text_where_a_picture_should_be_is_refused(address):
    with pytest.raises(EngineError, match="found no picture"):
        Connection(address).picture("vset /good", 8, 6)


def test_an_error_of_the_engine_is_told_and_leaves_the_connection_alive(address):
    connection = Connection(address)
    with pytest.raises(EngineError, match="No handler"):
        connection.request("vget /nothing")
    connection.order("vset /good")


def test_an_order_that_is_not_confirmed_is_an_error(address):
    with pytest.raises(EngineError, match="'perhaps'"):
        Connection(address).order("vset /odd")


def test_an_engine_that_hangs_is_given_up_after_the_time_limit_and_the_connection_is_dead(address):
    connection = Connection(address, timeout_s=0.3)
    with pytest.raises(ConnectionLost, match="timed out"):
        connection.request("vget /slow")
    with pytest.raises(ConnectionLost, match="dead"):
        connection.request("vset /good")


def test_an_engine_that_closes_the_connection_ends_the_waiting_request_at_once(tmp_path):
    """A server that greets, answers once and goes."""
    loop, path = asyncio.new_event_loop(), tmp_path / "leaving.socket"

    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Server._send(Server(answer), writer, b"connected to Leaving")
        number, command = wire.parse_request(await wire.read_frame(reader))
        await Server._send(Server(answer), writer, number + b":" + str(answer(command)).encode())
        await wire.read_frame(reader)
        writer.close()

    server = loop.run_until_complete(asyncio.start_unix_server(leave, path))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    connection = Connection(str(path), timeout_s=30)
    with pytest.raises(ConnectionLost, match="closed the connection"):
        connection.request("vget /picture")
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)


def test_nobody_at_the_address_is_a_clear_error(tmp_path):
    with pytest.raises(EngineError, match="no UnrealCV engine answers at"):
        Connection(str(tmp_path / "nobody.socket"))


def test_what_is_no_unrealcv_server_is_a_clear_error(tmp_path):
    """A server that greets with something else."""
    loop, path = asyncio.new_event_loop(), tmp_path / "other.socket"

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(wire.HEADER.pack(wire.MAGIC, 5) + b"hello")
        writer.close()

    server = loop.run_until_complete(asyncio.start_unix_server(greet, path))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with pytest.raises(EngineError, match="no UnrealCV engine answers"):
        Connection(str(path))
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)


def test_addresses_are_host_and_port_or_a_socket():
    assert parse_endpoint("127.0.0.1:9000") == ("127.0.0.1", 9000)
    assert parse_endpoint("/tmp/unrealcv_9000.socket") == "/tmp/unrealcv_9000.socket"
    for wrong in ("localhost", "host:0", "host:99999", ""):
        with pytest.raises(EngineError, match="HOST:PORT"):
            parse_endpoint(wrong)
