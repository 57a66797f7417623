"""The tables of the model (`opensim_models/*.csv`): read, checked, every row with its source."""

import csv
from functools import cache
from pathlib import Path

from .errors import ModelError
from .resources import resource_path

FOLDER = "opensim_models"
Row = dict[str, str]


@cache
def rows(table: str) -> tuple[Row, ...]:
    """Rows of a table as text.

    Raises:
        ModelError: the table has no rows, a row has a column too many or too few, or no source.
    """
    path = resource_path(f"{FOLDER}/{table}.csv")
    with path.open(encoding="utf-8", newline="") as handle:
        found = list(csv.DictReader(handle))
    if not found:
        raise ModelError(f"{path}: the table has no rows")
    for line, row in enumerate(found, start=2):
        if None in row or None in row.values():
            raise ModelError(f"{path}:{line}: the row does not have the columns of the header")
        if not row.get("source"):
            raise ModelError(f"{path}:{line}: the row has no source")
    return tuple(found)


def tables() -> dict[str, Path]:
    """Every table by name."""
    return {path.stem: path for path in sorted(resource_path(FOLDER).glob("*.csv"))}


def number(row: Row, column: str, unit: float = 1.0) -> float:
    """A cell as a number times `unit`.

    Raises:
        ModelError: the cell is not a number.
    """
    try:
        return float(row[column]) * unit
    except (KeyError, ValueError) as error:
        raise ModelError(
            f"model table: column {column!r} must hold a number, found {row.get(column)!r} in {row}"
        ) from error


def triple(
    row: Row, unit: float, columns: tuple[str, str, str] = ("x_mm", "y_mm", "z_mm")
) -> tuple[float, float, float]:
    """Three cells as numbers times `unit`."""
    x, y, z = (number(row, column, unit) for column in columns)
    return x, y, z
