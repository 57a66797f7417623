"""ONNX Runtime opened the same way for every network: quiet, on the threads that are given, with one sentence where it refuses."""

from pathlib import Path
from typing import Any

from ..errors import TrainingError

FATAL_ONLY = 4
"""Severity from which on the runtime itself writes; what goes wrong is told by the error."""


def open_session(path: Path, *, data: bytes | None = None, device: str = "cpu", threads: int | None = None) -> Any:
    """An inference session.

    Args:
        path: the file, and its name in errors.
        data: the model where it is not what the file holds.
        device: `cuda` where there is one.

    Raises:
        TrainingError: there is no such file, or the runtime cannot open it.
    """
    import onnxruntime as ort

    if data is None and not path.exists():
        raise TrainingError(f"{path}: model file does not exist")
    if data is None and not path.is_file():
        raise TrainingError(f"{path}: is no file")
    options = ort.SessionOptions()
    options.log_severity_level = FATAL_ONLY
    if threads is not None:
        options.intra_op_num_threads = threads
    # threads that wait by counting take cores from whatever else a user's machine does, and gain nothing here
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    providers = ["CPUExecutionProvider"]
    if device == "cuda" and "CUDAExecutionProvider" in ort.get_available_providers():
        providers.insert(0, "CUDAExecutionProvider")
    try:
        return ort.InferenceSession(str(path) if data is None else data, options, providers=providers)
    except Exception as error:  # the runtime has an exception class a kind of failure, without a common base
        raise TrainingError(f"{path}: ONNX Runtime cannot open it: {first_words(error)}") from error


def first_words(error: Exception) -> str:
    """What an error says, on one line of bounded length."""
    return " ".join(str(error).split())[:200]
