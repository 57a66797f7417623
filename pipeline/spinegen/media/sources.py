"""What lies in a folder that somebody points at: pictures, videos, and everything else with the reason why it is left alone."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .names import name_fault, readable
from .numbered_frames import is_numbered, plain_name

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".jp2"})
VIDEOS = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".mts", ".m2ts", ".3gp", ".wmv"})
CONVERTED_FIRST = {
    ".heic": "HEIC is not read; save it as JPEG",
    ".heif": "HEIC is not read; save it as JPEG",
    ".avif": "AVIF is not read; save it as JPEG",
    ".gif": "GIF is not read; save it as PNG or MP4",
    ".dng": "camera raw is not read; save it as JPEG",
    ".cr2": "camera raw is not read; save it as JPEG",
    ".nef": "camera raw is not read; save it as JPEG",
    ".arw": "camera raw is not read; save it as JPEG",
}


@dataclass(frozen=True)
class FoundFile:
    """A picture or video."""

    path: Path
    name: str
    """Below the folder that was asked for, with forward slashes."""


@dataclass(frozen=True)
class Skipped:
    """A file that is not read."""

    name: str
    why: str
    wanted: bool
    """Whether it is a picture or video that somebody surely meant to be read."""


@dataclass(frozen=True)
class Sources:
    """Files of a folder and of those in it, ordered by name."""

    pictures: tuple[FoundFile, ...]
    videos: tuple[FoundFile, ...]
    skipped: tuple[Skipped, ...]

    def skipped_in_words(self) -> str:
        """`3 hidden files (._a.jpg, ...), 1 file of another kind (notes.txt)`."""
        names: dict[str, list[str]] = {}
        for file in self.skipped:
            names.setdefault(file.why, []).append(file.name)
        counts = Counter(file.why for file in self.skipped)
        return "; ".join(
            f"{count} x {why} ({names[why][0]}{', ...' if count > 1 else ''})" for why, count in counts.most_common()
        )


def find_sources(given: Path, results: Path | None = None) -> Sources:
    """Pictures and videos of a folder and the folders in it, or the one file or run of numbered pictures that was given.

    Hidden files and folders, files of other kinds and names that no program should be given are listed as skipped. Links are
    followed; no folder is read twice.

    Args:
        results: a folder that is not looked into, since it is what will be written.
    """
    if is_numbered(given):
        return Sources((), (FoundFile(given, plain_name(given)),), ())
    if not given.is_dir():
        return _sorted_out([(given, given.name)])
    return _sorted_out(_walked(given, results))


def _walked(root: Path, results: Path | None) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    seen: set[tuple[int, int]] = set()
    if results is not None and results.is_dir():
        stat = results.stat()
        seen.add((stat.st_dev, stat.st_ino))
    for folder, folders, names in os.walk(root, followlinks=True):
        stat = Path(folder).stat()
        if (stat.st_dev, stat.st_ino) in seen:
            folders.clear()
            continue
        seen.add((stat.st_dev, stat.st_ino))
        folders.sort()
        hidden = [name for name in folders if name.startswith(".")]
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*hidden, *sorted(names)):
            path = Path(folder) / name
            found.append((path, path.relative_to(root).as_posix()))
    return found


def _sorted_out(files: list[tuple[Path, str]]) -> Sources:
    pictures: list[FoundFile] = []
    videos: list[FoundFile] = []
    skipped: list[Skipped] = []
    for path, name in files:
        suffix = path.suffix.lower()
        why = _why_not(path, suffix)
        if why is not None:
            wanted = suffix in PICTURES | VIDEOS | set(CONVERTED_FIRST) and not path.name.startswith(".")
            skipped.append(Skipped(readable(Path(name)), why, wanted))
        elif suffix in VIDEOS:
            videos.append(FoundFile(path, name))
        else:
            pictures.append(FoundFile(path, name))
    return Sources(tuple(pictures), tuple(videos), tuple(skipped))


def _why_not(path: Path, suffix: str) -> str | None:
    if path.name.startswith("."):
        return "hidden file" if not path.is_dir() else "hidden folder"
    fault = name_fault(Path(path.name))
    if fault is not None:
        return fault
    if suffix in CONVERTED_FIRST:
        return CONVERTED_FIRST[suffix]
    if suffix not in PICTURES and suffix not in VIDEOS:
        return "file of another kind"
    if not path.is_file():
        return "broken link, or no file"
    return None
