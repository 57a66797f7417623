"""Our own videos: H.264 in MP4 that browsers play, written whole or not at all, and read back before they count."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from ..errors import SpinegenError
from ..files import NO_ROOM, atomic_path
from .video_read import VideoError, open_video

TICKS = 90_000
"""A second, in the file's unit of time."""
QUALITY = "20"
"""x264's constant rate factor; 18 is hardly told from the original."""
BT709 = 1
TIME_SLACK_S = 2e-3


class VideoWriter:
    """Takes frames; made by `written_video`."""

    def __init__(self, path: Path, rate_hz: float) -> None:
        self.count = 0
        self.times_s: list[float] = []
        self._rate = Fraction(rate_hz).limit_denominator(1001)
        self._container = av.open(f"file:{path.absolute()}", "w", format="mp4", options={"movflags": "+faststart"})
        self._stream: Any = None
        self._last = -1

    def write(self, image_rgb: NDArray[np.uint8], time_s: float) -> None:
        """Add a frame (H, W, 3) at a time; all have the size of the first, times only grow. Odd sides gain a row or column."""
        height, width = image_rgb.shape[:2]
        even = np.pad(image_rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        if self._stream is None:
            self._stream = self._opened(even.shape[1], even.shape[0])
        plain = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
        frame = plain.reformat(format="yuv420p", dst_colorspace=BT709)
        self._last = frame.pts = max(round(time_s * TICKS), self._last + 1)
        frame.time_base = Fraction(1, TICKS)
        self._container.mux(self._stream.encode(frame))
        self.times_s.append(self._last / TICKS)
        self.count += 1

    def _opened(self, width: int, height: int) -> Any:
        stream: Any = self._container.add_stream("libx264", rate=self._rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        # one thread: the same frames give the same bytes on every machine
        stream.options = {"crf": QUALITY, "preset": "veryfast", "threads": "1"}
        context = stream.codec_context
        context.time_base = Fraction(1, TICKS)
        context.colorspace = context.color_primaries = context.color_trc = BT709
        return stream

    def finish(self) -> None:
        """Write what is still in the encoder, and the index."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def give_up(self) -> None:
        """Let go of the file."""
        with suppress(Exception):
            self._container.close()


@contextmanager
def written_video(target: Path, rate_hz: float) -> Iterator[VideoWriter]:
    """A writer whose file takes the target's place once it was read back in whole.

    Args:
        rate_hz: frames a second, roughly; each frame has its own time.

    Raises:
        OSError: no room, or the folder cannot be written.
        VideoError: this PyAV has no H.264 encoder, no frame was given, or the file does not read back as it was written.
    """
    with atomic_path(target) as temporary:
        writer = VideoWriter(temporary, rate_hz)
        try:
            yield writer
            writer.finish()
        except FFmpegError as error:
            writer.give_up()
            raise _plain(error, target) from error
        except BaseException:
            writer.give_up()
            raise
        _require_same(temporary, target, writer.times_s)


def _plain(error: Exception, target: Path) -> Exception:
    number = getattr(error, "errno", None)
    if number in (*NO_ROOM, errno.EIO, errno.EACCES):
        return OSError(number, os.strerror(number), str(target))
    return VideoError(f"{target}: video cannot be written: {getattr(error, 'strerror', None) or error}")


def _require_same(written: Path, target: Path, times_s: list[float]) -> None:
    """Decode every frame of a file that was just written."""
    found: list[float] = []
    try:
        with open_video(written) as video:
            found = [frame.time_s for frame in video.frames()]
            faults = list(video.faults)
    except SpinegenError as error:
        faults = [str(error)]
    same = len(found) == len(times_s) and np.allclose(
        found, np.subtract(times_s, times_s[:1]), rtol=0, atol=TIME_SLACK_S
    )
    if faults or not same:
        why = faults[0] if faults else f"{len(found)} of {len(times_s)} frames came back"
        raise VideoError(
            f"{target}: video was not written whole ({why.replace(str(written), target.name)}); is the disk full?"
        )
