"""The last whole state of a training, written atomically and read without running any code from it."""

import hashlib
import io
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...errors import TrainingError
from ...files import write_bytes


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values whole or not at all."""
    # torch hides what went wrong where it writes a file itself
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_bytes(path, buffer.getbuffer())


def make_room_for(path: Path, key: str) -> Path | None:
    """Let `path` be the checkpoint of a key, if it has one.

    A checkpoint of another key is renamed after it, and takes its place again when that key comes back.

    Returns:
        Where another checkpoint now lies, or None.

    Raises:
        TrainingError: the checkpoint that is there is damaged.
    """
    moved = None
    if path.exists():
        other = str(_read(path).get("key", "unknown"))
        if other != key:
            moved = _named_after(path, other)
            path.replace(moved)
    own = _named_after(path, key)
    if not path.exists() and own.exists():
        own.replace(path)
    return moved


def _named_after(path: Path, key: str) -> Path:
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return path.with_name(f"{path.stem}-{digest}{path.suffix}")


def load_checkpoint(path: Path, key: str, architecture: str, any_key: bool = False) -> dict[str, Any] | None:
    """The state in `path`, or None where there is none, or it belongs to other settings or data.

    Raises:
        TrainingError: damaged, or of another architecture.
    """
    if not path.exists():
        return None
    state = _read(path)
    if state.get("architecture") != architecture:
        raise TrainingError(
            f"{path}: checkpoint is of architecture {state.get('architecture')!r}, asked for is {architecture!r}; "
            "use another workspace or delete it"
        )
    return state if any_key or state.get("key") == key else None


def load_trained(network: nn.Module, path: Path, architecture: str) -> None:
    """Give a network the weights that a finished training left.

    Raises:
        TrainingError: they are missing, damaged, or of another architecture or version.
    """
    if not path.exists():
        raise TrainingError(f"{path}: does not exist; train anew")
    state = _read(path)
    if state.get("architecture") != architecture:
        raise TrainingError(
            f"{path}: holds a {state.get('architecture')} network, asked for is {architecture}: name the same --model for both"
        )
    try:
        network.load_state_dict(state["network"])
    except RuntimeError:
        raise TrainingError(f"{path}: holds a {architecture} network of another version; train anew") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle fails in as many ways as there are bytes
        raise TrainingError(
            f"{path}: checkpoint cannot be read: it is damaged or holds more than tensors and plain values; "
            "delete it to train anew"
        ) from error
    if not isinstance(state, dict) or "network" not in state:
        raise TrainingError(f"{path}: is no training checkpoint; delete it to train anew")
    return state
