"""The socket server: one client at a time, replies in order, and nothing that a client sends ends it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from ..protocol import wire
from .router import Reply

GREETING = b"connected to SpinegenEngine"
BUSY = b"error SpinegenEngine serves one client at a time and has one now"
SEND_TIMEOUT_S = 60.0
"""A client that reads nothing for so long is dropped."""

_log = logging.getLogger(__name__)


class Server:
    """Feeds the commands of the one client to `execute` and sends its replies."""

    def __init__(self, execute: Callable[[str], Reply]) -> None:
        self._execute = execute
        self._busy = False

    async def listen_tcp(self, host: str, port: int) -> asyncio.Server:
        """Listen on an address; raises OSError where that is taken."""
        return await asyncio.start_server(self._serve, host, port, limit=2 * wire.MAX_REQUEST_BYTES, backlog=8)

    async def listen_unix(self, path: Path) -> asyncio.Server:
        """Listen on a socket file; raises OSError where it cannot be made."""
        return await asyncio.start_unix_server(self._serve, path, limit=2 * wire.MAX_REQUEST_BYTES, backlog=8)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._busy:
            await self._send(writer, BUSY)
            await _close(writer)
            return
        self._busy = True
        try:
            await self._send(writer, GREETING)
            while True:
                number, command = wire.parse_request(await wire.read_frame(reader))
                reply = self._answer(command)
                await self._send(writer, number + b":" + (reply if isinstance(reply, bytes) else reply.encode()))
        except wire.WireError as error:
            _log.warning("client dropped: %s", error)
            await self._send(writer, f"error {error}".encode())
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as error:
            _log.info("client gone: %s", type(error).__name__)
        finally:
            self._busy = False
            await _close(writer)

    def _answer(self, command: str) -> Reply:
        try:
            reply = self._execute(command)
        except Exception:
            _log.exception("command failed: %s", command[:200])
            return "error the engine failed at this command; its log tells why"
        if len(reply) > wire.MAX_REPLY_BYTES:
            return f"error the reply has {len(reply)} bytes, allowed are {wire.MAX_REPLY_BYTES}"
        return reply

    async def _send(self, writer: asyncio.StreamWriter, payload: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(wire.HEADER.pack(wire.MAGIC, len(payload)))
            writer.write(payload)
        await asyncio.wait_for(writer.drain(), SEND_TIMEOUT_S)


async def _close(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(Exception):
        writer.close()
        await asyncio.wait_for(writer.wait_closed(), 2.0)
