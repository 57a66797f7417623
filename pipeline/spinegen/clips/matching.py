"""Which marker set a clip was captured with: named by the user, or found by its labels; sets combined label by label."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import ConfigError, MarkerSetError
from ..geometry.types import Array
from ..resources import find_config, shipped
from .anatomy import SEGMENTS, Places, body_length
from .clip import Clip, Kind
from .marker_set import FOLDER, MIN_MATCHED, MarkerRow, MarkerSet, load_marker_set, shipped_marker_sets
from .proportions import odd_lengths
from .units import stature_in_units
from .words import listed, plain

NEEDED_SEGMENTS: dict[str, tuple[str, ...]] = {
    "pelvis": ("pelvis",),
    "trunk": ("chest", "left shoulder", "right shoulder"),
    "left leg": ("left knee", "left ankle", "left shank", "left foot"),
    "right leg": ("right knee", "right ankle", "right shank", "right foot"),
}
"""A fit needs at least two labels of each (the joint centres of a skeleton file count as they are)."""
AUTO, JOIN = "auto", "+"
"""The name that lets the labels decide, and what stands between the names of sets that are combined."""
KIN_LABELS = 3
"""Two sets speak one language when they agree about at least so many labels and contradict each other about none."""
NEAR_PART = 0.35
"""Part of the body's length within which a label must lie from the others of its segment to be taken from a second set."""
FRAMES_LOOKED_AT = 200
SAME_PLACE = {
    f"keypoint/{side}_{part}": f"joint/{body}_{side[0]}"
    for side in ("right", "left")
    for part, body in (
        ("shoulder", "humerus"),
        ("elbow", "ulna"),
        ("wrist", "hand"),
        ("hip", "femur"),
        ("knee", "tibia"),
        ("ankle", "talus"),
    )
}
"""Keypoints that are joints by another name."""
MOST_STARTS = 3
"""A combination is tried from so many of the best sets, and of those that know most labels."""
SHOWN = 12
"""Unused labels that a note names."""


