"""Work shared out over processes of this machine, or over a Dask cluster: results stream back, killed workers are replaced."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any, TypeVar

from .errors import SpinegenError, UsageError

DEATHS_WITHOUT_PROGRESS = 3
"""Times that workers may be killed one after the other (for example by a lack of memory) with nothing finished between."""

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def pooled(
    function: Callable[[ItemT], ResultT], items: Iterable[ItemT], jobs: int, dask: str | None = None
) -> Iterator[ResultT]:
    """`function(item)` of every item, in the order in which they are done.

    Items are taken from their source only as workers become free, so it may be as long as it likes. After a worker was killed, only
    what had not come back is done again; `function` must bear that.

    Args:
        function: importable by workers, as its items and results are picklable.
        items: the work.
        jobs: worker processes; those of a Dask cluster are as many as it has.
        dask: address of a Dask scheduler.

    Raises:
        SpinegenError: workers are killed again and again.
        UsageError: no Dask scheduler answers, or Dask is not installed.
    """
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    waiting: dict[int, ItemT] = {}
    source = _Shared(enumerate(items))
    deaths = 0
    while True:
        again = list(waiting.items())
        try:
            for number, result in _round(function, chain(again, source), waiting, jobs, dask):
                del waiting[number]
                deaths = 0
                yield result
            return
        except TerminatedWorkerError as error:
            deaths += 1
            if deaths == DEATHS_WITHOUT_PROGRESS:
                raise SpinegenError(
                    f"workers were killed {deaths} times with nothing finished between; is there enough memory? Try fewer --jobs "
                    f"(last: {' '.join(str(error).split())[:200]})"
                ) from error


class _Shared:
    """An iterator that a dispatching thread and its successor may both ask."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self._lock = threading.Lock()

    def __iter__(self) -> "_Shared":
        return self

    def __next__(self) -> Any:
        with self._lock:
            return next(self._source)


def _round(
    function: Callable[[Any], Any],
    work: Iterator[tuple[int, Any]],
    waiting: dict[int, Any],
    jobs: int,
    dask: str | None,
) -> Iterator[tuple[int, Any]]:
    from joblib import Parallel, delayed

    def calls() -> Iterator[Any]:
        for number, item in work:
            waiting[number] = item
            yield delayed(_numbered)(function, number, item)

    options: dict[str, Any] = {"return_as": "generator_unordered", "batch_size": 1, "pre_dispatch": "2*n_jobs"}
    try:
        with _backend(jobs, dask):
            results: Any = Parallel(**options)(calls())
            yield from results
    finally:
        if dask is None:
            from joblib.externals.loky import get_reusable_executor

            get_reusable_executor().shutdown(wait=True, kill_workers=True)


@contextmanager
def _backend(jobs: int, dask: str | None) -> Iterator[None]:
    from joblib import parallel_config

    if dask is None:
        # One thread of linear algebra a process: the work is already split.
        with parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
            yield
        return
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--dask needs the dask extra: pip install 'spinegen[dask]'") from None
    try:
        client = Client(dask, timeout="20s")
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(f"--dask {dask}: no Dask scheduler answers there: {error}") from error
    with client, parallel_config(backend="dask", client=client, retries=2, n_jobs=-1):
        yield


_watched = False


def _numbered(function: Callable[[Any], Any], number: int, item: Any) -> tuple[int, Any]:
    _end_with_parent()
    return number, function(item)


def _end_with_parent() -> None:
    """Leave when the process that asked has gone, however it went: no worker stays behind."""
    global _watched
    if _watched:
        return
    _watched = True
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
