"""What is known of the networks that ship: `pose/networks/networks.json`, a card a network, and `lifting/networks/lift.json`."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from ..errors import TrainingError
from ..files import write_json
from .base import JsonObject, Record, read_checked, read_record

REMEDY = "install spinegen again"


class CardTraining(Record):
    """How a network came to be."""

    started_from: str
    people: int
    steps: int
    batch: int
    learning_rate: float
    seconds: float
    device: str
    parameters: int


class CardScores(Record):
    """COCO's AP of the file that ships on drawn people whom it never saw, 0..1."""

    people: int
    ap_body: float | None
    ap_spine: float | None
    ap_feet: float | None
    ap_all: float | None


class NetworkCard(Record):
    """One 37-keypoint network."""

    sha256: str
    bytes: int
    licence: str
    training: CardTraining
    scores: CardScores
    storage_difference: float
    """Largest difference of an output to the network before its weights were put into half precision or eight bits."""


class LifterCard(Record):
    """The lifting network."""

    sha256: str
    bytes: int
    licence: str
    parameters: int
    training: JsonObject
    half_precision_difference_m: float
    """Largest difference of a point to the network before its weights were halved."""


_CARDS = TypeAdapter(dict[str, NetworkCard])


def read_cards(path: Path) -> dict[str, NetworkCard]:
    """The cards of a file, by the networks' names.

    Raises:
        TrainingError: it is missing or damaged.
    """
    return read_checked(path, lambda data: _CARDS.validate_json(data, strict=True), TrainingError, REMEDY)


def write_cards(path: Path, cards: Mapping[str, NetworkCard]) -> None:
    """Write them in the order of their names."""
    write_json(path, {name: cards[name].plain() for name in sorted(cards)})


def read_lifter_card(path: Path) -> LifterCard:
    """The card of the lifting network.

    Raises:
        TrainingError: it is missing or damaged.
    """
    return read_record(path, LifterCard, TrainingError, REMEDY)
