"""What is kept is computed on one thread, whatever the user or a library asked for before."""

import os

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from spinegen.threads import ONE_THREAD, one_thread


def threads() -> set[int]:
    assert (np.ones((2, 2)) @ np.ones((2, 2))).sum() == 8  # the library is loaded by its first use
    return {int(library["num_threads"]) for library in threadpool_info() if library["user_api"] == "blas"}


def test_within_there_is_one_thread_and_afterwards_as_many_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with threadpool_limits(limits=3):
        before = threads()
        with one_thread():
            assert threads() == {1}
            assert {os.environ[name] for name in ONE_THREAD} == {"1"}
        assert threads() == before
    assert max(before) == 3
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_an_error_leaves_no_limit_behind() -> None:
    before = threads()

    @one_thread()
    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert threads() == before
