"""The command line, run as a user runs it."""

import os
import subprocess
import sys
from pathlib import Path


def spinegen(*arguments: str | Path, cwd: Path, timeout_s: float = 280) -> subprocess.CompletedProcess[str]:
    """Run `spinegen ARGUMENTS` in a folder, without a terminal."""
    environment = {k: v for k, v in os.environ.items() if k != "SPINEGEN_WORKSPACE"}
    command = [sys.executable, "-c", "from spinegen.cli import main; main()", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env=environment, check=False, timeout=timeout_s
    )


def done(*arguments: str | Path, cwd: Path, timeout_s: float = 280) -> str:
    """Run a command that must succeed; what it prints."""
    result = spinegen(*arguments, cwd=cwd, timeout_s=timeout_s)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def refused(*arguments: str | Path, cwd: Path, code: int = 1) -> str:
    """Run a command that must fail with one clear last line; that line."""
    result = spinegen(*arguments, cwd=cwd)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]
