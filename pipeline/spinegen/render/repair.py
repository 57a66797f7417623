"""Looks at finished frames: a file that is missing, cut short or altered makes the frame undone again."""

from collections.abc import Iterable

from ..errors import DatasetError
from ..files import is_file_name, sha256
from ..records.sidecar import Sealed, parse_sealed, seal_holds
from .paths import FramePaths


def fault(paths: FramePaths, shot: int) -> str | None:
    """What is wrong with a finished frame, or None."""
    name = paths.sidecar.name
    try:
        data = paths.sidecar.read_bytes()
        record: Sealed = parse_sealed(data, name)
    except OSError as error:
        return f"{name} cannot be read: {error}"
    except DatasetError as error:
        return f"cannot be read: {error}"
    if record.shot != shot:
        return f"{name} is not the sidecar of shot {shot}"
    if not seal_holds(data):
        return f"{name} was altered"
    for beside, digest in record.sha256.items():
        path = paths.sidecar.parent / beside
        if not is_file_name(beside) or not path.is_file():
            return f"{beside} is missing"
        if sha256(path) != digest:
            return f"{beside} was altered or cut short"
    return None


def remove_damaged(frames: Iterable[FramePaths]) -> dict[int, str]:
    """Take damaged frames away so that they are drawn again; shot -> what was wrong."""
    found = {}
    for paths in frames:
        if paths.done and (reason := fault(paths, paths.shot)):
            paths.remove()
            found[paths.shot] = reason
    return found
