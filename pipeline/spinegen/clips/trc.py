"""TRC: OpenSim's and Motion Analysis' tab-separated marker table."""

from pathlib import Path

import numpy as np

from ..errors import ClipError
from ..geometry.types import Array
from .intake import check_size, read_text
from .raw import RawCapture, unit_name
from .timing import Moments
from .words import is_number, wrong_number


def read_trc(path: Path) -> RawCapture:
    """Markers of a TRC file; blank cells are gaps.

    Raises:
        ClipError: not a TRC file, or rows that do not hold what the header promises; the text names the line.
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
    rows = [number for number in range(5, len(lines)) if lines[number].strip()]
    check_size(path, len(rows), len(labels))
    table = _table(path, lines, rows, len(labels))
    notes: list[str] = []
    frames = _number(path, header, "NumFrames", len(rows))
    if frames != len(rows):
        notes.append(f"the file promises {frames:g} frames and holds {len(rows)}; those were read")
    rate = _number(path, header, "DataRate", np.nan)
    return RawCapture(
        labels=labels,
        positions=table[:, 2:].reshape(len(rows), len(labels), 3),
        kind="markers",
        moments=Moments(
            rate_hz=rate if np.isfinite(rate) and rate > 0 else None,
            times=table[:, 1],
            numbers=table[:, 0],
            lines=tuple(number + 1 for number in rows),
        ),
        unit=unit_name(header.get("Units")),
        usual_up="+y",
        notes=tuple(notes),
    )


def _number(path: Path, header: dict[str, str], key: str, default: float) -> float:
    word = header.get(key)
    if word is None:
        return default
    if not is_number(word):
        raise ClipError(f"{path}: line 3: {key} must be a number, found {wrong_number(word)}")
    return float(word)


def _table(path: Path, lines: list[str], rows: list[int], markers: int) -> Array:
    """`(F, 2 + 3 M)`: number, time and coordinates; blank cells at the end of a row may be left out, marker by marker."""
    width = 2 + 3 * markers
    table = np.full((len(rows), width), np.nan)
    for row, number in enumerate(rows):
        written = lines[number].split("\t")
        cells = written[:width] if not any(cell.strip() for cell in written[width:]) else written
        if len(cells) < width:
            cells = cells[: 1 + max((i for i, cell in enumerate(cells) if cell.strip()), default=0)]
        if len(cells) > width or (len(cells) < width and (len(cells) - 2) % 3):
            raise ClipError(
                f"{path}: line {number + 1} holds {len(cells)} values, {width} are needed for the {markers} markers of line 4"
            )
        try:
            table[row, : len(cells)] = [float(cell) if cell.strip() else np.nan for cell in cells]
        except ValueError:
            wrong = next(cell for cell in cells if cell.strip() and not is_number(cell))
            raise ClipError(f"{path}: line {number + 1} holds {wrong_number(wrong)}") from None
    return table
