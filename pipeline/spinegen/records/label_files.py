"""What a folder of pictures that are labelled by hand holds: `label.json` for the rounds, `labels/<picture>.json` for each picture."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from ..errors import DatasetError
from ..skeleton import COUNT, NAMES
from .base import JsonObject, Record, found_record, read_record
from .sidecar import FileName

LABELS_VERSION = 1
SET_FILE = "label.json"
REMEDY = "take it from your version control or backup; pictures of a round whose labels are lost can be prepared again in another folder"

Number = Annotated[float, Field(allow_inf_nan=False)]
Keypoint = tuple[Number, Number, Literal[0, 1, 2]]
"""x and y in pixels, the centre of the top-left pixel at (0, 0), and COCO's v: 0 not labelled, 1 hidden, 2 seen."""
Keypoints = Annotated[tuple[Keypoint, ...], Field(min_length=COUNT, max_length=COUNT)]
"""In the order of `skeleton.NAMES`. A point with v = 0 keeps its place, so that it can be taken up again."""


def _with_a_size(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if not (box[2] > 0 and box[3] > 0):
        raise ValueError(f"found {list(box)}, allowed is a box of positive width and height")
    return box


Box = Annotated[tuple[Number, Number, Number, Number], AfterValidator(_with_a_size)]
"""x, y, width, height in pixels."""


class LabelledPerson(Record):
    """One person of a picture."""

    person: Annotated[int, Field(ge=1)]
    """Who, counted from 1 within the picture; stays the same for good."""
    box_xywh_px: Box
    keypoints: Keypoints
    prelabel: Keypoints | None = None
    """What the network said; None where another tool added the person."""
    scores: Annotated[tuple[Number, ...], Field(min_length=COUNT, max_length=COUNT)] | None = None
    """How sure the network was of each point."""
    added: bool = False
    """Somebody found the person, not the detector."""
    removed: bool = False
    """Nobody, or somebody who is not to be labelled."""


class Edit(Record):
    """Saves of one person at one sitting."""

    by: str
    since: str
    """First save, UTC, ISO 8601."""
    at: str
    """Last save."""
    revision: int
    """What the last save made."""
    through: str
    """`edit`, or the format that was read back."""


class Unsureness(Record):
    """Why a picture was chosen; shares of OKS that are at stake, 0 sure, 1 lost."""

    disagreement: Number
    """Between mirrored, shifted and scaled crops."""
    spine: Number
    """Between the vertebral points and a smooth curve through them."""
    unsure: Number
    """Both together."""
    novelty: Number
    """How unlike the pictures chosen before it is: cosine distance of the network's features."""


class PictureLabels(Record):
    """All labels of one picture."""

    version: Literal[1]
    revision: Annotated[int, Field(ge=0)]
    """Counts the saves; a save that did not see the latest revision is refused."""
    round: Annotated[int, Field(ge=1)]
    picture: FileName
    """In `pictures/`."""
    sha256: str
    """Of the picture's file."""
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    source: str
    """Picture or film that it comes from, below the folder that was given."""
    frame: int | None = None
    """Of a film, counted from 0."""
    time_s: Number | None = None
    why: Unsureness
    done: bool = False
    """Somebody looked at all of it."""
    edits: tuple[Edit, ...] = ()
    people: tuple[LabelledPerson, ...]

    @model_validator(mode="after")
    def _people_are_told_apart(self) -> "PictureLabels":
        numbers = [person.person for person in self.people]
        if len(set(numbers)) != len(numbers):
            raise ValueError(f"people {numbers}: found a number twice, allowed once")
        return self

    @property
    def kept(self) -> tuple[LabelledPerson, ...]:
        """People who are labelled."""
        return tuple(person for person in self.people if not person.removed)


class LabelRound(Record):
    """One call of `label prepare`."""

    number: int
    at: str
    """UTC, ISO 8601."""
    network: str
    """Name of a shipped network, or of a file."""
    network_sha256: str
    network_file: FileName | None = None
    """Copy in `networks/`; None for those that ship."""
    convention: dict[str, str] = Field(default_factory=dict[str, str])
    """Where the network's points lie, as far as it says: `vertebral_site`, `body_points`."""
    settings: JsonObject
    looked_at: int
    """Pictures and frames."""
    nobody: int
    duplicates: int
    failed: tuple[str, ...] = ()
    pictures: tuple[FileName, ...]
    """The first one was chosen first."""


class Acceptance(Record):
    """One call of `label accept` that changed a set."""

    at: str
    by: str
    set_name: str
    pictures: int
    people: int
    moved_px: Number
    """Mean over all labelled points."""


class LabelSet(Record):
    """What `label.json` holds."""

    version: Literal[1]
    names: tuple[str, ...] = NAMES
    """The keypoints, in the order of every list of them."""
    rounds: tuple[LabelRound, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()

    @field_validator("names")
    @classmethod
    def _are_ours(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if names != NAMES:
            wrong = next(((i, n) for i, (n, ours) in enumerate(zip(names, NAMES, strict=False)) if n != ours), None)
            found = f"{len(names)} names" if wrong is None else f"{wrong[1]!r} as number {wrong[0]}"
            allowed = f"the {COUNT} of SpineTrack in their order" if wrong is None else repr(NAMES[wrong[0]])
            raise ValueError(f"found {found}, allowed: {allowed}")
        return names


def read_label_set(path: Path) -> LabelSet:
    """The rounds of a folder.

    Raises:
        DatasetError: missing, damaged, of another version or of other keypoints.
    """
    return read_record(path, LabelSet, DatasetError, REMEDY)


def read_picture_labels(path: Path) -> PictureLabels:
    """The labels of one picture.

    Raises:
        DatasetError: missing, damaged or of another version.
    """
    return read_record(path, PictureLabels, DatasetError, REMEDY)


def found_picture_labels(path: Path) -> PictureLabels | None:
    """The same, or None where there are none of this version."""
    return found_record(path, PictureLabels)
