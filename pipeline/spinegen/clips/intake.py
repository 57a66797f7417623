"""How much a reader may take in, and the files themselves as bytes and text."""

import codecs
from pathlib import Path

import numpy as np

from ..errors import ClipError

MAX_FILE_BYTES = 2 * 1024**3
MAX_LABELS = 2000
MAX_FRAMES = 2_000_000
MAX_SAMPLES = 60_000_000
"""Marker samples (frames x labels) held at once: 1.4 GB of float64."""
RATE_RANGE_HZ = (1.0, 10_000.0)


def check_size(path: Path, frames: int, labels: int) -> None:
    """Refuse counts beyond what a motion capture holds, before anything is allocated.

    Raises:
        ClipError: none, or too many.
    """
    if labels < 1 or frames < 1:
        raise ClipError(f"{path}: holds {labels} markers over {frames} frames; at least one of each is needed")
    if labels > MAX_LABELS:
        raise ClipError(f"{path}: claims {labels} markers; at most {MAX_LABELS} are read (is the file damaged?)")
    if frames > MAX_FRAMES or frames * labels > MAX_SAMPLES:
        raise ClipError(
            f"{path}: claims {frames} frames of {labels} markers; at most {MAX_FRAMES} frames and {MAX_SAMPLES} marker "
            "samples are read: cut the clip"
        )


def check_rate(path: Path, rate_hz: float) -> float:
    """The rate, when a camera system can have it.

    Raises:
        ClipError: not a number or out of `RATE_RANGE_HZ`.
    """
    low, high = RATE_RANGE_HZ
    if not (np.isfinite(rate_hz) and low <= rate_hz <= high):
        raise ClipError(f"{path}: sample rate is {rate_hz:g} Hz; allowed are {low:g} to {high:g} Hz (or say --rate HZ)")
    return float(rate_hz)


def read_bytes(path: Path) -> bytes:
    """The whole file.

    Raises:
        ClipError: missing, a folder, unreadable, empty or larger than `MAX_FILE_BYTES`.
    """
    try:
        if path.is_dir():
            raise ClipError(f"{path}: is a folder; a motion-capture file is needed")
        size = path.stat().st_size
        if size == 0:
            raise ClipError(f"{path}: is empty")
        if size > MAX_FILE_BYTES:
            raise ClipError(
                f"{path}: has {size / 1e9:.1f} GB; at most {MAX_FILE_BYTES / 1e9:.1f} GB are read: cut the clip"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise ClipError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise ClipError(f"{path}: cannot be read: {error}") from error


def read_text(path: Path) -> str:
    """The whole file as text (UTF-16 where its byte-order mark says so, UTF-8, else Latin-1; the mark is dropped).

    Raises:
        ClipError: as `read_bytes`, or the file is binary.
    """
    data = read_bytes(path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\x00" in data[:4096]:
        raise ClipError(f"{path}: is not a text file; is its suffix right?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
