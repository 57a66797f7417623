"""On a log a long step leaves plain lines; a summary names what to look at."""

import sys
import time
from pathlib import Path

import pytest

from spinegen import progress


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


@pytest.mark.parametrize(("count", "text"), [(3, "3"), (60.4472, "60.4"), (100.0, "100")])
def test_counts_are_short(count: float, text: str) -> None:
    assert progress.amount(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(5, "0:05"), (65.4, "1:05"), (3725, "1:02:05")])
def test_clock(seconds: float, text: str) -> None:
    assert progress.clock(seconds) == text
