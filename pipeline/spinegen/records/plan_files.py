"""What a plan's folder says of itself: the header that decides every row, and the note in the footer of each part."""

from pathlib import Path

from pydantic import Field

from ..errors import DatasetError
from .base import JsonObject, Record, parse_record

VERSION = 3


class PlanFile(Record):
    """`_plan.json`; a plan exists when it does."""

    version: int
    identity: str
    """Digest of what decides a row."""
    shots: int
    """Shots asked for."""
    seed: int
    rule: str
    """What keeps training and validation apart."""
    part_takes: int = Field(ge=1)
    """Takes of one part."""
    clips: dict[str, str]
    """Clips that are played, with the digest of each one's motion, in the order in which they are drawn from."""
    scene: JsonObject
    """The scene as it was when the plan was made; it may lack fields that came later."""


class PartNote(Record):
    """What is known of a part's rows without reading them."""

    identity: str
    shots: int
    train: int
    val: int
    given_up: int
    """Takes without a usable draw."""
    rejected: dict[str, int]
    """Unused draws by their reason."""


def read_plan_file(path: Path, remedy: str) -> PlanFile:
    """The header of a plan.

    Raises:
        DatasetError: it is missing or damaged, or of another version.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DatasetError(f"{path} is missing; make it with: spinegen render") from None
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror or error}; {remedy}") from error
    file = parse_record(data, PlanFile, str(path), DatasetError, remedy=remedy)
    if file.version != VERSION:
        raise DatasetError(f"{path}: version is {file.version}, expected {VERSION}; {remedy}")
    return file
