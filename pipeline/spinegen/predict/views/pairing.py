"""Which camera took which video, and whether picture sizes and lengths agree."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...errors import UsageError
from .cameras import Calibration, ViewCamera

LENGTHS_DIFFER = 0.02
LENGTHS_DIFFER_S = 0.25
"""Videos whose lengths differ by more than both were not cut to one stretch of time."""
NO_COMMON_TIME = "--starts: the videos have no time in common that begins there"


def cameras_of(videos: Sequence[Path], calibration_path: Path, calibration: Calibration) -> tuple[ViewCamera, ...]:
    """The camera of each video: by its name inside the file's name, else in the order of the calibration.

    Raises:
        UsageError: one video, more videos than cameras, or it cannot be told which camera took a video.
    """
    cameras = calibration.cameras
    if len(videos) < 2:
        raise UsageError(
            f"--videos: found {len(videos)}; two views are the least that show depth (one alone: spinegen predict)"
        )
    if len(videos) > len(cameras):
        raise UsageError(
            f"{calibration_path}: holds {len(cameras)} cameras ({', '.join(c.name for c in cameras)}), but {len(videos)} videos are given"
        )
    resolved = [video.resolve() for video in videos]
    twice = next((video for video in videos if resolved.count(video.resolve()) > 1), None)
    if twice is not None:
        raise UsageError(f"--videos: {twice} is given twice")
    named = [[camera for camera in cameras if _names(video, camera.name)] for video in videos]
    told = [found[0] for found in named if len(found) == 1]
    if len(told) == len(videos) and len({camera.name for camera in told}) == len(videos):
        return tuple(told)
    if len(videos) == len(cameras) and not any(named):
        return cameras
    unclear = next((video for video, found in zip(videos, named, strict=True) if len(found) != 1), videos[0])
    raise UsageError(
        f"{unclear}: its name does not tell which camera took it; each video's name must hold one of "
        f"{', '.join(camera.name for camera in cameras)}, or there must be as many videos as cameras, in their order and named otherwise"
    )


def as_filmed(
    video: Path, camera: ViewCamera, size_wh: tuple[int, int], *, quarters: int, calibration_path: Path
) -> ViewCamera:
    """The camera as its film shows the world: turned where the film was turned for showing, and the calibration's pictures were not.

    Args:
        quarters: turns to the left that the file asks for.

    Raises:
        UsageError: the video's pictures are not of the size that its camera was calibrated with.
    """
    if camera.size_wh is None or camera.size_wh == size_wh:
        return camera
    if camera.size_wh == size_wh[::-1] and quarters % 2:
        return replace(camera, quarters=quarters)
    turned = "; the video seems to be turned" if camera.size_wh == size_wh[::-1] else ""
    raise UsageError(
        f"{video}: has pictures of {size_wh[0]} x {size_wh[1]}, but {calibration_path} says that camera {camera.name!r} was calibrated "
        f"with {camera.size_wh[0]} x {camera.size_wh[1]}{turned}"
    )


def require_one_stretch(videos: Sequence[Path], lengths_s: Sequence[float]) -> None:
    """Raises UsageError: the videos' lengths differ so much that they cannot show the same time."""
    shortest, longest = min(lengths_s), max(lengths_s)
    if longest - shortest <= max(LENGTHS_DIFFER * longest, LENGTHS_DIFFER_S):
        return
    short, long = videos[list(lengths_s).index(shortest)], videos[list(lengths_s).index(longest)]
    raise UsageError(
        f"{short}: lasts {shortest:.2f} s, {long} {longest:.2f} s: the videos are not synchronised; cut them to one stretch of time, "
        "or say with --starts at which second of each it begins"
    )


def require_common_time(starts_s: Sequence[float], lengths_s: Sequence[float]) -> None:
    """Raises UsageError: one of the videos has ended, by its length, where they are to begin."""
    if any(length <= start for start, length in zip(starts_s, lengths_s, strict=True)):
        raise UsageError(NO_COMMON_TIME)


def parse_starts(text: str | None, videos: Sequence[Path]) -> tuple[float, ...] | None:
    """`0,0.4,1.2` as seconds, one a video; None where nothing was said.

    Raises:
        UsageError: not as many numbers as videos, or one below 0.
    """
    if text is None:
        return None
    try:
        found = tuple(float(word) for word in text.split(","))
    except ValueError as error:
        raise UsageError(f"--starts {text}: must be seconds with commas between, like 0,0.4,1.2") from error
    if len(found) != len(videos) or not all(0 <= start < 1e6 for start in found):
        raise UsageError(f"--starts {text}: must be {len(videos)} numbers of seconds from 0 on, one a video")
    return found


def _names(video: Path, camera: str) -> bool:
    """Whether a file's name holds a camera's as a word of its own."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(camera)}(?![A-Za-z0-9])", video.stem, re.IGNORECASE) is not None
