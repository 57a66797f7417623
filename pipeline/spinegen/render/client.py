"""One connection to an UnrealCV engine; after any failure it is dead and a new one must be made."""

import contextlib
import io
import warnings
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..engine.protocol import actor_calls
from ..errors import EngineError
from .endpoint import Endpoint, describe
from .quiet_client import QuietClient

TIMEOUT_S = 60.0
"""No command of ours takes longer on a working engine."""


class Connection:
    """Requests with time limits and errors of ours."""

    def __init__(self, endpoint: Endpoint, timeout_s: float = TIMEOUT_S) -> None:
        """Connect.

        Raises:
            EngineError: nobody answers there as an UnrealCV server.
        """
        self.endpoint, self.timeout_s = endpoint, timeout_s
        self._client: Any = QuietClient(endpoint, "unix" if isinstance(endpoint, str) else "inet")
        self._dead = ""
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            connected = self._client.connect()
        if not connected:
            raise EngineError(
                f"no UnrealCV engine answers at {describe(endpoint)}; is it running, and free of other clients?"
            )

    def close(self) -> None:
        """Disconnect."""
        self._dead = self._dead or "closed"
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
            self._client.disconnect()

    def request(self, command: str, timeout_s: float | None = None) -> str | bytes:
        """One command's reply.

        Raises:
            EngineError: the engine answered an error.
            ConnectionLost: it did not answer in time or has gone; the connection is dead.
        """
        if self._dead:
            raise ConnectionLost(f"the connection to {describe(self.endpoint)} is dead: {self._dead}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reply = self._client.request(command, timeout=timeout_s or self.timeout_s)
        except (ConnectionError, TimeoutError, OSError, AssertionError) as error:
            self._dead = str(error) or type(error).__name__
            self.close()
            raise ConnectionLost(f"{command[:60]!r}: {self._dead}") from error
        if not isinstance(reply, str | bytes):
            self._dead = "the engine closed the connection"
            raise ConnectionLost(f"{command[:60]!r}: {self._dead}")
        if isinstance(reply, str) and reply.startswith("error"):
            raise EngineError(f"the engine answered {reply[:300]!r} to {command[:80]!r}")
        return reply

    def text(self, command: str) -> str:
        """A reply that must be text."""
        reply = self.request(command)
        if isinstance(reply, bytes):
            raise EngineError(f"{command[:60]!r}: the engine answered {len(reply)} bytes, expected text")
        return reply

    def order(self, command: str) -> None:
        """A command that must be answered `ok`."""
        reply = self.text(command)
        if reply.strip() != "ok":
            raise EngineError(f"{command[:60]!r}: the engine answered {reply[:200]!r}, expected 'ok'")

    def call(self, object_name: str, actor: str, name: str, *arguments: float | int | str) -> str:
        """One call of an actor of ours; its return value."""
        return actor_calls.return_value(self.request(actor_calls.format_call(object_name, actor, name, *arguments)))

    def picture(self, command: str, width: int, height: int) -> NDArray[np.uint8]:
        """A png or bmp reply as `(H, W, 3)` RGB.

        Raises:
            EngineError: not a picture, or of another size.
        """
        decoded = cv2.imdecode(np.frombuffer(self._binary(command), np.uint8), cv2.IMREAD_COLOR)
        if decoded is None or decoded.shape != (height, width, 3):
            found = "no picture" if decoded is None else f"{decoded.shape[1]} x {decoded.shape[0]}"
            raise EngineError(f"{command}: expected {width} x {height} pixels, found {found}")
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.uint8)

    def depth_m(self, command: str, width: int, height: int) -> NDArray[np.float32]:
        """A depth npy in centimetres as `(H, W)` metres.

        Raises:
            EngineError: not an array, or of another size.
        """
        try:
            depth = np.load(io.BytesIO(self._binary(command)), allow_pickle=False)
        except ValueError as error:
            raise EngineError(f"{command}: not an npy array: {error}") from error
        depth = depth[..., 0] if depth.ndim == 3 else depth
        if depth.shape != (height, width):
            raise EngineError(f"{command}: expected {width} x {height} pixels, found an array of shape {depth.shape}")
        return (depth.astype(np.float32)) * np.float32(0.01)

    def _binary(self, command: str) -> bytes:
        reply = self.request(command)
        return reply.encode("utf-8") if isinstance(reply, str) else reply


class ConnectionLost(EngineError):
    """The engine did not answer or has gone."""
