"""Plays shots in one process, in several, or on a Dask cluster; results stream back as they come."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ..errors import EngineError, UsageError
from ..scenes.shot import Shot
from .settings import EMBEDDED, RenderSettings
from .worker import Drawn, Job, Worker, draw_in_worker

CHUNK = 12
"""Most shots handed to a worker at once."""
POOL_ATTEMPTS = 3
"""Times that a pool is made anew after a worker was killed (for example by a lack of memory)."""


def default_jobs(settings: RenderSettings) -> int:
    """One engine a core, at most 4; one for an external engine."""
    if settings.engine != EMBEDDED:
        return 1
    return max(1, min(4, len(os.sched_getaffinity(0))))


def threads_each(jobs: int) -> int | None:
    """Drawing threads that leave every engine its share of the cores; the renderer's own choice for one engine."""
    return None if jobs == 1 else max(1, len(os.sched_getaffinity(0)) // jobs)


def in_order(shots: Sequence[Shot]) -> list[Shot]:
    """Shots grouped by who is in them and where, so that people are dressed rarely; does not change any frame."""
    return sorted(shots, key=lambda shot: (shot.person, [p["person"] for p in shot.people], shot.take, shot.shot))


def chunks(shots: Sequence[Shot]) -> list[list[Shot]]:
    """Runs of shots of the same main person, at most `CHUNK` long."""
    found: list[list[Shot]] = []
    for shot in shots:
        if not found or len(found[-1]) >= CHUNK or found[-1][-1].person != shot.person:
            found.append([])
        found[-1].append(shot)
    return found


def play(job: Job, settings: RenderSettings, shots: Sequence[Shot], jobs: int) -> Iterator[Drawn]:
    """Draw shots; the order of results is the order in which they are done.

    Raises:
        EngineError: no engine can be had, or workers are killed again and again.
    """
    ordered = in_order(shots)
    if jobs == 1 and settings.dask is None:
        with Worker(job) as worker:
            yield from worker.draw(ordered)
        return
    waiting = {shot.shot: shot for shot in ordered}
    last = ""
    for _ in range(POOL_ATTEMPTS):
        try:
            for drawn in _pooled(job, settings, list(waiting.values()), jobs):
                waiting.pop(drawn.shot, None)
                yield drawn
            return
        except _worker_died() as error:
            last = " ".join(str(error).split())[:200]
    raise EngineError(
        f"workers were killed {POOL_ATTEMPTS} times, with {len(waiting)} frames left; is there enough memory? Try fewer --jobs "
        f"(last: {last})"
    )


def _pooled(job: Job, settings: RenderSettings, shots: Sequence[Shot], jobs: int) -> Iterator[Drawn]:
    from joblib import Parallel, delayed

    work = chunks(shots)
    try:
        with _backend(settings):
            workers = min(jobs, len(work)) if settings.dask is None else -1
            options: dict[str, Any] = {"return_as": "generator_unordered", "batch_size": 1, "pre_dispatch": "2*n_jobs"}
            if settings.dask is None:
                options["backend"] = "loky"
            calls = (delayed(draw_in_worker)(job, _rows(chunk)) for chunk in work)
            results: Any = Parallel(n_jobs=workers, **options)(calls)
            for drawn in results:
                yield from drawn
    finally:
        if settings.dask is None:
            _end_pool()


def _rows(shots: Sequence[Shot]) -> list[dict[str, Any]]:
    return [shot.to_row() for shot in shots]


def _backend(settings: RenderSettings) -> AbstractContextManager[Any]:
    if settings.dask is None:
        return nullcontext()
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--dask needs the dask extra: pip install 'spinegen[dask]'") from None
    from joblib import parallel_config

    try:
        client = Client(settings.dask, timeout="20s")
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(f"--dask {settings.dask}: no Dask scheduler answers there: {error}") from error
    return parallel_config(backend="dask", client=client, retries=2)


def _end_pool() -> None:
    """End the worker processes, and with them their engines."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True, kill_workers=True)


def _worker_died() -> type[Exception]:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    return TerminatedWorkerError
