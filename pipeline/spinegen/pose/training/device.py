"""Where training runs."""

import os
import time
from collections.abc import Callable

import torch

from ...errors import TrainingError


def choose_device(wanted: str) -> torch.device:
    """`auto` takes a GPU where there is one.

    Raises:
        TrainingError: CUDA was asked for and is absent.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        build = torch.version.cuda or "CPU only"
        raise TrainingError(
            f"device cuda: no usable NVIDIA GPU here (torch {torch.__version__}, built for: {build}); use --device cpu or auto"
        )
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(wanted)


def core_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fastest_threads(work: Callable[[], object]) -> int:
    """One thread or all cores, whichever does `work` faster now: on a busy machine threads that wait for each other are slower than one.

    Leaves torch's thread count at the answer.
    """
    seconds = {}
    for count in sorted({1, core_count()}):
        torch.set_num_threads(count)
        work()
        started = time.perf_counter()
        for _ in range(3):
            work()
        seconds[count] = time.perf_counter() - started
    best = min(seconds, key=lambda count: seconds[count])
    torch.set_num_threads(best)
    return best