@dataclass(frozen=True)
class MarkerMatch:
    """A set (or several, combined) matched to a clip's labels."""

    name: str
    """Stem of the set's file; of several, joined by `+`."""
    marker_set: MarkerSet
    """The set; of several, the first."""
    rows: dict[str, MarkerRow]
    """Label of the clip -> row of the set, in the clip's order."""
    score: float
    """0 to 1: 0.7 of the share of the set that the clip has, and 0.3 of the share of the clip that the set knows."""
    why: str
    """One sentence for the user."""
    missing: tuple[str, ...]
    """Labels of the set that the clip lacks."""
    unused: tuple[str, ...] = ()
    """Labels of the clip that no row is for (end sites of skeletons are not counted)."""
    known_elsewhere: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Other sets, and the unused labels that each would use; the one that uses most comes first."""

    @property
    def stations(self) -> dict[str, str]:
        """Label of the clip -> station of the model."""
        return {label: row.station for label, row in self.rows.items()}

    def unused_note(self) -> str | None:
        """What to tell of labels that are not used; None where all are."""
        if not self.unused:
            return None
        total = len(self.rows) + len(self.unused)
        text = f"{len(self.unused)} of its {total} labels are in no row of {self.name} and are not used: {listed(self.unused, SHOWN)}"
        for other, labels in self.known_elsewhere[:1]:
            text += f"; {other} knows {listed(labels, SHOWN)}: --marker-set {self.name}{JOIN}{other} uses them too"
        return text


def match_labels(name: str, marker_set: MarkerSet, labels: Sequence[str]) -> MarkerMatch:
    """How well a set explains labels; never fails. Where two labels mean one marker, the one spelled as in the set is taken, else the first."""
    lookup = marker_set.lookup()
    spelled = {word for own, row in marker_set.markers.items() for word in (own, *row.aliases)}
    taken: dict[str, str] = {}
    for label in labels:
        own = lookup.get(plain(label))
        if own is not None and (own not in taken or (label in spelled and taken[own] not in spelled)):
            taken[own] = label
    own_of = {label: own for own, label in taken.items()}
    rows = {label: marker_set.markers[own_of[label]] for label in labels if label in own_of}
    expected = [label for label, row in marker_set.markers.items() if label in taken or not row.optional]
    of_set, of_clip = len(taken) / len(expected), len(taken) / max(len(labels), 1)
    why = f"{name}: {len(taken)} of its {len(expected)} markers are among the clip's {len(labels)} labels"
    missing = tuple(label for label in expected if label not in taken)
    return MarkerMatch(name, marker_set, rows, 0.7 * of_set + 0.3 * of_clip, why, missing)


def rank(labels: Sequence[str]) -> list[MarkerMatch]:
    """Shipped sets of any kind, best first: those that tell about a whole body before those that do not."""
    matches = [match_labels(name, entry, labels) for name, entry in shipped_marker_sets().items()]
    return sorted(
        matches, key=lambda match: (len(match.rows) < MIN_MATCHED, bool(lacking(match)), -match.score, match.name)
    )


def find_match(
    labels: Sequence[str],
    name: str = AUTO,
    kind: Kind | None = None,
    positions: Array | None = None,
) -> MarkerMatch | None:
    """The set for these labels; None when `auto` finds none that knows enough of them.

    Args:
        name: `auto`, a shipped set, a YAML file, or several of them joined by `+`, of which each adds the labels that those before
            it do not know.
        kind: of the format; decides between sets that fit equally well.
        positions: `(F, M, 3)` in any unit: a label is only taken from a second set where it lies near its segment.

    Raises:
        ConfigError: `name` is no set, or its file is not valid.
    """
    if name != AUTO:
        parts = [match_labels(path.stem, load_marker_set(path), labels) for path in named_files(name)]
        match = _joined(parts, labels)
        return _with_rest(match, labels)
    ranking = rank(labels)
    if len(ranking[0].rows) < MIN_MATCHED:
        return None
    fullest = sorted(ranking, key=lambda match: -len(match.rows))
    starts = [
        m for m in ranking if len(m.rows) >= MIN_MATCHED and m in (*ranking[:MOST_STARTS], *fullest[:MOST_STARTS])
    ]
    candidates = [_joined([one, *_kin(one, ranking, labels, positions)], labels) for one in starts]

    def quality(match: MarkerMatch) -> tuple[bool, bool, int, bool]:
        known = len({SAME_PLACE.get(row.station, row.station) for row in match.rows.values()})
        return not lacking(match), not _is_odd(match, labels, positions), known, match.marker_set.kind == kind

    return _with_rest(_with_runner_up(max(candidates, key=quality), ranking), labels)


def _is_odd(match: MarkerMatch, labels: Sequence[str], positions: Array | None) -> bool:
    """Whether the parts of the body would lie as nobody's do."""
    if positions is None:
        return False
    stations = {column: match.rows[label].station for column, label in enumerate(labels) if label in match.rows}
    few = positions[:: max(1, len(positions) // FRAMES_LOOKED_AT)]
    return bool(odd_lengths(Places(few, stations), stature_in_units(few, stations)))


def count_known(labels: Sequence[str], name: str = AUTO) -> int:
    """How many labels the named set knows, or the shipped one that knows most."""
    if name != AUTO:
        return len(
            _joined([match_labels(path.stem, load_marker_set(path), labels) for path in named_files(name)], labels).rows
        )
    return max(len(match.rows) for match in rank(labels))


def choose(clip: Clip, name: str = AUTO) -> MarkerMatch:
    """The set of a clip: the best shipped one for `auto`, else the shipped set or YAML file of that name.

    Raises:
        MarkerSetError: no set knows enough of the labels, or a segment of the body has too few markers.
        ConfigError: `name` is no set, or its file is not valid.
    """
    return require(find_match(clip.labels, name, clip.kind, clip.positions_ground_m), clip.source, clip.labels)


def require(match: MarkerMatch | None, source: Path, labels: Sequence[str]) -> MarkerMatch:
    """The match, when a person can be fitted with it.

    Raises:
        MarkerSetError: it knows too few labels, or none of a part of the body; the text names labels, the nearest set and the option.
    """
    labels = tuple(labels)
    option = f"name a set with --marker-set, or your own as a YAML file; shipped are {', '.join(shipped(FOLDER))}"
    if match is None or len(match.rows) < MIN_MATCHED:
        nearest = max(rank(labels), key=lambda one: len(one.rows)) if match is None else match
        what = f"the marker set {nearest.name} knows {len(nearest.rows)}"
        if match is None:
            what = f"no marker set fits: the nearest, {nearest.name}, knows {len(nearest.rows)}"
        if match is None and not nearest.rows:
            what = "no marker set fits: none knows a single one"
        raise MarkerSetError(
            f"{source}: {what} of its {len(labels)} labels and {MIN_MATCHED} are needed; found: {listed(labels)}; {option}"
        )
    if gaps := lacking(match):
        parts = "; ".join(f"{part} (missing: {listed(names) or 'all'})" for part, names in gaps.items())
        raise MarkerSetError(
            f"{source}: with marker set {match.name}, which fits best, too few markers are left for {parts}; found: "
            f"{listed(labels)}; {option}"
        )
    return match


def named_files(name: str) -> list[Path]:
    """Files of a set, or of several joined by `+`. Raises ConfigError: one is not there."""
    try:
        return [find_config(name, FOLDER, "marker set")]
    except ConfigError:
        if JOIN not in name:
            raise
        return [find_config(part.strip(), FOLDER, "marker set") for part in name.split(JOIN)]


def lacking(match: MarkerMatch) -> dict[str, tuple[str, ...]]:
    """Parts of the body with fewer than two labels, each with the labels of the set that would tell about it."""
    stations = [row.station for row in match.rows.values()]
    out: dict[str, tuple[str, ...]] = {}
    for part, segments in NEEDED_SEGMENTS.items():
        if sum(SEGMENTS.get(station) in segments for station in stations) < 2:
            out[part] = tuple(m for m in match.missing if SEGMENTS.get(match.marker_set.markers[m].station) in segments)
    return out


def _kin(
    best: MarkerMatch, ranking: list[MarkerMatch], labels: Sequence[str], positions: Array | None
) -> list[MarkerMatch]:
    """Sets of the same kind and language that know labels which the best one does not, those first that know most of them."""
    kin: list[MarkerMatch] = []
    known = dict(best.rows)
    near = _nearness(known, labels, positions)
    while True:
        found: list[MarkerMatch] = []
        for other in ranking:
            if other.marker_set.kind == best.marker_set.kind and _agree(other.rows, known):
                new = {label: row for label, row in other.rows.items() if label not in known and near(label, row)}
                found += [replace(other, rows=new)] if new else []
        if not found:
            return kin
        most = max(found, key=lambda match: len(match.rows))
        kin.append(most)
        known |= most.rows


def _agree(one: dict[str, MarkerRow], other: dict[str, MarkerRow]) -> bool:
    shared = [(one[label].station, other[label].station) for label in one if label in other]
    return len(shared) >= KIN_LABELS and all(SEGMENTS.get(a) == SEGMENTS.get(b) for a, b in shared)


def _nearness(
    known: dict[str, MarkerRow], labels: Sequence[str], positions: Array | None
) -> Callable[[str, MarkerRow], bool]:
    """Whether a label lies near the known ones of its segment; true wherever that cannot be told."""
    if positions is None:
        return lambda label, row: True
    few = positions[:: max(1, len(positions) // FRAMES_LOOKED_AT)]
    columns = {column: known[name].station for column, name in enumerate(labels) if name in known}
    size = body_length(Places(few, columns))

    def near(label: str, row: MarkerRow) -> bool:
        segment = SEGMENTS.get(row.station)
        beside = [column for column, station in columns.items() if SEGMENTS.get(station) == segment]
        if not beside or not np.isfinite(size):
            return True
        own = few[:, list(labels).index(label)]
        distance = np.linalg.norm(few[:, beside] - own[:, None], axis=-1)
        distance = distance[np.isfinite(distance)]
        return len(distance) > 0 and float(np.median(distance)) < NEAR_PART * size

    return near


def _joined(parts: list[MarkerMatch], labels: Sequence[str]) -> MarkerMatch:
    """Sets combined label by label: the first that knows a label says where it sits."""
    first = parts[0]
    rows: dict[str, MarkerRow] = {}
    used: list[MarkerMatch] = []
    for part in parts:
        new = {label: row for label, row in part.rows.items() if label not in rows}
        if new or part is first:
            used.append(replace(part, rows=new))
            rows |= new
    if len(used) == 1:
        return first
    name = JOIN.join(part.name for part in used)
    more = ", ".join(f"{len(part.rows)} of {part.name}" for part in used[1:])
    why = f"{first.why}, and with {more} {len(rows)} are known"
    ordered = {label: rows[label] for label in labels if label in rows}
    return MarkerMatch(name, first.marker_set, ordered, first.score, why, first.missing)


def _with_rest(match: MarkerMatch, labels: Sequence[str]) -> MarkerMatch:
    """The match with the labels that it leaves unused, and the sets that know them."""
    lookups = {name: entry.lookup() for name, entry in shipped_marker_sets().items()}
    unused = tuple(label for label in labels if label not in match.rows and not label.endswith("_end"))
    own = set(match.name.split(JOIN))
    knowing = {
        name: tuple(label for label in unused if plain(label) in lookup)
        for name, lookup in lookups.items()
        if name not in own
    }
    others = sorted(((n, k) for n, k in knowing.items() if k), key=lambda pair: (-len(pair[1]), pair[0]))
    return replace(match, unused=unused, known_elsewhere=tuple(others))


def _with_runner_up(best: MarkerMatch, ranking: list[MarkerMatch]) -> MarkerMatch:
    """The match with a reason that names the second best."""
    other = next((match for match in ranking if match.name not in best.name.split(JOIN)), None)
    beside = f"; next best {other.name} with score {other.score:.2f}" if other else ""
    return replace(best, why=f"{best.why} (score {best.score:.2f}{beside})")
