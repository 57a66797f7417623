"""UnrealCV's framing: magic number, payload size, payload; requests and replies carry `<id>:` in front."""

import asyncio
import re
import struct

MAGIC = 0x9E2B83C1
HEADER = struct.Struct("<II")
MAX_REQUEST_BYTES = 16 * 2**20
"""Largest request that we accept; UnrealCV's own limit of 256 MiB is only of use for replies."""
MAX_REPLY_BYTES = 256 * 2**20

_REQUEST = re.compile(rb"(\d{1,18}):(.*)", re.DOTALL)


class WireError(Exception):
    """The peer does not speak the protocol; the connection must be closed."""


def frame(payload: bytes) -> bytes:
    """Payload with its header."""
    return HEADER.pack(MAGIC, len(payload)) + payload


def parse_request(payload: bytes) -> tuple[bytes, str]:
    """(id, command) of a request's payload.

    Raises:
        WireError: no id, or not UTF-8.
    """
    match = _REQUEST.fullmatch(payload)
    if match is None:
        raise WireError("a request must read `<id>:<command>`")
    try:
        return match.group(1), match.group(2).decode("utf-8")
    except UnicodeDecodeError:
        raise WireError("a command must be UTF-8") from None


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """The next payload.

    Raises:
        WireError: wrong magic number, nothing in it, or larger than `MAX_REQUEST_BYTES`.
        asyncio.IncompleteReadError: the peer has gone.
    """
    magic, size = HEADER.unpack(await reader.readexactly(HEADER.size))
    if magic != MAGIC:
        raise WireError(f"wrong magic number 0x{magic:08X}")
    if not 0 < size <= MAX_REQUEST_BYTES:
        raise WireError(f"payload of {size} bytes, allowed are 1 to {MAX_REQUEST_BYTES}")
    return await reader.readexactly(size)
