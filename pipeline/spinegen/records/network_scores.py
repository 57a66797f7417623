"""`scores.json` of a labelled folder: what networks scored on sets, by their hashes, so that nothing is scored twice."""

from pathlib import Path
from typing import Literal

from .base import Record, found_record


class NetworkScore(Record):
    """One network on one set."""

    network: str
    """SHA-256 of its file."""
    annotations: str
    """SHA-256 of the set's file."""
    people: int
    ap: dict[str, float | None]
    """COCO's AP by subset, 0..1."""


class NetworkScores(Record):
    """All of them."""

    version: Literal[1]
    scores: tuple[NetworkScore, ...] = ()


def found_network_scores(path: Path) -> NetworkScores:
    """What was scored before; nothing where there is no file of this version."""
    return found_record(path, NetworkScores) or NetworkScores(version=1)
