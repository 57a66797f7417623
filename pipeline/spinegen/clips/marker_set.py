"""Marker sets: which label sits where on the model, and which set a clip was captured with."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ..config import Settings, load_yaml
from ..errors import MarkerSetError
from ..resources import find_config, shipped
from .anatomy import SEGMENTS
from .clip import Clip, Kind

FOLDER = "opensim_models/marker_sets"
MIN_MATCHED = 8
"""Fewer known labels than this never make a body."""
NEEDED_SEGMENTS: dict[str, tuple[str, ...]] = {
    "pelvis": ("pelvis",),
    "trunk": ("chest", "left shoulder", "right shoulder"),
    "left leg": ("left knee", "left ankle", "left shank", "left foot"),
    "right leg": ("right knee", "right ankle", "right shank", "right foot"),
}
"""A fit needs at least two labels of each (the joint centres of a skeleton file count as they are)."""


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


@dataclass(frozen=True)
class MarkerMatch:
    """A set matched to a clip's labels."""

    name: str
    """Stem of the set's file."""
    marker_set: MarkerSet
    rows: dict[str, MarkerRow]
    """Label of the clip -> row of the set, in the clip's order."""
    score: float
    """0 to 1: 0.7 of the share of the set that the clip has, and 0.3 of the share of the clip that the set knows."""
    why: str
    """One sentence for the user."""
    missing: tuple[str, ...]
    """Labels of the set that the clip lacks."""

    @property
    def stations(self) -> dict[str, str]:
        """Label of the clip -> station of the model."""
        return {label: row.station for label, row in self.rows.items()}


def plain(label: str) -> str:
    """A label without case, dots, blanks, hyphens and underscores."""
    return "".join(c for c in label.lower() if c not in "._- \t")


@lru_cache(maxsize=64)
def load_marker_set(path: Path) -> MarkerSet:
    """Raises ConfigError: the file is no marker set."""
    return load_yaml(path, MarkerSet)


def shipped_marker_sets() -> dict[str, MarkerSet]:
    """All sets in the installation by name."""
    return {name: load_marker_set(path) for name, path in shipped(FOLDER).items()}


def match_labels(name: str, marker_set: MarkerSet, labels: tuple[str, ...]) -> MarkerMatch:
    """How well a set explains labels; never fails. Where two labels mean one marker the first is taken."""
    lookup = marker_set.lookup()
    rows: dict[str, MarkerRow] = {}
    found: set[str] = set()
    for label in labels:
        own = lookup.get(plain(label))
        if own is not None and own not in found:
            found.add(own)
            rows[label] = marker_set.markers[own]
    expected = [label for label, row in marker_set.markers.items() if label in found or not row.optional]
    of_set, of_clip = len(found) / len(expected), len(found) / max(len(labels), 1)
    why = f"{name}: {len(found)} of its {len(expected)} markers are among the clip's {len(labels)} labels"
    missing = tuple(label for label in expected if label not in found)
    return MarkerMatch(name, marker_set, rows, 0.7 * of_set + 0.3 * of_clip, why, missing)


def rank(labels: tuple[str, ...], kind: Kind | None = None) -> list[MarkerMatch]:
    """Shipped sets (of one kind, when given), best first."""
    matches = [
        match_labels(name, entry, labels) for name, entry in shipped_marker_sets().items() if kind in (None, entry.kind)
    ]
    return sorted(matches, key=lambda match: (-match.score, match.name))


def choose(clip: Clip, name: str = "auto") -> MarkerMatch:
    """The set of a clip: the best shipped one for `auto`, else the shipped set or YAML file of that name.

    Raises:
        MarkerSetError: no set knows enough of the labels, or a segment of the body has too few markers.
        ConfigError: `name` is no set, or its file is not valid.
    """
    if name == "auto":
        ranking = rank(clip.labels, clip.kind)
        best = max(ranking, key=lambda match: (len(lacking(match)) == 0, match.score))
    else:
        path = find_config(name, FOLDER, "marker set")
        best = match_labels(path.stem, load_marker_set(path), clip.labels)
        ranking = [best]
    if len(best.rows) < MIN_MATCHED:
        raise MarkerSetError(
            f"{clip.source}: no marker set fits: the nearest, {best.name}, knows {len(best.rows)} of its labels and "
            f"{MIN_MATCHED} are needed; found: {listed(clip.labels)}; known sets: {', '.join(shipped(FOLDER))} "
            "(or give your own as a YAML file)"
        )
    if gaps := lacking(best):
        parts = "; ".join(f"{part} (missing: {listed(names) or 'all'})" for part, names in gaps.items())
        raise MarkerSetError(f"{clip.source}: with marker set {best.name} too few markers are left for {parts}")
    return best if name != "auto" else _with_runner_up(best, ranking)


def lacking(match: MarkerMatch) -> dict[str, tuple[str, ...]]:
    """Parts of the body with fewer than two labels, each with the labels of the set that would tell about it."""
    stations = [row.station for row in match.rows.values()]
    out: dict[str, tuple[str, ...]] = {}
    for part, segments in NEEDED_SEGMENTS.items():
        if sum(SEGMENTS.get(station) in segments for station in stations) < 2:
            out[part] = tuple(m for m in match.missing if SEGMENTS.get(match.marker_set.markers[m].station) in segments)
    return out


def listed(labels: tuple[str, ...], most: int = 60) -> str:
    """Labels for an error text, cut when there are very many."""
    more = f", ... ({len(labels) - most} more)" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more


def _with_runner_up(best: MarkerMatch, ranking: list[MarkerMatch]) -> MarkerMatch:
    """The match with a reason that names the second best."""
    other = next((match for match in ranking if match.name != best.name), None)
    beside = f"; next best {other.name} with score {other.score:.2f}" if other else ""
    why = f"{best.why} (score {best.score:.2f}{beside})"
    return MarkerMatch(best.name, best.marker_set, best.rows, best.score, why, best.missing)
