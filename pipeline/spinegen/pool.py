"""Work shared out over processes of this machine, or over a Dask cluster: results stream back, killed workers are replaced."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import TerminatedWorkerError

from .errors import SpinegenError, UsageError
from .threads import ONE_THREAD, one_thread

DEATHS_WITHOUT_PROGRESS = 3
"""Times that workers may be killed one after the other (for example by a lack of memory) with nothing finished between."""
WORKER_TIMEOUT_S = 60.0
"""A scheduler without any worker is waited for this long."""
_COUNTED_EVERY_S = 5.0

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class _Pool:
    submit: Callable[[Callable[[Any], Any], Any], "Future[Any]"]
    room: Callable[[], int]
    """Items that may be out at once: one in work and one waiting for each worker."""
    deaths: tuple[type[Exception], ...]
    """What it raises when workers were killed."""


def pooled(
    function: Callable[[ItemT], ResultT],
    items: Iterable[ItemT],
    jobs: int,
    dask: str | None = None,
    *,
    at_end: Callable[[], None] | None = None,
    held_up: Callable[[], bool] = lambda: False,
) -> Iterator[ResultT]:
    """`function(item)` of every item, in the order in which they are done.

    Items are taken from their source, by the calling thread, only as workers become free, so it may be as long as it likes. After
    a worker was killed, only what had not come back is done again; `function` must bear that.

    Args:
        function: importable by workers, as its items and results are picklable.
        items: the work.
        jobs: worker processes; those of a Dask cluster are as many as it has.
        dask: address of a Dask scheduler.
        at_end: called once on every worker of a cluster, which lives on; local workers end.
        held_up: while it says so, nothing more is handed out.

    Raises:
        SpinegenError: workers are killed again and again.
        UsageError: no Dask scheduler or worker answers, or Dask is not installed.
    """
    source, waiting, deaths = iter(items), deque[ItemT](), 0
    while True:
        running: dict[Future[ResultT], ItemT] = {}
        with _opened(jobs, dask, at_end) as pool:
            try:
                while True:
                    if not (running and held_up()):
                        _hand_out(pool, function, source, waiting, running=running)
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        result = future.result()
                        del running[future]
                        deaths = 0
                        yield result
            except pool.deaths as error:
                waiting.extend(running.values())
                deaths += 1
                if deaths == DEATHS_WITHOUT_PROGRESS:
                    raise SpinegenError(
                        f"workers were killed {deaths} times with nothing finished between; is there enough memory? Try fewer "
                        f"--jobs (last: {' '.join(str(error).split())[:200]})"
                    ) from error
            except CancelledError as error:
                raise SpinegenError(
                    f"--dask {dask}: the scheduler has gone; the same command goes on from here"
                ) from error


def pooled_in_order(function: Callable[[ItemT], ResultT], items: Iterable[ItemT], jobs: int) -> Iterator[ResultT]:
    """As `pooled`, on this machine, in the order of the items; a few results at most are kept back, so that memory stays flat."""
    kept: dict[int, ResultT] = {}
    wanted = 0
    work = ((function, number, item) for number, item in enumerate(items))
    for number, result in pooled(_numbered, work, jobs, held_up=lambda: len(kept) >= 2 * jobs):
        kept[number] = result
        while wanted in kept:
            yield kept.pop(wanted)
            wanted += 1


def _numbered(work: tuple[Callable[[ItemT], ResultT], int, ItemT]) -> tuple[int, ResultT]:
    function, number, item = work
    return number, function(item)


def _hand_out(
    pool: _Pool,
    function: Callable[[Any], Any],
    source: Iterator[Any],
    waiting: deque[Any],
    *,
    running: "dict[Future[Any], Any]",
) -> None:
    room = pool.room()
    while len(running) < room:
        if not waiting:
            try:
                waiting.append(next(source))
            except StopIteration:
                return
        running[pool.submit(function, waiting[0])] = waiting[0]
        waiting.popleft()


@contextmanager
def _opened(jobs: int, dask: str | None, at_end: Callable[[], None] | None) -> Iterator[_Pool]:
    with _local(jobs) if dask is None else _cluster(dask, at_end) as pool:
        yield pool


@contextmanager
def _local(jobs: int) -> Iterator[_Pool]:
    executor = get_reusable_executor(max_workers=jobs, timeout=600, env=ONE_THREAD)
    try:
        yield _Pool(
            lambda function, item: executor.submit(_watched, function, item),
            lambda: 2 * jobs,
            (TerminatedWorkerError,),
        )
    finally:
        executor.shutdown(wait=True, kill_workers=True)


@contextmanager
def _cluster(address: str, at_end: Callable[[], None] | None) -> Iterator[_Pool]:
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise UsageError("--dask needs the dask extra: pip install 'spinegen[dask]'") from None
    try:
        client = Client(address, timeout="20s")
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(f"--dask {address}: no Dask scheduler answers there: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKER_TIMEOUT_S)
        except TimeoutError:
            raise UsageError(
                f"--dask {address}: the scheduler has no worker; start some with: dask worker {address} --nthreads 1"
            ) from None
        executor = client.get_executor(pure=False, retries=2)
        try:
            yield _Pool(
                lambda function, item: executor.submit(_on_one_thread, function, item),
                _Counted(client).room,
                (KilledWorker,),
            )
        finally:
            executor.shutdown(wait=False)
            if at_end is not None:
                with suppress(OSError, TimeoutError):
                    client.run(at_end, on_error="ignore")


class _Counted:
    """Workers of a cluster, which may come and go."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._workers, self._counted = 1, float("-inf")

    def room(self) -> int:
        if time.monotonic() - self._counted > _COUNTED_EVERY_S:
            with suppress(OSError, TimeoutError):
                self._workers = max(1, len(self._client.nthreads()))
            self._counted = time.monotonic()
        return 2 * self._workers


BEFORE_LEAVING: list[Callable[[], None]] = []
"""What a worker of this machine still does when the process that asked has gone."""
_watching = False


def _on_one_thread(function: Callable[[Any], Any], item: Any) -> Any:
    """On a worker that somebody else started, with threads of its own choice."""
    with one_thread():
        return function(item)


def _watched(function: Callable[[Any], Any], item: Any) -> Any:
    _end_with_parent()
    return function(item)


def _end_with_parent() -> None:
    """Leave when the process that asked has gone, however it went: no worker stays behind."""
    global _watching
    if _watching:
        return
    _watching = True
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        for function in BEFORE_LEAVING:
            function()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
