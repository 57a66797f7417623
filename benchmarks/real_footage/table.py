"""The scores in the terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

COLUMNS = ("people", "points", "PCK@.1", "@.05", "mean %", "swap %", "flicker %", "spine %")

TITLE = "Real footage; flicker of points that stand still, body and spine, % of the box height a frame"
WIDTH = 110
"""Narrower terminals wrap lines rather than lose figures."""


def print_tables(rows: Sequence[dict[str, Any]]) -> None:
    """One table by clip and view, one by point, networks side by side."""
    console = Console(width=max(WIDTH, Console().width))
    table = Table("model", "", *COLUMNS, title=TITLE)
    for row in rows:
        parts = {"all": row["all"], **row["clips"], **row["views"]}
        for i, (name, part) in enumerate(parts.items()):
            table.add_row(row["model"] if i == 0 else "", name, *_cells(part))
        table.add_section()
    console.print(table)
    points = Table("point", "counted", title="PCK@0.1 / @0.05 / mean error % by point")
    for row in rows:
        points.add_column(row["model"], justify="right")
    for name, first in rows[0]["points"].items():
        cells = [row["points"][name] for row in rows]
        points.add_row(name, str(first["points"]), *(" / ".join(_pck(cell)) for cell in cells))
    console.print(points)
    for row in rows:
        console.print(f"{row['model']}: {row['people_per_s']:.1f} people/s with the mirrored picture")


def _cells(part: dict[str, Any]) -> list[str]:
    shares = (part["swapped"], part["flicker_body"], part["flicker_spine"])
    return [str(part["people"]), str(part["points"]), *_pck(part), *(_number(share, 100, 2) for share in shares)]


def _pck(part: dict[str, Any]) -> list[str]:
    return [_number(part["pck_10"], 1, 3), _number(part["pck_05"], 1, 3), _number(part["mean_error"], 100, 2)]


def _number(value: float | None, factor: float, digits: int) -> str:
    return "-" if value is None else f"{value * factor:.{digits}f}"
