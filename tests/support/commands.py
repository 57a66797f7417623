"""The command line: run as a user runs it, in a process of its own, or in this one where that makes no difference but the time to start."""

import io
import os
import signal
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from spinegen.cli import main


def spinegen(*arguments: str | Path, cwd: Path, timeout_s: float = 280) -> subprocess.CompletedProcess[str]:
    """Run `spinegen ARGUMENTS` in a folder, without a terminal."""
    command = [sys.executable, "-c", "from spinegen.cli import main; main()", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env=_environment(), check=False, timeout=timeout_s
    )


def spinegen_here(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The same within this process."""
    words, before, handler = [*map(str, arguments)], dict(os.environ), signal.getsignal(signal.SIGTERM)
    out, err, code = io.StringIO(), io.StringIO(), 0
    os.environ.clear()
    os.environ.update(_environment(before))
    try:
        with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
            main(words)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        signal.signal(signal.SIGTERM, handler)
        os.environ.clear()
        os.environ.update(before)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def done(*arguments: str | Path, cwd: Path, timeout_s: float = 280) -> str:
    """Run a command that must succeed, in a process of its own; what it prints."""
    return _succeeded(spinegen(*arguments, cwd=cwd, timeout_s=timeout_s))


def done_here(*arguments: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, in this process; what it prints."""
    return _succeeded(spinegen_here(*arguments, cwd=cwd))


def refused(*arguments: str | Path, cwd: Path, code: int = 1) -> str:
    """Run a command that must fail with one clear last line before it begins anything; that line."""
    return _last_line(spinegen_here(*arguments, cwd=cwd), code)


def failed(*arguments: str | Path, cwd: Path, code: int = 1) -> str:
    """Run a command that must fail with one clear last line while it works, in a process of its own; that line."""
    return _last_line(spinegen(*arguments, cwd=cwd), code)


def _environment(of: dict[str, str] | None = None) -> dict[str, str]:
    return {k: v for k, v in (os.environ if of is None else of).items() if k != "SPINEGEN_WORKSPACE"}


def _succeeded(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def _last_line(result: subprocess.CompletedProcess[str], code: int) -> str:
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]
