"""The lifting network that ships, and what is known of it."""

import json
from pathlib import Path
from typing import Any

from ...pose.networks import require_whole

FOLDER = Path(__file__).resolve().parent
FILE, CARD = FOLDER / "spinegen-lift.onnx", FOLDER / "lift.json"


def shipped_lifter() -> Path:
    """The ONNX file of the lifting network.

    Raises:
        TrainingError: it is missing or damaged.
    """
    require_whole(FILE, card()["sha256"])
    return FILE


def card() -> dict[str, Any]:
    """`sha256`, its training and its errors."""
    return json.loads(CARD.read_text(encoding="utf-8"))
