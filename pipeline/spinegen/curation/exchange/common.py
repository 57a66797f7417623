"""What all formats share: people as they were read, and the tools' pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ...errors import DatasetError
from ...records.label_files import Box, Keypoint, PictureLabels

CORNER = 0.5
"""CVAT and Label Studio count from the corner of the top-left pixel, we from its centre."""
HIDDEN, SEEN = 1, 2


@dataclass(frozen=True)
class ReadPerson:
    """A person in somebody's file."""

    number: int | None
    """Who it was when it left us, where the file still says so."""
    keypoints: tuple[Keypoint, ...]
    """37 in our order; (0, 0, 0) for points that are not there."""
    box_xywh_px: Box | None
    where: str
    """For errors: `picture.jpg: annotation 12`."""


@dataclass(frozen=True)
class ReadPicture:
    """A picture that a file speaks of."""

    name: str
    """As in `pictures/`."""
    people: tuple[ReadPerson, ...]


@dataclass(frozen=True)
class Format:
    """One format: `write(path, labels)` and `read(path, labels by picture)`."""

    name: str
    suffix: str
    write: Callable[[Path, list[PictureLabels]], list[Path]]
    read: Callable[[Path, dict[str, PictureLabels]], list[ReadPicture]]


def known_name(path: Path, said: str, known: dict[str, PictureLabels]) -> str:
    """The picture that a file means: by its name, whatever folders a tool put before it.

    Raises:
        DatasetError: there is no such picture.
    """
    last = PurePosixPath(said.replace("\\", "/")).name
    if last in known:
        return last
    first = next(iter(known), "none")
    raise DatasetError(
        f"{path}: picture {said!r}: is not in the labelled folder, which holds {len(known)}, first {first}"
    )


def point_of(x: float, y: float, v: int) -> Keypoint:
    """A keypoint; v must be one of COCO's."""
    return (x, y, 2 if v == SEEN else 1 if v == HIDDEN else 0)
