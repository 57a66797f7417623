"""Train and validation share neither a person nor a clip; of one clip, at most stretches of time that lie apart."""

from collections.abc import Iterable

import numpy as np

from .tables import Rules

MIN_APART_S = 1.0
"""Where a clip is in both splits, its moments in one lie at least this far from those in the other."""


class SplitLedger:
    """Who and what was met in which split."""

    def __init__(self) -> None:
        self._people: dict[str, dict[str, str]] = {}
        self._times: dict[str, dict[str, set[float]]] = {}

    def see(self, split: str, where: str, people: Iterable[tuple[str, str, float]]) -> None:
        """Note the people (name, clip, moment in seconds) of a picture."""
        for person, clip, time_s in people:
            self._people.setdefault(person, {}).setdefault(split, where)
            self._times.setdefault(clip, {}).setdefault(split, set()).add(round(time_s, 3))

    def judge(self, rules: Rules) -> None:
        """Record every person and clip."""
        rule = rules["splits share no person"]
        for person, places in self._people.items():
            text = ", ".join(f"{split} ({where})" for split, where in places.items())
            rule.tell(len(places) == 1, f"person {person} is in {text}")
        rule = rules["splits share no clip, or lie 1 s apart in it"]
        for clip, splits in self._times.items():
            if len(splits) == 1:
                rule.tell(True, "")
                continue
            train, val = (np.array(sorted(times)) for times in list(splits.values())[:2])
            gap = _closest(train, val)
            rule.tell(gap >= MIN_APART_S, f"clip {clip}: moments of both splits lie {gap:.2f} s apart")


def _closest(a: np.ndarray, b: np.ndarray) -> float:
    """Smallest distance between two sorted arrays."""
    at = np.searchsorted(a, b)
    below, above = np.clip(at - 1, 0, len(a) - 1), np.clip(at, 0, len(a) - 1)
    return float(np.minimum(np.abs(b - a[below]), np.abs(b - a[above])).min())
