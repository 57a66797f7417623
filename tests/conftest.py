"""What a whole test run shares."""

from collections.abc import Iterator

import pytest

from spinegen.engine.server.launch import EngineProcess, start_engine
from spinegen.threads import one_thread


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Tests are shared out over processes; threads of linear algebra that wait for each other would cost more than they save."""
    with one_thread():
        yield


@pytest.fixture(scope="session")
def engine() -> Iterator[EngineProcess]:
    """An engine that runs all the while, for drawing where it does not matter who started it; it serves one client at a time."""
    with start_engine("standard") as process:
        yield process
