"""What a check found: one rule a row, how often it was tried, how often broken, and the first faults in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...progress import StageSummary

PICTURES = "named pictures are there and whole"
KEPT_FAULTS = 20
"""Faults kept in words for each rule; all are counted."""
SHOWN_FAULTS = 5


@dataclass
class Rule:
    """One rule and its record."""

    name: str
    unit: str = ""
    tried: int = 0
    broken: int = 0
    faults: list[str] = field(default_factory=list)
    worst: float | None = None
    """Largest deviation met, in `unit`, where the rule measures one."""
    skipped: str = ""
    """Why the rule could not be tried."""

    def tell(self, fine: bool, fault: str, count: int = 1) -> None:
        """Record a trial; `fault` is kept when it is not fine."""
        self.tried += count
        if not fine:
            self.broken += 1
            if len(self.faults) < KEPT_FAULTS:
                self.faults.append(fault)

    def measure(self, value: float, limit: float, fault: str) -> None:
        """Record a deviation that must not exceed `limit`; NaN breaks the rule."""
        self.worst = value if self.worst is None or not value <= self.worst else self.worst
        self.tell(bool(value <= limit), fault)

    @property
    def verdict(self) -> str:
        if self.broken:
            return f"{self.broken} faults in {self.tried}"
        if not self.tried:
            return f"not tried: {self.skipped}" if self.skipped else "not tried"
        worst = f", worst {self.worst:.2g} {self.unit}" if self.worst is not None else ""
        return f"ok, {self.tried} tried{worst}"


class Rules:
    """Rules by name, in the order in which they were first met."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    def __getitem__(self, name: str) -> Rule:
        return self._rules.setdefault(name, Rule(name))

    def measured(self, name: str, unit: str) -> Rule:
        """A rule that measures a deviation."""
        rule = self[name]
        rule.unit = unit
        return rule

    def skip(self, name: str, why: str) -> None:
        """Say why a rule is not tried; of no effect once it was."""
        self[name].skipped = why

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())


@dataclass(frozen=True)
class CheckResult:
    """All rules of one check."""

    path: Path
    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()
    """What else was found: counts, what kind of set it is."""

    @property
    def passed(self) -> bool:
        """No rule is broken, and at least one was tried."""
        return not any(rule.broken for rule in self.rules) and any(rule.tried for rule in self.rules)

    @property
    def verdict(self) -> str:
        """One line: faults, passed, or how much could not be tried."""
        if any(rule.broken for rule in self.rules):
            return "FAULTS FOUND"
        untried = [rule.name for rule in self.rules if not rule.tried]
        tried = len(self.rules) - len(untried)
        if not tried:
            return "NOTHING COULD BE TRIED"
        if PICTURES in untried:
            others = f" and {len(untried) - 1} more rules" if len(untried) > 1 else ""
            return f"INCOMPLETE: no fault in {tried} rules, but not tried were the pictures{others}"
        return "passed" + (f" ({len(untried)} of {len(self.rules)} rules could not be tried)" if untried else "")

    def summary(self) -> StageSummary:
        """The table for the terminal."""
        rows = [("found", note) for note in self.notes]
        faults = []
        for rule in self.rules:
            rows.append((rule.name, rule.verdict))
            faults += [f"{rule.name}: {fault}" for fault in rule.faults[:SHOWN_FAULTS]]
            if rule.broken > SHOWN_FAULTS:
                faults.append(f"{rule.name}: and {rule.broken - min(SHOWN_FAULTS, len(rule.faults))} more")
        rows.append(("verdict", self.verdict))
        return StageSummary(
            title=f"Check of {self.path}",
            rows=tuple(rows),
            failures=tuple(faults),
            figures={rule.name: rule.broken for rule in self.rules},
        )
