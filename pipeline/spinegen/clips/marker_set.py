"""Marker sets: which label sits where on the model."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ..config import Settings, load_yaml
from ..resources import shipped
from .clip import Kind
from .words import plain

FOLDER = "opensim_models/marker_sets"
MIN_MATCHED = 8
"""Fewer known labels than this never make a body."""


class MarkerRow(Settings):
    """One marker of a set."""

    station: str
    """Station of the model, `landmark/RASI` or `keypoint/left_knee`."""
    weight: float = Field(default=1.0, gt=0, le=100)
    """Weight of the marker in the fit; 1 is a marker on a bony landmark."""
    role: Literal["anatomical", "cluster"] = "anatomical"
    """`anatomical` stays at the scaled station; `cluster` may move on its body during scaling."""
    optional: bool = False
    """Often left out: its absence does not lower the score."""
    aliases: tuple[str, ...] = ()
    """Other labels of the same marker."""


class MarkerSet(Settings):
    """A named set, as its YAML file holds it."""

    kind: Kind
    about: str = ""
    """Where the set comes from."""
    markers: dict[str, MarkerRow]
    """By label; letters' case, dots, blanks, hyphens and underscores in labels do not matter."""

    @field_validator("markers")
    @classmethod
    def _some(cls, markers: dict[str, MarkerRow]) -> dict[str, MarkerRow]:
        if len(markers) < MIN_MATCHED:
            raise ValueError(f"a set needs at least {MIN_MATCHED} markers, found {len(markers)}")
        return markers

    @model_validator(mode="after")
    def _unambiguous(self) -> "MarkerSet":
        seen: dict[str, str] = {}
        for label, row in self.markers.items():
            for name in (label, *row.aliases):
                if seen.setdefault(plain(name), label) != label:
                    raise ValueError(f"label {name!r} belongs to both {seen[plain(name)]!r} and {label!r}")
        return self

    def lookup(self) -> dict[str, str]:
        """Plain label or alias -> label of the set."""
        return {plain(name): label for label, row in self.markers.items() for name in (label, *row.aliases)}


@lru_cache(maxsize=64)
def load_marker_set(path: Path) -> MarkerSet:
    """Raises ConfigError: the file is no marker set."""
    return load_yaml(path, MarkerSet)


def shipped_marker_sets() -> dict[str, MarkerSet]:
    """All sets in the installation by name."""
    return {name: load_marker_set(path) for name, path in shipped(FOLDER).items()}
