"""What a user sees while a long step runs: bars on a terminal, plain lines elsewhere, one table at the end."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .errors import SpinegenError

if TYPE_CHECKING:
    from pydantic import BaseModel

SHOWN_FAILURES = 3
"""Failures that the last line names, and warnings of one kind that are told one by one."""
PLAIN_SECONDS = 10.0
"""On a non-terminal a running task prints a line this often."""


class Task(Protocol):
    """One running step."""

    def advance(self, count: float = 1) -> None:
        """Say that `count` more units are done."""
        ...

    def note(self, text: str) -> None:
        """Replace the short remark beside the step (a loss, a clip's name)."""
        ...


class Reporter(Protocol):
    """Where stages tell what they do; stages never print."""

    def task(self, title: str, total: float | None, unit: str, done: float = 0) -> AbstractContextManager[Task]:
        """Open a step of `total` units of which `done` were done before; use as a context manager."""
        ...

    def say(self, text: str) -> None:
        """One line for the user."""
        ...

    def warn(self, text: str) -> None:
        """One line that the user should not overlook."""
        ...


@dataclass(frozen=True)
class StageSummary:
    """What a stage did, for the table at its end and for `run.json`."""

    title: str
    rows: tuple[tuple[str, str], ...]
    look_at: Path | None = None
    """What the user should open next."""
    failures: tuple[str, ...] = ()
    """Items that failed while others went on; the command exits with 1 when there are any."""
    figures: dict[str, float | int | str] = field(default_factory=dict)
    """Machine-readable figures kept in `run.json` (frames, seconds, scores)."""
    told: tuple[str, ...] = ()
    """Names of the failed items where each was told while the stage ran, so that its sentence need not be repeated."""
    facts: "Mapping[str, BaseModel]" = field(default_factory=dict)
    """Entries of `run.json` that only the stage knows: what it read, what it planned."""
    nothing_done: bool = False
    """Whether every item failed."""


def warn_of(reporter: Reporter, sentences: Sequence[str], rest: str) -> None:
    """Warn of the first few; the others are counted, as `9 more <rest>`."""
    for sentence in sentences[:SHOWN_FAILURES]:
        reporter.warn(sentence)
    if len(sentences) > SHOWN_FAILURES:
        reporter.warn(f"{len(sentences) - SHOWN_FAILURES} more {rest}")


class SilentReporter:
    """Says nothing; for libraries and tests. Keeps the warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    @contextmanager
    def task(self, title: str, total: float | None, unit: str, done: float = 0) -> Iterator[Task]:
        yield _SilentTask()

    def say(self, text: str) -> None:
        pass

    def warn(self, text: str) -> None:
        self.warnings.append(text)


class _SilentTask:
    def advance(self, count: float = 1) -> None:
        pass

    def note(self, text: str) -> None:
        pass


class PlainReporter:
    """Plain lines on stderr, for logs, pipes and `NO_COLOR`."""

    @contextmanager
    def task(self, title: str, total: float | None, unit: str, done: float = 0) -> Iterator[Task]:
        running = _PlainTask(title, total, unit, done)
        yield running
        running.line()

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def warn(self, text: str) -> None:
        print(f"warning: {text}", file=sys.stderr, flush=True)


class _PlainTask:
    def __init__(self, title: str, total: float | None, unit: str, done: float) -> None:
        self.title, self.total, self.unit = title, total, unit
        self.done = self.start_done = done
        self.remark = ""
        self.start = self.last = time.monotonic()

    def advance(self, count: float = 1) -> None:
        self.done += count
        if time.monotonic() - self.last >= PLAIN_SECONDS:
            self.line()

    def note(self, text: str) -> None:
        self.remark = text

    def line(self) -> None:
        self.last = time.monotonic()
        elapsed = max(self.last - self.start, 1e-6)
        rate = (self.done - self.start_done) / elapsed
        total = f"/{amount(self.total)}" if self.total is not None else ""
        left = ""
        if self.total is not None and rate > 0 and self.done < self.total:
            left = f", {clock((self.total - self.done) / rate)} left"
        remark = f"  {self.remark}" if self.remark else ""
        print(
            f"{self.title}: {amount(self.done)}{total} {self.unit}, {rate:.1f} {self.unit}/s, {clock(elapsed)}{left}{remark}",
            file=sys.stderr,
            flush=True,
        )


class RichReporter:
    """Bars with rate and time left on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True)

    @contextmanager
    def task(self, title: str, total: float | None, unit: str, done: float = 0) -> Iterator[Task]:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[remark]}"),
        )
        with Progress(*columns, console=self.console) as bars:
            yield _RichTask(bars, bars.add_task(title, total=total, completed=int(done), rate="", remark=""), unit)

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False)

    def warn(self, text: str) -> None:
        self.console.print(f"warning: {text}", style="yellow", highlight=False, markup=False)


class _RichTask:
    def __init__(self, bars: object, identifier: object, unit: str) -> None:
        from rich.progress import Progress, TaskID

        assert isinstance(bars, Progress)
        self.bars, self.id, self.unit = bars, TaskID(int(str(identifier))), unit
        self.done, self.start = 0.0, time.monotonic()

    def advance(self, count: float = 1) -> None:
        self.done += count
        rate = self.done / max(time.monotonic() - self.start, 1e-6)
        self.bars.update(self.id, advance=count, rate=f"{rate:.1f} {self.unit}/s")

    def note(self, text: str) -> None:
        self.bars.update(self.id, remark=text)


def amount(count: float) -> str:
    """A count as a whole number where it is one, else with one decimal."""
    return f"{count:.0f}" if float(count).is_integer() else f"{count:.1f}"


def clock(seconds: float) -> str:
    """Seconds as `1:02:03` or `2:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def make_reporter() -> Reporter:
    """Bars on a colour terminal; plain lines where stderr is no terminal or `NO_COLOR` is set."""
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        return RichReporter()
    return PlainReporter()


def print_summary(summary: StageSummary) -> None:
    """The closing table on stdout."""
    failed = [", ".join(summary.told)] if summary.told else summary.failures
    rows = [*summary.rows, *(("failed", failure) for failure in failed)]
    if summary.look_at is not None:
        rows.append(("look at", str(summary.look_at)))
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        from rich.console import Console
        from rich.table import Table

        table = Table(title=summary.title, show_header=False, title_justify="left")
        for key, value in rows:
            table.add_row(key, value)
        Console().print(table)
        return
    print(summary.title)
    width = max((len(key) for key, _ in rows), default=0)
    for key, value in rows:
        print(f"  {key:<{width}}  {value}")


def complain(summary: StageSummary, what: str) -> None:
    """End with what failed, now that everything else is done.

    Args:
        what: name of the items that failed, such as `clip(s)`.

    Raises:
        SpinegenError: something did.
    """
    if summary.failures:
        count = len(summary.failures)
        shown, mark = (summary.told, ", ") if summary.told else (summary.failures, "; ")
        more = f"{mark}and {count - SHOWN_FAILURES} more" if count > SHOWN_FAILURES else ""
        first = mark.join(shown[:SHOWN_FAILURES]) + more
        rest = "" if summary.nothing_done else ", the rest is done"
        raise SpinegenError(f"{count} {what} failed{rest}: {first}")
