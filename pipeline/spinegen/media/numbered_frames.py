"""Pictures numbered like `img_%04d.png` read as one film."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .pictures import PictureError, read_rgb
from .video import Video, VideoError, VideoFrame

RATE_HZ = 30.0
"""Of numbered frames, which tell no time, where nothing else is said."""
_NUMBER = re.compile(r"%(?:0(?P<digits>[1-9]))?d")


def is_numbered(path: Path) -> bool:
    """Whether a path stands for numbered files."""
    return _NUMBER.search(path.name) is not None and not path.exists()


def plain_name(path: Path) -> str:
    """The pattern's name without the number: `img.png` of `img_%04d.png`."""
    stem = _NUMBER.sub("", path.stem).strip("_-. ")
    return f"{stem or 'frames'}{path.suffix}"


def numbered_files(path: Path) -> list[tuple[int, Path]]:
    """Files that a pattern means, by number.

    Raises:
        VideoError: there is none, or the pattern holds two numbers.
    """
    marks = list(_NUMBER.finditer(path.name))
    if len(marks) != 1:
        raise VideoError(f"{path}: must hold one number like %04d, found {len(marks)}")
    digits = marks[0]["digits"]
    before, after = path.name[: marks[0].start()], path.name[marks[0].end() :]
    number = rf"(?P<number>\d{{{digits},}})" if digits else r"(?P<number>0|[1-9]\d*)"
    wanted = re.compile(re.escape(before) + number + re.escape(after))
    found = []
    for file in path.parent.iterdir() if path.parent.is_dir() else ():
        match = wanted.fullmatch(file.name)
        if match and (not digits or len(match["number"]) == int(digits) or match["number"][0] != "0"):
            found.append((int(match["number"]), file))
    if not found:
        raise VideoError(f"{path}: no file in {path.parent} has a name of this form")
    return sorted(found)


@dataclass
class NumberedFrames(Video):
    """An open run of numbered pictures; a number that is missing leaves its time empty."""

    def frames(self) -> Iterator[VideoFrame]:
        """Every picture that can be read, at the time that its number gives.

        Raises:
            VideoError: there is none.
        """
        files = numbered_files(self.path)
        first = files[0][0]
        size, read = None, 0
        numbers = {number for number, _ in files}
        missing = [number for number in range(first, files[-1][0]) if number not in numbers]
        if missing:
            self.faults.append(f"{self.path}: number {missing[0]} is missing{_and_more(len(missing))}")
        for number, file in files:
            try:
                image = np.asarray(read_rgb(file), np.uint8)
            except PictureError as error:
                self.faults.append(str(error))
                continue
            size = size or image.shape
            if image.shape != size:
                self.faults.append(f"{file}: has another size than the pictures before it, where reading ends")
                break
            yield VideoFrame(read, (number - first) / self.rate_hz, image)
            read += 1
        if read == 0:
            raise VideoError(f"{self.path}: none of its {len(files)} pictures can be read")


def open_numbered(path: Path, rate_hz: float | None) -> NumberedFrames:
    """Numbered pictures as a film; `rate_hz` is how many make a second."""
    return NumberedFrames(path, rate_hz or RATE_HZ, len(numbered_files(path)))


def _and_more(count: int) -> str:
    return f", and {count - 1} more" if count > 1 else ""
