"""What networks answered on photographs, `pose/photographs/photographs.json`, beside the drawn pictures."""

from pathlib import Path

from .base import Record, found_record
from .sidecar import FileName

PHOTOGRAPHS_FILE = "photographs.json"


class ShownPhotograph(Record):
    """One photograph with all answers, side by side."""

    file: FileName
    title: str


class PhotographsRecord(Record):
    """All of them."""

    networks: tuple[str, ...]
    """Names of the columns."""
    photographs: tuple[ShownPhotograph, ...]


def found_photographs(folder: Path) -> PhotographsRecord | None:
    """The record in a folder, or None where there is none of this version."""
    return found_record(folder / PHOTOGRAPHS_FILE, PhotographsRecord)
