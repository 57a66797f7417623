"""A process in which no file may grow beyond a size: a full disk that needs no disk."""

import resource
import subprocess
import sys


def with_small_files(code: str, *arguments: object, limit: int = 100_000) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own; what it prints comes back."""

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
        preexec_fn=small,
    )
