"""What decides a training's result, as one key, so that a finished one is skipped and a broken-off one resumed."""

import hashlib
import json
from pathlib import Path
from typing import Any

from ..version import __version__
from .assembly import ARCHITECTURES
from .settings import TrainSettings

_NOT_DECIDING = {"device", "threads", "only", "annotations", "images", "benchmark", "fp16"}


def deciding_settings(settings: TrainSettings) -> dict[str, Any]:
    """The settings that change what is learnt, as plain data."""
    return settings.model_dump(mode="json", exclude=_NOT_DECIDING)


def training_key(settings: TrainSettings, files: list[Path]) -> str:
    """Key of settings, of the contents of the annotation files (and the teacher), and of the names and sizes of backdrops."""
    digest = hashlib.sha256(json.dumps([__version__, deciding_settings(settings)], sort_keys=True).encode())
    digest.update(repr(ARCHITECTURES.get(settings.model)).encode())
    if settings.backdrops is not None:
        for path in sorted(settings.backdrops.rglob("*")):
            digest.update(f"{path.relative_to(settings.backdrops).as_posix()} {path.stat().st_size}".encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing")
    return digest.hexdigest()[:20]
