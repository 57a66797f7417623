"""Engines as the client finds them: one of ours in a process of its own, or one that somebody else runs."""

import os
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ..engine.server.launch import EngineProcess, start_engine
from ..errors import EngineError
from .client import Connection
from .endpoint import parse_endpoint

START_S = 300.0
"""An engine that is started by a command answers within this time."""


class EngineSource(Protocol):
    """Where connections come from."""

    def connect(self) -> Connection:
        """A fresh connection to an engine that works, started anew where it has gone."""
        ...

    def discard(self) -> None:
        """The engine misbehaved or is worn: end it where it is ours."""
        ...


class EmbeddedEngine:
    """Our engine in a child process."""

    def __init__(self, threads: int | None = None, log: Path | None = None) -> None:
        """`threads`: drawing threads of a software renderer, its own choice by default; `log`: where the engine complains."""
        self._threads, self._log = threads, log
        self._engine: EngineProcess | None = None
        self._connection: Connection | None = None

    def connect(self) -> Connection:
        """Start the child and connect.

        Raises:
            EngineError: it does not start, for example because there is no GL.
        """
        self.discard()
        self._engine = start_engine(threads=self._threads, log=self._log)
        self._connection = Connection(parse_endpoint(self._engine.address))
        return self._connection

    def discard(self) -> None:
        """Disconnect and end the child."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._engine is not None:
            self._engine.stop()
            self._engine = None


class ForeignEngine:
    """An engine at an address, restarted by a command where one is given."""

    def __init__(self, address: str, command: str | None) -> None:
        self._endpoint = parse_endpoint(address)
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def connect(self) -> Connection:
        """Connect, after starting the engine by its command where it is not running (it gets minutes to load its level).

        Raises:
            EngineError: nobody answers within `START_S`.
        """
        if self._command and (self._process is None or self._process.poll() is not None):
            self._process = subprocess.Popen(shlex.split(self._command), start_new_session=True)
        deadline = time.monotonic() + (START_S if self._command else 5.0)
        while True:
            try:
                self._connection = Connection(self._endpoint)
                return self._connection
            except EngineError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def discard(self) -> None:
        """Disconnect; end the process where we started it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            # The command may be a script that started the engine: its whole group ends.
            _signal_group(self._process, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                _signal_group(self._process, signal.SIGKILL)
                self._process.wait()
            self._process = None


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
