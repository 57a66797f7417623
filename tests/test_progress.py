"""On a log a long step leaves plain lines; a summary names what to look at."""

import re
import sys
import time
from pathlib import Path

import pytest

from spinegen import progress
from spinegen.errors import SpinegenError


def test_plain_lines_tell_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with progress.PlainReporter().task("render", total=200, unit="frames", done=100) as task:
        now[0] = 4.0
        task.advance(10)
        now[0] = 20.0
        task.advance(30)
        task.note("cobra")
        now[0] = 50.0
        task.advance(60)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "render: 140/200 frames, 2.0 frames/s, 0:20, 0:30 left"
    assert lines[-1] == "render: 200/200 frames, 2.0 frames/s, 0:50  cobra"


def test_no_color_gives_plain_lines_even_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert isinstance(progress.make_reporter(), progress.PlainReporter)
    monkeypatch.delenv("NO_COLOR")
    assert isinstance(progress.make_reporter(), progress.RichReporter)


def test_bars_advance_as_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with progress.RichReporter().task("fit", total=3, unit="clips") as task:
        for _ in range(3):
            task.advance()
        task.note("done")
    assert "3/3" in capsys.readouterr().err


def test_a_summary_names_failures_and_what_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    progress.print_summary(
        progress.StageSummary("Fits", (("clips", "1 of 2"),), Path("w/report.html"), ("b.c3d: broken",))
    )
    assert capsys.readouterr().out.splitlines() == [
        "Fits",
        "  clips    1 of 2",
        "  failed   b.c3d: broken",
        "  look at  w/report.html",
    ]


@pytest.mark.parametrize(
    ("nothing_done", "said"), [(True, "1 clip(s) failed: b.c3d"), (False, "1 clip(s) failed, the rest is done: b.c3d")]
)
def test_the_last_line_speaks_of_a_rest_only_where_there_is_one(nothing_done: bool, said: str) -> None:
    summary = progress.StageSummary("Fits", (), failures=("b.c3d: broken",), told=("b.c3d",), nothing_done=nothing_done)
    with pytest.raises(SpinegenError, match=f"^{re.escape(said)}$"):
        progress.complain(summary, "clip(s)")


@pytest.mark.parametrize(("count", "text"), [(3, "3"), (60.4472, "60.4"), (100.0, "100")])
def test_counts_are_short(count: float, text: str) -> None:
    assert progress.amount(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(5, "0:05"), (65.4, "1:05"), (3725, "1:02:05")])
def test_clock(seconds: float, text: str) -> None:
    assert progress.clock(seconds) == text


def test_of_many_warnings_of_one_kind_the_first_are_told_and_the_others_counted() -> None:
    reporter = progress.SilentReporter()
    progress.warn_of(reporter, ["a.jpg: is missing", "b.jpg: is missing"], "pictures are left out")
    assert reporter.warnings == ["a.jpg: is missing", "b.jpg: is missing"]
    progress.warn_of(reporter, [f"{number}.jpg: is missing" for number in range(12)], "pictures are left out")
    assert reporter.warnings[2:] == [
        "0.jpg: is missing",
        "1.jpg: is missing",
        "2.jpg: is missing",
        "9 more pictures are left out",
    ]
