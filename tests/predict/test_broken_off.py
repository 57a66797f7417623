"""A prediction that is broken off leaves nothing half-written, and does not promise to go on."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spinegen.pose.networks import shipped_model
from support.films import film, steady


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_broken_off_film_leaves_nothing_and_says_that_it_starts_anew(tmp_path: Path, number: signal.Signals) -> None:
    source = film(tmp_path / "long.mp4", steady(4000), size_wh=(64, 48))
    out = tmp_path / "out"
    arguments = ("predict", "-i", source, "-o", out, "--boxes", "whole", "--model", shipped_model("light"))
    # who runs the tests in the background may have Ctrl-C ignored, which processes inherit
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from spinegen.cli import main; main()"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    deadline = time.monotonic() + 200
    while not list(out.glob(".long.*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(out.glob(".long.*")), "it writes"
    process.send_signal(number)
    _, said = process.communicate(timeout=100)
    assert process.returncode in (130, 143)
    assert said.strip().splitlines()[-1].endswith("what is written stays, the same command starts anew")
    assert list(out.iterdir()) == []
