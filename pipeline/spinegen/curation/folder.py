"""Where everything of a labelled folder lies, and how it is opened. Plain files, so that git can hold them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import DatasetError
from ..files import remove_leftovers, write_text
from ..records.label_files import LABELS_VERSION, SET_FILE, LabelSet, PictureLabels, read_label_set, read_picture_labels
from ..workspace import Workspace


@dataclass(frozen=True)
class LabelFolder:
    """Paths of one folder; nothing is touched until a method says so."""

    root: Path

    @property
    def set_file(self) -> Path:
        return self.root / SET_FILE

    @property
    def pictures(self) -> Path:
        """Upright, eight bits, without transparency: as the labels mean them and as a browser shows them."""
        return self.root / "pictures"

    @property
    def labels(self) -> Path:
        return self.root / "labels"

    @property
    def networks(self) -> Path:
        """Copies of the networks of the rounds, for the learning curve."""
        return self.root / "networks"

    @property
    def looks(self) -> Path:
        """What networks said of every picture that was looked at; may be deleted."""
        return self.root / ".cache" / "looks"

    @property
    def scores(self) -> Path:
        """Validation scores of the rounds' networks."""
        return self.root / "scores.json"

    def labels_file(self, picture: str) -> Path:
        """Labels of a picture, named as the picture is."""
        return self.labels / f"{picture}.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder against other commands while the block runs.

        Raises:
            WorkspaceError: another process holds it, or it cannot be written.
        """
        with Workspace(self.root).held():
            for folder in (self.pictures, self.labels, self.networks, self.looks):
                folder.mkdir(parents=True, exist_ok=True)
                remove_leftovers(folder)
            if not (self.root / ".gitignore").exists():
                write_text(self.root / ".gitignore", ".cache/\n.lock*\n")
            yield

    def found_set(self) -> LabelSet:
        """The rounds so far; none in a folder that is new.

        Raises:
            DatasetError: `label.json` is damaged.
        """
        return read_label_set(self.set_file) if self.set_file.exists() else LabelSet(version=LABELS_VERSION)

    def read_set(self) -> LabelSet:
        """The rounds of a folder that was prepared.

        Raises:
            DatasetError: it was not, or `label.json` is damaged.
        """
        if not self.set_file.exists():
            raise DatasetError(
                f"{self.root}: holds no {SET_FILE}: make it with: spinegen label prepare PICTURES --out {self.root}"
            )
        return read_label_set(self.set_file)

    def all_labels(self) -> list[PictureLabels]:
        """Labels of every picture of every round, in the order of choice.

        Raises:
            DatasetError: not prepared, or a file is missing or damaged.
        """
        names = [name for made in self.read_set().rounds for name in made.pictures]
        return [read_picture_labels(self.labels_file(name)) for name in names]


def now() -> str:
    """UTC, ISO 8601, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
