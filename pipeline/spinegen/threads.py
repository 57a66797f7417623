"""One thread of linear algebra in every process that computes what is kept.

How many threads a matrix product is split over decides how it is rounded, and libraries choose that by the cores and the load they
find. Work is shared out over processes instead, so that the same input gives the same bits on a busy machine and for any number of jobs.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB", "NUMEXPR", "NUMBA")}
"""For the environment of a process that is started: read when its libraries are loaded."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Within, this process and those that it starts compute with one thread, whatever was set before."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
