"""One person out of a file: subject prefixes, several people, labels that occur twice."""

from pathlib import Path

from ..errors import ClipError
from ..geometry.types import Array
from .clip import seen_samples
from .marker_set import MIN_MATCHED
from .matching import AUTO, count_known
from .raw import RawCapture
from .virtual import virtual_labels
from .words import listed


def pick_subject(
    path: Path, raw: RawCapture, subject: str | None, marker_set: str = AUTO
) -> tuple[list[int], tuple[str, ...], list[str]]:
    """Columns, labels without prefix, and notes, for the one person to read; the marker set tells which labels make a body.

    Raises:
        ClipError: several people and none named, an unknown name, or no point at all.
    """
    names, subjects = _split(raw, marker_set)
    drop = virtual_labels(names) | {label.rpartition(":")[2] for label in raw.virtual}
    kept = [i for i, name in enumerate(names) if name not in drop]
    notes = [f"{len(names) - len(kept)} virtual or unnamed channels were left out"] if len(kept) < len(names) else []
    if not kept:
        raise ClipError(f"{path}: holds no named points, only {listed(names, 20)}")
    groups: dict[str, list[int]] = {}
    for column in kept:
        groups.setdefault(subjects[column], []).append(column)
    if subject is not None:
        if subject not in groups:
            raise ClipError(f"{path}: has no subject {subject!r}; found: {_named(groups)}")
        columns = groups[subject]
    else:
        people = [name for name, columns in groups.items() if _is_body(names, columns, marker_set)]
        if len(people) > 1:
            raise ClipError(
                f"{path}: holds {len(people)} subjects: {_named(people)}; say which one with --subject NAME"
            )
        columns = groups[people[0]] if people else max(groups.values(), key=len)
        if len(groups) > 1:
            others = [name for name, other in groups.items() if other is not columns]
            notes.append(f"labels of {_named(others)} were left out: they make no body")
    columns, duplicate_notes = _without_duplicates(path, columns, names, raw.positions)
    return columns, tuple(names[column] for column in columns), notes + duplicate_notes


def _split(raw: RawCapture, marker_set: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels without prefix, and the subject of each ('' where there is none)."""
    parts = [label.rpartition(":") for label in raw.labels]
    subjects = raw.subjects or tuple(before.strip() for before, _, _ in parts)
    names = tuple(name.strip() for _, _, name in parts)
    common = _common_prefix(names, marker_set)
    if common and raw.subjects is None and not any(subjects):
        subjects = (common.rstrip("_-. "),) * len(names)
        names = tuple(name[len(common) :] for name in names)
    return names, subjects


def _common_prefix(names: tuple[str, ...], marker_set: str) -> str:
    """`Anna_` where every label starts with it and it hides the labels from the known sets."""
    if len(names) < MIN_MATCHED:
        return ""
    low, high = min(names), max(names)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    cut = max(low.rfind(mark, 0, same) for mark in "_-. ") + 1
    if cut <= 1:
        return ""
    stripped = tuple(name[cut:] for name in names)
    if not all(stripped):
        return ""
    return low[:cut] if count_known(stripped, marker_set) > count_known(names, marker_set) else ""


def _is_body(names: tuple[str, ...], columns: list[int], marker_set: str) -> bool:
    return count_known([names[column] for column in columns], marker_set) >= MIN_MATCHED


def _named(groups: dict[str, list[int]] | list[str]) -> str:
    return ", ".join(repr(name) if name else "(labels without prefix)" for name in groups)


def _without_duplicates(
    path: Path, columns: list[int], names: tuple[str, ...], positions: Array
) -> tuple[list[int], list[str]]:
    """Of labels that occur twice the fuller trajectory stays; a whole body twice is refused."""
    by_name: dict[str, list[int]] = {}
    for column in columns:
        by_name.setdefault(names[column], []).append(column)
    doubled = tuple(name for name, same in by_name.items() if len(same) > 1)
    if len(doubled) >= MIN_MATCHED:
        raise ClipError(
            f"{path}: {len(doubled)} labels occur more than once ({listed(doubled, 10)}): two subjects without prefixes? "
            "Give each subject's labels a prefix such as Anna:RASI"
        )

    def seen(column: int) -> int:
        return int(seen_samples(positions[:, column]).sum())

    best = sorted(max(same, key=seen) for same in by_name.values())
    return best, [
        f"labels occur more than once, the fuller trajectory was taken: {listed(doubled, 10)}"
    ] if doubled else []
