"""What a whole test run shares."""

from collections.abc import Iterator

import pytest

from spinegen.engine.server.launch import EngineProcess, start_engine


@pytest.fixture(scope="session")
def engine() -> Iterator[EngineProcess]:
    """An engine that runs all the while, for drawing where it does not matter who started it; it serves one client at a time."""
    with start_engine("standard") as process:
        yield process
