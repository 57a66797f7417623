"""Where training runs."""

import os

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
