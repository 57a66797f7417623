"""Where an engine listens."""

import re

from ..errors import EngineError

Endpoint = tuple[str, int] | str
"""(host, port), or the path of a unix socket."""


def parse_endpoint(text: str) -> Endpoint:
    """`HOST:PORT`, or the path of a unix socket.

    Raises:
        EngineError: neither.
    """
    match = re.fullmatch(r"(?P<host>[^/\s]+):(?P<port>\d{1,5})", text)
    if match and 0 < int(match["port"]) < 65536:
        return match["host"].strip("[]"), int(match["port"])
    if "/" in text or text.endswith((".socket", ".sock")):
        return text
    raise EngineError(f"engine {text!r} is none of: embedded, HOST:PORT, or the path of a unix socket")


def describe(endpoint: Endpoint) -> str:
    """An endpoint as users write it."""
    return endpoint if isinstance(endpoint, str) else f"{endpoint[0]}:{endpoint[1]}"
