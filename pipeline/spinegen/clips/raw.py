"""What a format's reader returns, in the file's own axes and unit, and how much a reader may take in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError
from .clip import Kind

MAX_FILE_BYTES = 2 * 1024**3
MAX_LABELS = 2000
MAX_FRAMES = 2_000_000
MAX_SAMPLES = 60_000_000
"""Marker samples (frames x labels) held at once: 1.4 GB of float64."""
RATE_RANGE_HZ = (1.0, 10_000.0)

METRES_PER_UNIT = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "ft": 0.3048}
"""The units that a file or a user may name."""
_SPELLINGS = {
    **dict.fromkeys(("meter", "meters", "metre", "metres"), "m"),
    **dict.fromkeys(("centimeter", "centimeters", "centimetre", "centimetres"), "cm"),
    **dict.fromkeys(("millimeter", "millimeters", "millimetre", "millimetres"), "mm"),
    **dict.fromkeys(("in", "inches"), "inch"),
    **dict.fromkeys(("foot", "feet"), "ft"),
}


def unit_name(text: str | None) -> str | None:
    """A key of `METRES_PER_UNIT` for any usual spelling; None for anything else."""
    word = (text or "").strip().strip("[]()").lower()
    word = _SPELLINGS.get(word, word)
    return word if word in METRES_PER_UNIT else None


@dataclass(frozen=True)
class RawCapture:
    """Trajectories as the file holds them."""

    labels: tuple[str, ...]
    """M labels as written, subject prefix included."""
    positions: NDArray[np.float64]
    """`(F, M, 3)` in the file's axes and unit; NaN where the file says that a marker was not seen."""
    rate_hz: float
    kind: Kind
    unit: str | None = None
    """A key of `METRES_PER_UNIT` when the file names its unit."""
    up: str | None = None
    """The upward axis that the file names (`+z`)."""
    usual_up: str = "+y"
    """The upward axis that is common in this format."""
    virtual: frozenset[str] = frozenset()
    """Labels that the file itself declares to be no points (angles, forces, ...)."""
    notes: tuple[str, ...] = ()
    subjects: tuple[str, ...] | None = None
    """One subject a label where the format holds subjects apart; otherwise prefixes tell."""


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
        raise ClipError(f"{path}: sample rate is {rate_hz:g} Hz; allowed are {low:g} to {high:g} Hz")
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
    """The whole file as text (UTF-8, else Latin-1; a byte-order mark is dropped).

    Raises:
        ClipError: as `read_bytes`, or the file is binary.
    """
    data = read_bytes(path)
    if b"\x00" in data[:4096]:
        raise ClipError(f"{path}: is not a text file; is its suffix right?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
