"""What `export.json` in an export says: from which frames and settings it was made, and what was left out."""

from pathlib import Path

from .base import JsonObject, Record, found_record

EXPORT_FILE = "export.json"


class ExportSource(Record):
    """What an export is made of; one that would come out the same is not made again."""

    spinegen: str
    settings: JsonObject
    frames: int
    listing: str
    """Digest of names, sizes and times of all sidecars: where it is the same, nothing changed."""
    content: str
    """Digest of what the sidecars hold, which a copy of the workspace has too."""


class SplitCount(Record):
    """Size of a split."""

    images: int
    annotations: int


class ExportRecord(ExportSource):
    """A finished export."""

    splits: dict[str, SplitCount]
    not_wanted: int
    """Frames for which the `where` expression does not hold."""
    empty: int
    """Frames in which nobody was left after the filters."""
    people_left_out: int
    without_depth: int
    damaged: tuple[str, ...]
    """One sentence for each frame that could not be read."""
    seconds: float = 0.0

    def made_with(self, spinegen: str, settings: JsonObject, frames: int) -> bool:
        """Whether version, settings and number of frames are these."""
        return (self.spinegen, self.settings, self.frames) == (spinegen, settings, frames)


def found_export(folder: Path) -> ExportRecord | None:
    """The record of an export, or None where there is none of this version."""
    return found_record(folder / EXPORT_FILE, ExportRecord)
