"""One sitting of `spinegen label edit`."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe

from ...errors import UsageError
from ..folder import LabelFolder
from .server import EditServer

LEAST_TOKEN = 30


def edit(root: Path, by: str, port: int, on_ready: Callable[[str], None]) -> tuple[int, int]:
    """Serve the folder until Ctrl-C, held against other commands.

    Args:
        on_ready: is told the address.

    Returns:
        Pictures that are done, and all.

    Raises:
        DatasetError: the folder was not prepared, or a file in it is damaged.
        WorkspaceError: another command works on it.
        UsageError: the port is taken.
    """
    folder = LabelFolder(root)
    folder.read_set()
    with folder.held():
        labels = folder.all_labels()
        with _opened(folder, by, port) as server:
            on_ready(server.address)
            with suppress(KeyboardInterrupt):
                server.serve_forever(poll_interval=0.2)
        labels = folder.all_labels()
    return sum(one.done for one in labels), len(labels)


def _opened(folder: LabelFolder, by: str, port: int) -> EditServer:
    """At the last sitting's address where that is free: a page that is still open then saves what it holds."""
    last = _last_address(folder)
    token = last[1] if last else token_urlsafe(24)
    ports = [last[0], 0] if last and port == 0 else [port]
    why = ""
    for tried in ports:
        try:
            server = EditServer(folder.root, by, tried, token)
        except OSError as error:
            why = error.strerror or str(error)
            continue
        _remember(folder, server)
        return server
    raise UsageError(f"--port {port}: cannot be listened on: {why}; 0 takes a free one")


def _file(folder: LabelFolder) -> Path:
    return folder.looks.parent / "address"


def _last_address(folder: LabelFolder) -> tuple[int, str] | None:
    """Port and secret, or None where there is none that only this user can read."""
    try:
        if _file(folder).stat().st_mode & 0o077:
            return None
        port, token = _file(folder).read_text(encoding="ascii").split()
        return (int(port), token) if 0 < int(port) < 65536 and len(token) >= LEAST_TOKEN else None
    except (OSError, ValueError):
        return None


def _remember(folder: LabelFolder, server: EditServer) -> None:
    _file(folder).unlink(missing_ok=True)
    handle = os.open(_file(folder), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{server.guard.port} {server.guard.token}\n")
