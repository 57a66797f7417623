"""The lifting network that ships, and what is known of it.

The network's record comes in.
"""

from pathlib import Path

from ...pose.networks import require_whole
from ...records.network_card import LifterCard, read_lifter_card

FOLDER = Path(__file__).resolve().parent
FILE, CARD = FOLDER / "spinegen-lift.onnx", FOLDER / "lift.json"


def shipped_lifter() -> Path:
    """The ONNX file of the lifting network.

    Raises:
        TrainingError: it is missing or damaged.
    """
    require_whole(FILE, card().sha256)
    return FILE


def card() -> LifterCard:
    """What is known of it.

    Raises:
        TrainingError: the file that says so is missing or damaged.
    """
    return read_lifter_card(CARD)
