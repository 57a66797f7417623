"""Work over processes: everything comes back once, killed workers are replaced, and the source is never read far ahead."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from spinegen.errors import SpinegenError, UsageError
from spinegen.pool import pooled, pooled_in_order
from spinegen.shards import checked_shard, shard_of


def squared(number: int) -> int:
    return number * number


def dies_once(item: tuple[Path, int]) -> int:
    """Kill the own worker on the first visit to number 3, as the kernel does when memory runs out."""
    flag, number = item
    if number == 3 and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dies(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_every_result_comes_back_once() -> None:
    assert sorted(pooled(squared, range(20), jobs=2)) == [n * n for n in range(20)]


def slow_first(number: int) -> int:
    """The first item takes longer than all others together."""
    time.sleep(0.5 if number == 0 else 0.001)
    return number


def test_results_come_in_order_and_few_are_kept_back() -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for number in range(60):
            taken.append(number)
            yield number

    results = pooled_in_order(slow_first, source(), jobs=2)
    assert next(results) == 0
    assert len(taken) < 30, "the others waited for the first"
    assert list(results) == list(range(1, 60))


def test_a_killed_worker_does_not_change_the_order(tmp_path: Path) -> None:
    work = [(tmp_path / "died", number) for number in range(12)]
    assert list(pooled_in_order(dies_once, work, jobs=2)) == list(range(12))


def test_the_source_is_read_only_as_workers_become_free() -> None:
    taken = []

    def source() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            yield number

    results = pooled(squared, source(), jobs=2)
    for _ in range(10):
        next(results)
    assert len(taken) < 2_000
    results.close()  # type: ignore[attr-defined]


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    work = [(tmp_path / "died", number) for number in range(12)]
    assert sorted(pooled(dies_once, work, jobs=2)) == list(range(12))
    assert (tmp_path / "died").exists()


def test_workers_that_always_die_end_the_work_with_a_hint() -> None:
    with pytest.raises(SpinegenError, match="enough memory"):
        list(pooled(dies, range(3), jobs=2))


def test_a_scheduler_that_is_not_there_is_named() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match=r"nowhere://1"):
        list(pooled(squared, range(3), jobs=1, dask="nowhere://1"))


def test_a_cluster_does_the_same_work() -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        assert sorted(pooled(squared, range(20), jobs=1, dask=cluster.scheduler_address)) == [n * n for n in range(20)]


def broken_source() -> Iterator[int]:
    yield from range(5)
    raise SpinegenError("the source has run dry")


def test_an_error_of_the_source_comes_out_and_does_not_hang() -> None:
    with pytest.raises(SpinegenError, match="run dry"):
        list(pooled(squared, broken_source(), jobs=2))


def test_a_cluster_without_workers_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("spinegen.pool.WORKER_TIMEOUT_S", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None) as cluster,
        pytest.raises(UsageError, match=r"no worker; start some with: dask worker tcp"),
    ):
        list(pooled(squared, range(3), jobs=1, dask=cluster.scheduler_address))


@pytest.mark.parametrize("text", ["0/2", "3/2", "a/b", "1", "1/2/3", "../1/2"])
def test_impossible_shards_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="I/N"):
        checked_shard(text)


def test_a_shard_is_two_numbers() -> None:
    assert shard_of(checked_shard("2/8")) == (2, 8)
    assert shard_of(None) == (1, 1)
