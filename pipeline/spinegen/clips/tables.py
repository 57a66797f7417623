"""Text and parquet tables as columns, every row checked against the header."""

import csv
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet

from ..errors import ClipError
from .intake import MAX_FILE_BYTES, read_bytes, read_text
from .words import has_decimal_comma

MAX_COLUMNS = 6500
SEPARATORS = (",", ";", "\t")


def load_table(path: Path) -> tuple[pd.DataFrame, tuple[int, ...], list[str]]:
    """A CSV or parquet file, the line of every row (of text), and notes.

    Raises:
        ClipError: unreadable, or a row that does not hold what the header names; the text names its line.
    """
    try:
        if path.suffix.lower() == ".parquet":
            return _load_parquet(path), (), []
        return _load_text(path)
    except (ClipError, MemoryError):
        raise
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise ClipError(f"{path}: is not a readable table: {text or type(error).__name__}") from error


def _load_text(path: Path) -> tuple[pd.DataFrame, tuple[int, ...], list[str]]:
    text = read_text(path)
    lines = text.splitlines()
    kept = [number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    if not kept:
        raise ClipError(f"{path}: holds no lines")
    separator = max(SEPARATORS, key=lines[kept[0]].count)
    if (width := lines[kept[0]].count(separator) + 1) > MAX_COLUMNS:
        raise ClipError(f"{path}: has {width} columns; at most {MAX_COLUMNS} are read")
    rows = list(csv.reader([lines[number] for number in kept], delimiter=separator))
    if len(rows) != len(kept):
        raise ClipError(f"{path}: a quotation mark spans several lines")
    header, body = [name.strip() for name in rows[0]], rows[1:]
    while header and not header[-1]:
        header.pop()
    notes: list[str] = []
    if len(body) > 1 and len(body[-1]) < len(header) and not text.endswith(("\n", "\r")):
        notes.append(f"the file is cut off within line {kept[-1] + 1}, which was left out")
        body, kept = body[:-1], kept[:-1]
    for row, number in zip(body, kept[1:], strict=True):
        _check_width(path, row, len(header), number + 1, separator=separator)
    columns = [[row[i].strip() for row in body] for i in range(len(header))]
    if separator != "," and any(has_decimal_comma(cell) for column in columns for cell in column[:3]):
        columns = [
            [cell.replace(",", ".") if has_decimal_comma(cell) else cell for cell in column] for column in columns
        ]
        notes.append("numbers with a decimal comma were read as such")
    table = pd.DataFrame(dict(enumerate(columns)))
    table.columns = pd.Index(header)
    return table, tuple(number + 1 for number in kept[1:]), notes


def _check_width(path: Path, row: list[str], width: int, line: int, *, separator: str) -> None:
    """Raises ClipError: the row has not as many cells as the header (blank ones beyond it do not count)."""
    while len(row) > width and not row[-1].strip():
        row.pop()
    if len(row) == width:
        return
    comma = "; are its numbers written with a decimal comma?" if separator == "," and len(row) > width else ""
    raise ClipError(f"{path}: line {line} holds {len(row)} values, the header names {width} columns{comma}")


def _load_parquet(path: Path) -> pd.DataFrame:
    read_bytes(path)
    with parquet.ParquetFile(path) as file:
        metadata = file.metadata
        if metadata.num_columns > MAX_COLUMNS or metadata.num_rows * max(metadata.num_columns, 1) * 8 > MAX_FILE_BYTES:
            raise ClipError(
                f"{path}: claims {metadata.num_rows} rows of {metadata.num_columns} columns; that is no clip"
            )
        return file.read().to_pandas(ignore_metadata=True)
