"""The lifting network that ships, and what is known of it."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...errors import TrainingError

FOLDER = Path(__file__).resolve().parent
FILE, CARD = FOLDER / "spinegen-lift.onnx", FOLDER / "lift.json"


def shipped_lifter() -> Path:
    """The ONNX file of the lifting network.

    Raises:
        TrainingError: it is missing or damaged.
    """
    if not FILE.is_file():
        raise TrainingError(f"{FILE}: shipped network is missing: install spinegen again")
    _check(FILE)
    return FILE


def card() -> dict[str, Any]:
    """`sha256`, its training and its errors."""
    return json.loads(CARD.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _check(path: Path) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != card()["sha256"]:
        raise TrainingError(f"{path}: shipped network is damaged (SHA-256 {found[:16]}...): install spinegen again")
