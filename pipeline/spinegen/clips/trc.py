"""TRC: OpenSim's and Motion Analysis' tab-separated marker table."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError
from .raw import RawCapture, check_rate, check_size, read_text, unit_name


def read_trc(path: Path) -> RawCapture:
    """Markers of a TRC file; blank cells are gaps.

    Raises:
        ClipError: not a TRC file, or rows that do not hold what the header promises.
    """
    lines = read_text(path).splitlines()
    if len(lines) < 6 or not lines[0].lower().startswith("pathfiletype"):
        raise ClipError(f"{path}: is not a TRC file (its first line must start with 'PathFileType')")
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    labels = tuple(name.strip() for name in lines[3].split("\t")[2:] if name.strip())
    if not labels:
        raise ClipError(f"{path}: line 4 names no markers (tabs must separate them)")
    promised = _number(path, header, "NumMarkers", len(labels))
    if promised != len(labels):
        raise ClipError(f"{path}: line 3 promises {promised:g} markers, line 4 names {len(labels)}")
    rows = [line for line in lines[5:] if line.strip()]
    check_size(path, len(rows), len(labels))
    times, positions = _table(path, rows, len(labels))
    rate = _number(path, header, "DataRate", np.nan)
    notes: list[str] = []
    step = float(np.median(np.diff(times))) if len(times) > 1 else np.nan
    if not np.isfinite(rate) or (np.isfinite(step) and step > 0 and abs(rate * step - 1) > 0.02):
        if not (np.isfinite(step) and step > 0):
            raise ClipError(f"{path}: neither the header nor the time column tells the sample rate")
        if np.isfinite(rate):
            notes.append(
                f"the header says {rate:g} Hz and the time column {1 / step:g} Hz; the time column was believed"
            )
        rate = 1 / step
    return RawCapture(
        labels=labels,
        positions=positions,
        rate_hz=check_rate(path, rate),
        kind="markers",
        unit=unit_name(header.get("Units")),
        usual_up="+y",
        notes=tuple(notes),
    )


def _number(path: Path, header: dict[str, str], key: str, default: float) -> float:
    try:
        return float(header.get(key, default))
    except ValueError:
        raise ClipError(f"{path}: {key} in line 3 must be a number, found {header[key]!r}") from None


def _table(path: Path, rows: list[str], markers: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times `(F,)` and positions `(F, M, 3)`; a row may end early: what is not there was not seen."""
    width = 2 + 3 * markers
    table = np.full((len(rows), width), np.nan)
    for number, line in enumerate(rows):
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            raise ClipError(f"{path}: frame {number + 1} holds {len(cells)} values, {width} are named in line 4")
        try:
            table[number, : min(len(cells), width)] = [
                float(cell) if cell.strip() else np.nan for cell in cells[:width]
            ]
        except ValueError:
            wrong = next(cell for cell in cells[:width] if not _is_number(cell))
            raise ClipError(f"{path}: frame {number + 1} holds {wrong[:40]!r} where a number must be") from None
    return table[:, 1], table[:, 2:].reshape(len(rows), markers, 3)


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return not cell.strip()
    return True
