"""`I/N`: one of N shards of a stage's work, 1-based."""

import re


def checked_shard(value: str | None) -> str | None:
    """The text itself. Raises ValueError: it is not I/N with 1 <= I <= N."""
    if value is not None:
        match = re.fullmatch(r"(\d+)/(\d+)", value)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise ValueError("must be I/N with 1 <= I <= N, such as 2/8")
    return value


def shard_of(shard: str | None) -> tuple[int, int]:
    """(I, N); (1, 1) is everything."""
    index, _, count = (shard or "1/1").partition("/")
    return int(index), int(count)
