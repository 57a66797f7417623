"""The files that a prediction looks at."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import UsageError
from ..media.numbered_frames import is_numbered
from ..media.sources import PICTURES, VIDEOS, FoundFile, Sources, find_sources


def sources_of(given: Sequence[Path], target: Path) -> Sources:
    """Files of all inputs, each once, of which no two would be written under one name.

    Args:
        given: pictures, videos, numbered pictures, folders.
        target: folder of the results, which is not looked into.

    Raises:
        UsageError: there is no input, or one is not there or holds no picture or video, or results would overwrite it or each other.
    """
    if not given:
        raise UsageError("nothing to look at: name a picture, a video, numbered pictures or a folder")
    found = [_sources(source, target) for source in given]
    known: dict[str, Path] = {}
    for file in (file for sources in found for file in (*sources.pictures, *sources.videos)):
        other = known.setdefault(file.name, file.path)
        if other.resolve() != file.path.resolve():
            raise UsageError(
                f"{other} and {file.path}: results of both would be called {file.name}; predict them into two folders"
            )
    return Sources(
        _once(file for sources in found for file in sources.pictures),
        _once(file for sources in found for file in sources.videos),
        tuple(skipped for sources in found for skipped in sources.skipped),
    )


def _once(files: Iterable[FoundFile]) -> tuple[FoundFile, ...]:
    return tuple({file.name: file for file in files}.values())


def _sources(source: Path, target: Path) -> Sources:
    if not source.exists() and not is_numbered(source):
        raise UsageError(f"{source}: does not exist")
    folder = source if source.is_dir() else source.parent
    if target.resolve() == folder.resolve():
        raise UsageError(f"{target}: is the folder of the input, whose files would be overwritten; name another one")
    sources = find_sources(source, results=target)
    if not sources.pictures and not sources.videos:
        allowed = ", ".join(sorted(PICTURES | VIDEOS))
        skipped = f"; skipped: {sources.skipped_in_words()}" if sources.skipped else ""
        raise UsageError(f"{source}: holds no picture or video; known endings: {allowed}{skipped}")
    return sources
