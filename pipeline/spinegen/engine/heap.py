"""Freed memory back to the system: glibc keeps it when a small live block lies above a large free one, and building a person leaves
some hundred megabytes of such holes behind.
"""

import ctypes
from collections.abc import Callable
from functools import lru_cache


def trim_heap() -> None:
    """Give back every free page of the C heap; does nothing where the C library cannot (not glibc)."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return trim
