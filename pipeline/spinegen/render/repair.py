"""Looks at finished frames: a file that is missing, cut short or altered makes the frame undone again."""

import json
from collections.abc import Iterable

from ..files import is_file_name, sha256
from .frame import seal
from .paths import FramePaths


def fault(paths: FramePaths, shot: int) -> str | None:
    """What is wrong with a finished frame, or None."""
    try:
        record = json.loads(paths.sidecar.read_bytes())
    except (OSError, ValueError) as error:
        return f"{paths.sidecar.name} cannot be read: {error}"
    if not isinstance(record, dict) or record.get("shot") != shot or not isinstance(record.get("sha256"), dict):
        return f"{paths.sidecar.name} is not the sidecar of shot {shot}"
    kept = record.pop("seal", None)
    if kept != seal(json.dumps(record, separators=(",", ":"), allow_nan=False)):
        return f"{paths.sidecar.name} was altered"
    for name, digest in record["sha256"].items():
        path = paths.sidecar.parent / name
        if not is_file_name(name) or not path.is_file():
            return f"{name} is missing"
        if sha256(path) != digest:
            return f"{name} was altered or cut short"
    return None


def remove_damaged(frames: Iterable[FramePaths]) -> dict[int, str]:
    """Take damaged frames away so that they are drawn again; shot -> what was wrong."""
    found = {}
    for paths in frames:
        if paths.done and (reason := fault(paths, paths.shot)):
            paths.remove()
            found[paths.shot] = reason
    return found
