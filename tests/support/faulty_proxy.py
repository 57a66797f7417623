"""A proxy between client and engine, which speaks UnrealCV to both and puts one fault after the other into the replies."""

import asyncio
import re
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

from spinegen.engine.protocol import wire
from spinegen.engine.protocol.images import encode_bmp
from spinegen.render.client import Connection
from spinegen.render.endpoint import parse_endpoint

SLOW_S = 8.0


class FaultyProxy:
    """An engine called UnrealEngine at `address`, drawn by the one at `behind`; its masks are UnrealCV's own.

    Faults: `old` answers a lit picture with the one before, once in a while; `off` shifts mask colours by 1 or 2; `tall` draws a frame
    that is taller than wide with the field of view across its height; `slow` answers one request beyond the time limit;
    `closes` drops the client in the middle of a frame.
    """

    def __init__(self, address: Path, behind: str, faults: tuple[str, ...]) -> None:
        self.address, self.faults = address, faults
        self.injected: Counter[str] = Counter()
        self.clients = 0
        self.commands: list[str] = []
        self._behind = Connection(parse_endpoint(behind))
        self._lit: bytes | None = None
        self._size = (640, 480)
        self._seen: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(asyncio.start_unix_server(self._serve, address, limit=2 * wire.MAX_REQUEST_BYTES))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and let go of the engine."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._behind.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients += 1
        writer.write(wire.frame(b"connected to UnrealProject"))
        try:
            while True:
                number, command = wire.parse_request(await wire.read_frame(reader))
                self.commands.append(command)
                reply = self._reply(command)
                if reply is None:
                    break
                writer.write(wire.frame(number + b":" + reply))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _due(self, fault: str, which: set[int]) -> bool:
        self._seen[fault] += 1
        if fault not in self.faults or self._seen[fault] not in which:
            return False
        self.injected[fault] += 1
        return True

    def _reply(self, command: str) -> bytes | None:
        if "SetMaskActors" in command:
            return b"error Argument Invalid"
        if "/object_mask" in command:
            if self._due("slow", {2}):
                time.sleep(SLOW_S)
            if self._due("closes", {3}):
                return None
        found = re.search(r"/size (\d+) (\d+)", command)
        if found:
            self._size = (int(found[1]), int(found[2]))
        width, height = self._size
        if "tall" in self.faults and height > width and "/fov " in command:
            self.injected["tall"] += 1
            head, _, fov = command.rpartition(" ")
            across = 2 * np.degrees(np.arctan(np.tan(np.radians(float(fov)) / 2) * width / height))
            command = f"{head} {across:.6f}"
        try:
            reply = self._behind.request(command)
        except Exception as error:
            return str(error).encode()
        if command == "vget /unrealcv/status":
            return re.sub("Engine: .*", "Engine: UnrealEngine 5.4", str(reply)).encode()
        data = reply if isinstance(reply, bytes) else reply.encode()
        if "/lit " in command:
            before, self._lit = self._lit, data
            if before is not None and self._due("old", set(range(2, 400, 3))):
                return before
        if "/object_mask" in command and "off" in self.faults:
            self.injected["off"] += 1
            colours = self._behind.picture(command, width, height).astype(int)
            shift = np.where(np.indices(colours.shape).sum(0) % 2, 2, -1)
            return encode_bmp(
                np.where(colours.max(-1, keepdims=True) > 0, colours + shift, colours).clip(0, 255).astype(np.uint8)
            )
        return data
