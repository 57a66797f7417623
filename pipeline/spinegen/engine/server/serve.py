"""`spinegen engine serve`: the engine as a process that answers UnrealCV clients until it is told to end."""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import shutil
import signal
import socket
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ...errors import EngineError
from ...threads import one_thread
from ..gpu.renderer import Renderer
from .commands import execute
from .server import Server
from .session import Session

_log = logging.getLogger(__name__)


@one_thread()
def serve(
    host: str = "127.0.0.1",
    port: int | None = 9000,
    *,
    socket_path: Path | None = None,
    quality: str = "standard",
    folder: Path | None = None,
    until_stdin_closes: bool = False,
    on_ready: Callable[[str, str], None] | None = None,
) -> None:
    """Serve on `host:port`, on a unix socket, or on both, until SIGINT, SIGTERM or (if asked for) end of standard input.

    Args:
        port: 0 takes a free one; `None` serves only the socket.
        folder: where `name.png` requests are written; a fresh temporary one by default.
        on_ready: called once with (addresses, GL renderer) when clients may connect.

    Raises:
        EngineError: no GL, unknown quality, port taken, or a socket that cannot be made.
    """
    renderer = Renderer(quality)
    session = Session(renderer, folder)
    if port is not None and not _is_loopback(host):
        _log.warning(
            "%s is not a loopback address: UnrealCV has no passwords, so anybody who reaches it may use this engine",
            host,
        )
    asyncio.run(_run(session, host, port, socket_path, until_stdin_closes=until_stdin_closes, on_ready=on_ready))


async def _run(
    session: Session,
    host: str,
    port: int | None,
    socket_path: Path | None,
    *,
    until_stdin_closes: bool,
    on_ready: Callable[[str, str], None] | None,
) -> None:
    server, listening, addresses = Server(partial(execute, session)), [], []
    if port is not None:
        try:
            listening.append(await server.listen_tcp(host, port))
        except OSError as error:
            other = "--port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
            raise EngineError(
                f"cannot listen on {host}:{port}: {error.strerror or error}; choose another {other}"
            ) from error
        addresses.append(f"{host}:{listening[-1].sockets[0].getsockname()[1]}")
    if socket_path is not None:
        _remove_dead_socket(socket_path)
        try:
            listening.append(await server.listen_unix(socket_path))
        except OSError as error:
            raise EngineError(f"cannot make the socket {socket_path}: {error.strerror or error}") from error
        addresses.append(str(socket_path))
    if not listening:
        raise EngineError("nothing to listen on: give a port or a socket")
    session.address = " ".join(addresses)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, ended.set)
    if until_stdin_closes:
        loop.add_reader(sys.stdin.fileno(), lambda: ended.set() if not os.read(sys.stdin.fileno(), 4096) else None)
    if on_ready is not None:
        on_ready(session.address, session.renderer.name)
    try:
        await ended.wait()
    finally:
        for one in listening:
            one.close()
        if socket_path is not None:
            socket_path.unlink(missing_ok=True)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _remove_dead_socket(path: Path) -> None:
    """Remove a socket that a killed engine has left behind; one that answers, or another kind of file, stays."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise EngineError(f"cannot make the socket {path}: a file of that name is there")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise EngineError(f"cannot make the socket {path}: another engine serves it")


def main() -> None:
    """Entry of the process that `launch.start_engine` starts: `python -m spinegen.engine.server.serve SOCKET|HOST:PORT QUALITY FOLDER`."""
    address, quality, folder = sys.argv[1:4]
    host, _, port = address.rpartition(":")
    on_socket = "/" in address
    try:
        serve(
            host or "127.0.0.1",
            None if on_socket else int(port),
            socket_path=Path(address) if on_socket else None,
            quality=quality,
            folder=Path(folder),
            until_stdin_closes=True,
            on_ready=lambda addresses, renderer: print(f"ready\t{addresses}\t{renderer}", flush=True),
        )
    except EngineError as error:
        print(f"failed\t{error}\t", flush=True)
        sys.exit(error.exit_code)
    finally:
        # The launcher made it for this process and removes it too, unless it was killed.
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
