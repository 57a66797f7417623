"""Freed memory back to the system: glibc keeps it when a small live block lies above a large free one, and building a person leaves
some hundred megabytes of such holes behind, drawing frames some ten.
"""

import ctypes
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

ALLOWANCE_BYTES = 40_000_000
"""What may pile up before it is given back: less costs time, because pages that are wanted again have to be fetched."""
_STATM = Path("/proc/self/statm")


def trim_heap() -> None:
    """Give back every free page of the C heap; does nothing where the C library cannot (not glibc)."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


class HeapWatch:
    """Trims the heap whenever the process has grown by an allowance since it was last small."""

    def __init__(self, resident_bytes: Callable[[], int] | None = None, trim: Callable[[], None] = trim_heap) -> None:
        self._resident_bytes = resident_bytes or _resident_bytes
        self._trim = trim
        self._least = self._resident_bytes()

    def look(self) -> None:
        """Measure, and trim if it is time; some twenty microseconds where it is not."""
        now = self._resident_bytes()
        if now > self._least + ALLOWANCE_BYTES:
            self._trim()
            self._least = self._resident_bytes()
        else:
            self._least = min(self._least, now)


def _resident_bytes() -> int:
    """0 where the system does not tell (not Linux)."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


@lru_cache(maxsize=1)
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return trim
