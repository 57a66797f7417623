"""Plays batches in one process, in several, or on a Dask cluster; results stream back as they come."""

import os
from collections.abc import Iterator

from ..pool import pooled
from .remaining import Remaining
from .settings import EMBEDDED, RenderSettings
from .worker import Drawn, Job, Worker, draw_in_worker, end_here

CLUSTER_AHEAD = 8
"""Parts of the plan that a cluster, of whatever size, has ready before they are needed."""
MOST_JOBS = 16
"""By default: beyond, one GPU is likely to be what is short (`docs/performance.md`)."""
BYTES_A_JOB = 10**9
"""An engine and its worker hold about 0.6 GB."""


def default_jobs(settings: RenderSettings) -> int:
    """One engine a core, at most 16 and one a gigabyte of memory; one for an external engine."""
    if settings.engine != EMBEDDED:
        return 1
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(MOST_JOBS, len(os.sched_getaffinity(0)), memory_bytes // BYTES_A_JOB))


def threads_each(settings: RenderSettings, jobs: int) -> int | None:
    """Drawing threads that leave every engine its share of the cores; the renderer's own choice for one engine.

    A cluster has a worker a core, so an engine there has one thread.
    """
    if settings.dask is not None:
        return 1
    return None if jobs == 1 else max(1, len(os.sched_getaffinity(0)) // jobs)


def dispatch(job: Job, settings: RenderSettings, remaining: Remaining, jobs: int) -> Iterator[Drawn]:
    """Draw what remains; the order of results is the order in which they are done.

    Raises:
        EngineError: no engine can be had.
        SpinegenError: workers are killed again and again.
        UsageError: the Dask cluster cannot be used.
        WorkspaceError: a worker does not see the workspace.
    """
    if jobs == 1 and settings.dask is None:
        with Worker(job) as worker:
            for batch in remaining.batches():
                yield from worker.draw_batch(batch)
        return
    # One part ahead lasts minutes on a few workers; many workers are through with it sooner.
    ahead = CLUSTER_AHEAD if settings.dask else 1 + jobs // 16
    work = ((job, batch) for batch in remaining.batches(ahead))
    for results in pooled(draw_in_worker, work, jobs, settings.dask, at_end=end_here):
        yield from results
