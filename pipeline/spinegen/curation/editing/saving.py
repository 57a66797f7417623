"""A save that comes from the page: checked, put beside what only the server knows, and written whole."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Annotated

from pydantic import Field, ValidationError

from ...errors import SpinegenError
from ...records.base import Record, sentence
from ...records.label_files import Box, Edit, Keypoints, LabelledPerson, PictureLabels, read_picture_labels
from ...skeleton import NAMES
from ..folder import LabelFolder, now

REACH = 2.0
"""A point that is not labelled may lie this many picture sides away."""


class SavedPerson(Record):
    """What the page may say of a person."""

    person: Annotated[int, Field(ge=1)]
    box_xywh_px: Box
    keypoints: Keypoints
    removed: bool = False


class Save(Record):
    """What the page may say of a picture."""

    revision: int
    """The one that was shown when the changes were made."""
    done: bool
    people: tuple[SavedPerson, ...]


class SaveError(SpinegenError):
    """What was sent is no save."""


class StaleError(SpinegenError):
    """Somebody saved in between."""

    def __init__(self, labels: PictureLabels) -> None:
        super().__init__(f"{labels.picture}: was saved by another page meanwhile, revision {labels.revision}")
        self.labels = labels


@dataclass
class Desk:
    """The one place where labels are written while the page is open."""

    folder: LabelFolder
    by: str
    through: str
    since: str
    _lock: Lock

    @classmethod
    def at(cls, root: Path, by: str, through: str = "edit") -> "Desk":
        return cls(LabelFolder(root), by, through, now(), Lock())

    def save(self, picture: str, body: bytes) -> PictureLabels:
        """Write the next revision.

        Raises:
            SaveError: the body is no save, or names other people than there are.
            StaleError: a later revision is there than the page knew.
        """
        try:
            said = Save.model_validate_json(body, strict=True)
        except ValidationError as error:
            raise SaveError(f"{picture}: {sentence(error)}") from error
        with self._lock:
            before = self._current(picture, said.revision)
            known = {person.person: person for person in before.people}
            if [person.person for person in said.people] != list(known):
                found = [person.person for person in said.people]
                raise SaveError(
                    f"{picture}: field people: found {found}, allowed: {list(known)} (remove people with removed)"
                )
            people = []
            for person in said.people:
                _require_inside(before, person)
                people.append(known[person.person].model_copy(update=dict(person)))
            return self.put(before, tuple(people), said.done)

    def add(self, picture: str, revision: int, person: LabelledPerson) -> PictureLabels:
        """Write the next revision with one person more; the number is given here.

        Raises:
            StaleError: a later revision is there than the page knew.
        """
        with self._lock:
            before = self._current(picture, revision)
            number = 1 + max((one.person for one in before.people), default=0)
            return self.put(before, (*before.people, person.model_copy(update={"person": number})), before.done)

    def _current(self, picture: str, revision: int) -> PictureLabels:
        before = read_picture_labels(self.folder.labels_file(picture))
        if before.revision != revision:
            raise StaleError(before)
        return before

    def put(self, before: PictureLabels, people: tuple[LabelledPerson, ...], done: bool) -> PictureLabels:
        """Write the revision after `before`; where nothing is new, nothing is written."""
        if (people, done) == (before.people, before.done):
            return before
        this = Edit(by=self.by, since=self.since, at=now(), revision=before.revision + 1, through=self.through)
        earlier = [
            one for one in before.edits if (one.by, one.since, one.through) != (self.by, self.since, self.through)
        ]
        update = {"revision": this.revision, "done": done, "people": people, "edits": (*earlier, this)}
        after = before.model_copy(update=update)
        after.write(self.folder.labels_file(before.picture), indent=None)
        return after


def _require_inside(labels: PictureLabels, person: SavedPerson) -> None:
    for name, (x, y, v) in zip(NAMES, person.keypoints, strict=True):
        where = f"{labels.picture}: person {person.person}: {name} at ({x:g}, {y:g})"
        if v and not (-0.5 <= x <= labels.width - 0.5 and -0.5 <= y <= labels.height - 0.5):
            raise SaveError(f"{where} lies outside the picture of {labels.width}x{labels.height}")
        if not (abs(x) <= REACH * labels.width + 1e4 and abs(y) <= REACH * labels.height + 1e4):
            raise SaveError(f"{where} is nowhere near the picture")
