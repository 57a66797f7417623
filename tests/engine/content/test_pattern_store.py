"""Painted patterns that are kept on disk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen.engine.content import pattern_store
from spinegen.engine.content.pattern_store import stored

Pattern = tuple[NDArray, ...]
_FIELD = np.arange(12, dtype=np.float16).reshape(3, 4, 1)
FIELDS = (_FIELD, _FIELD + 1, _FIELD + 2)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPINEGEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def painter() -> tuple[Callable[[], Pattern], list[int]]:
    painted: list[int] = []

    def make() -> Pattern:
        painted.append(1)
        return FIELDS

    return make, painted


def _same(found: Pattern) -> None:
    for got, wanted in zip(found, FIELDS, strict=True):
        assert got.dtype == np.float16
        np.testing.assert_array_equal(got, wanted)


def test_a_pattern_is_painted_once(painter: tuple[Callable[[], Pattern], list[int]]) -> None:
    make, painted = painter
    for _ in range(3):
        _same(stored("brick-0", 3, make))
    assert len(painted) == 1


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut off", b"something else"])
def test_a_damaged_pattern_is_painted_again(
    painter: tuple[Callable[[], Pattern], list[int]], cache: Path, damage: bytes
) -> None:
    make, painted = painter
    stored("brick-0", 3, make)
    file = next(cache.rglob("brick-0.npz"))
    file.write_bytes(damage)
    _same(stored("brick-0", 3, make))
    _same(stored("brick-0", 3, make))
    assert len(painted) == 2


def test_whatever_bit_turns_over_the_pattern_is_right(
    painter: tuple[Callable[[], Pattern], list[int]], cache: Path
) -> None:
    make, _ = painter
    stored("brick-0", 3, make)
    file = next(cache.rglob("brick-0.npz"))
    whole = file.read_bytes()
    for at in range(0, len(whole), 3):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        _same(stored("brick-0", 3, make))


def test_where_nothing_can_be_kept_patterns_are_painted_each_time(
    painter: tuple[Callable[[], Pattern], list[int]], cache: Path
) -> None:
    make, painted = painter
    cache.write_text("a file where the folder should be")
    _same(stored("brick-0", 3, make))
    _same(stored("brick-0", 3, make))
    assert len(painted) == 2


def test_patterns_of_other_painters_are_removed(
    painter: tuple[Callable[[], Pattern], list[int]], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, painted = painter
    stored("brick-0", 3, make)
    before = next(cache.iterdir())
    monkeypatch.setattr(pattern_store, "_folder_name", lambda: "patterns-of-today")
    _same(stored("brick-0", 3, make))
    assert not before.exists()
    assert len(painted) == 2
