"""Start an engine of our own: a subprocess on a unix socket (or a free port) that ends with its parent."""

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from ...errors import EngineError
from ...threads import ONE_THREAD

START_TIMEOUT_S = 120.0


@dataclass
class EngineProcess:
    """A running engine. Use as a context manager, or call `stop`."""

    address: str
    """A socket's path, or HOST:PORT."""
    renderer: str
    """GL_RENDERER."""
    process: subprocess.Popen[str]
    folder: Path = field(repr=False)

    @property
    def endpoint(self) -> tuple[str | tuple[str, int], str]:
        """(endpoint, type) as `unrealcv.Client` takes them."""
        if "/" in self.address:
            return self.address, "unix"
        host, _, port = self.address.rpartition(":")
        return (host, int(port)), "inet"

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the engine and remove its folder."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "EngineProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_engine(
    quality: str = "standard",
    *,
    tcp: bool = False,
    log: Path | None = None,
    timeout_s: float = START_TIMEOUT_S,
    threads: int | None = None,
) -> EngineProcess:
    """Spawn an engine and wait until it answers.

    Args:
        tcp: listen on a free port of 127.0.0.1 instead of a unix socket.
        log: file for the engine's log; nothing is kept by default.
        threads: drawing threads of the software renderer; its own choice by default.

    Raises:
        EngineError: it did not start (no GL, say) or did not answer in time.
    """
    folder = Path(tempfile.mkdtemp(prefix="spinegen-engine-"))
    address = "127.0.0.1:0" if tcp else str(folder / "engine.socket")
    environment = dict(os.environ) | ONE_THREAD
    if threads is not None:
        environment["LP_NUM_THREADS"] = str(threads)
    command = [sys.executable, "-m", "spinegen.engine.server.serve", address, quality, str(folder)]
    with contextlib.ExitStack() as stack:
        stderr = stack.enter_context(log.open("ab")) if log is not None else subprocess.DEVNULL
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment
        )
    line = _first_line(process, timeout_s)
    state, _, rest = line.partition("\t")
    if state == "ready":
        where, _, renderer = rest.partition("\t")
        return EngineProcess(where, renderer.strip(), process, folder)
    process.kill()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)
    if state == "failed":
        raise EngineError(f"the engine did not start: {rest.strip()}")
    raise EngineError(f"the engine did not answer within {timeout_s:.0f} s (exit code {process.returncode})")


def _first_line(process: subprocess.Popen[str], timeout_s: float) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        ready, _, _ = select.select([process.stdout], [], [], 0.2)
        if ready:
            return process.stdout.readline()
        if process.poll() is not None:
            break
    return ""
