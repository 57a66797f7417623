"""COCO's run-length masks, compressed (text) and plain (a list), decoded without trusting what they say."""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
_MORE, _SIGN, _BITS = 0x20, 0x10, 5
LONGEST_GROUPS = 7
"""35 bits."""


def run_lengths(counts: str | tuple[int, ...], size_hw: tuple[int, int]) -> Counts:
    """Lengths of the runs of a mask, columns first, outside and inside in turn, beginning with outside.

    A compressed text holds differences in groups of five bits (format of pycocotools' `maskApi.c`).

    Raises:
        ValueError: the text is cut off or holds other characters, a run is negative, or the runs do not fill the mask.
    """
    runs = _unpacked(counts) if isinstance(counts, str) else np.array(counts, dtype=np.int64)
    pixels = size_hw[0] * size_hw[1]
    if (runs < 0).any():
        raise ValueError("a run is negative")
    if int(runs.sum()) != pixels:
        raise ValueError(f"the runs fill {int(runs.sum())} pixels, a mask of {size_hw[0]} x {size_hw[1]} has {pixels}")
    return runs


def _unpacked(text: str) -> Counts:
    codes = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8) - np.uint8(ord("0"))
    if not len(codes):
        return np.zeros(0, dtype=np.int64)
    if codes.max() >= 2 * _MORE:
        raise ValueError("a compressed mask holds other characters than 0 to o")
    last = np.flatnonzero(codes < _MORE)
    if not len(last) or last[-1] != len(codes) - 1:
        raise ValueError("a compressed mask is cut off")
    first = np.concatenate([[0], last[:-1] + 1])
    lengths = last - first + 1
    if lengths.max() > LONGEST_GROUPS:
        raise ValueError("a run of a compressed mask is longer than any picture")
    parts = (codes & (_MORE - 1)).astype(np.int64)
    values = parts[first]
    for group in range(1, int(lengths.max())):
        longer = lengths > group
        values[longer] |= parts[first[longer] + group] << (_BITS * group)
    values -= ((codes[last] & _SIGN) != 0) * (1 << (_BITS * lengths))
    # from the fourth on, a run is told as the difference to the one before the last
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def mask_of(runs: Counts, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W) of 0 and 1."""
    inside = (np.arange(len(runs)) % 2).astype(np.uint8)
    return np.repeat(inside, runs).reshape(size_hw[1], size_hw[0]).T


def area_and_box(runs: Counts, size_hw: tuple[int, int]) -> tuple[int, tuple[int, int, int, int]]:
    """Pixels inside, and first column, first row, columns, rows of what they span (zeros where there are none)."""
    ends = np.cumsum(runs)[1::2]
    starts = ends - runs[1::2]
    starts, ends = starts[runs[1::2] > 0], ends[runs[1::2] > 0]
    if not len(starts):
        return 0, (0, 0, 0, 0)
    height = size_hw[0]
    left, right = int(starts[0] // height), int((ends[-1] - 1) // height)
    around = starts // height != (ends - 1) // height
    top = 0 if around.any() else int((starts % height).min())
    bottom = height - 1 if around.any() else int(((ends - 1) % height).max())
    return int((ends - starts).sum()), (left, top, right - left + 1, bottom - top + 1)
