"""Videos as they are: the true time of every frame, turned as the camera was held, and how far they really go."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from ..picture_limits import MAX_PIXELS
from .names import name_fault, readable
from .numbered_frames import is_numbered, open_numbered
from .video import Video, VideoError, VideoFrame

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame as AvFrame
    from av.video.stream import VideoStream

__all__ = ["Video", "VideoError", "VideoFile", "VideoFrame", "open_video"]

USUAL_RATE_HZ = 30.0
"""Of a stream that tells neither rate nor times."""
LACKING_S = 0.5
LACKING_OF_STREAM_S = 0.1
"""A file that tells no number of frames has ended early when more than this of its duration, or of its stream's own, is missing."""
_COVER = 0x0400
"""Bit of a stream that is a still picture beside sound."""
_CUT_OFF = "is cut off: its index is not whole, because the recording or a copy was not finished"


@dataclass
class VideoFile(Video):
    """A video file that PyAV reads."""

    _container: Any = None
    _stream: Any = None

    def frames(self) -> Iterator[VideoFrame]:
        """Every frame that can be decoded.

        Raises:
            VideoError: there is none.
        """
        number, first_s, size = 0, 0.0, None
        time_s = 0.0
        reader = _Packets(self._container, self._stream, self.rate_hz)
        for frame in reader:
            quarters = round(getattr(frame, "rotation", 0) / 90) % 4
            image = _turned(frame, quarters)
            size = size or image.shape
            if image.shape != size:
                self.faults.append(f"{self.path}: is read up to {time_s:.3f} s, where its frames change their size")
                break
            at = number / self.rate_hz + first_s if frame.time is None else float(frame.time)
            first_s = at if number == 0 else first_s
            time_s = at - first_s
            yield VideoFrame(number, time_s, image, quarters)
            number += 1
        if number == 0:
            raise VideoError(f"{self.path}: holds no frame that can be decoded")
        if reader.damaged:
            frames = "1 frame is" if reader.damaged == 1 else f"{reader.damaged} frames are"
            self.faults.append(f"{self.path}: {frames} damaged")
        lacking = reader.lacking()
        if lacking:
            self.faults.append(
                f"{self.path}: ended early at {time_s:.3f} s, after {number} frame{'s' if number > 1 else ''}: {lacking}"
            )


@contextmanager
def open_video(path: Path, rate_hz: float | None = None) -> Iterator[Video]:
    """Open a video file, or pictures numbered like `img_%04d.png`.

    Args:
        rate_hz: of numbered pictures; a video says it itself.

    Raises:
        VideoError: missing, no video, without a moving picture, too large, or a name that no program should be given.
    """
    if is_numbered(path):
        yield open_numbered(path, rate_hz)
        return
    _require_file(path)
    try:
        # `file:` so that a name with a colon is no protocol
        container = av.open(f"file:{path.absolute()}", metadata_errors="replace")
    except (FFmpegError, OSError, ValueError) as error:
        raise VideoError(f"{path}: {_why_not_opened(path, error)}") from error
    with container:
        stream = _moving_picture(path, container)
        rate = float(stream.average_rate or stream.guessed_rate or stream.base_rate or USUAL_RATE_HZ)
        yield VideoFile(path, rate, _total(container, stream, rate), [], container, stream)


def _require_file(path: Path) -> None:
    fault = name_fault(path)
    if fault is not None:
        raise VideoError(f"{readable(path)}: {fault}")
    if not path.exists():
        raise VideoError(f"{path}: does not exist")
    if not path.is_file():
        raise VideoError(f"{path}: is no file")
    if path.stat().st_size == 0:
        raise VideoError(f"{path}: is empty")


def _why_not_opened(path: Path, error: Exception) -> str:
    if _lacks_index(path):
        return _CUT_OFF
    return f"is no video that can be read: {getattr(error, 'strerror', None) or error}"


def _lacks_index(path: Path) -> bool:
    """Whether an MP4 or MOV file ends before its index does (the box `moov` of ISO/IEC 14496-12)."""
    size = path.stat().st_size
    at, is_one = 0, False
    with path.open("rb") as handle:
        while at + 8 <= size:
            handle.seek(at)
            head = handle.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            is_one |= head[4:8] == b"ftyp"
            if head[4:8] == b"moov":
                return at + length > size
            if length < 8:
                break
            at += length
    return is_one


def _moving_picture(path: Path, container: "InputContainer") -> "VideoStream":
    moving = [stream for stream in container.streams.video if not int(stream.disposition) & _COVER]
    if not moving:
        if _lacks_index(path):
            raise VideoError(f"{path}: {_CUT_OFF}")
        what = "only sound and a cover picture" if container.streams.video else "no moving picture"
        raise VideoError(f"{path}: is no video that can be read: holds {what}")
    best = container.streams.best("video")
    stream = next((stream for stream in moving if best is not None and stream.index == best.index), moving[0])
    if stream.codec_context is None:
        raise VideoError(f"{path}: {_why_not_opened(path, ValueError('its frames are of a kind that is not known'))}")
    width, height = stream.width, stream.height
    if width * height > MAX_PIXELS:
        raise VideoError(f"{path}: has frames of {width} x {height}; at most {MAX_PIXELS} pixels are read")
    stream.codec_context.thread_count = 1
    return stream


def _total(container: "InputContainer", stream: "VideoStream", rate_hz: float) -> int | None:
    if stream.frames > 0:
        return stream.frames
    seconds = _duration_s(container, stream)
    return None if seconds is None else max(round(seconds * rate_hz), 1)


def _duration_s(container: "InputContainer", stream: "VideoStream") -> float | None:
    """How long the file says that the moving picture is; None where it says nothing."""
    if stream.duration and stream.time_base and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    said = _clock(stream.metadata.get("DURATION", ""))
    if said is None and len(container.streams) == 1 and container.duration and container.duration > 0:
        said = container.duration / 1e6
    return said


def _clock(text: str) -> float | None:
    """Seconds of Matroska's `00:00:02.700000000`."""
    try:
        hours, minutes, seconds = text.split(":")
        value = 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


class _Packets:
    """Decodes a stream packet by packet and counts what is lost on the way."""

    def __init__(self, container: "InputContainer", stream: "VideoStream", rate_hz: float) -> None:
        self._container, self._stream, self._rate_hz = container, stream, rate_hz
        self.damaged = 0
        self._packets = 0
        self._end: Fraction | None = None
        self._broken_off = ""
        self._last_is_damaged = False

    def __iter__(self) -> "Iterator[AvFrame]":
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (FFmpegError, OSError) as error:
                self._broken_off = f"the rest cannot be read ({getattr(error, 'strerror', None) or error})"
                return
            self._note(packet)
            try:
                frames = list(packet.decode())
                damaged = packet.is_corrupt or any(frame.is_corrupt for frame in frames)
            except (FFmpegError, OSError, ValueError):
                frames, damaged = [], True
            self.damaged += damaged
            if packet.size:
                self._last_is_damaged = damaged
            yield from (frame for frame in frames if frame.width and frame.height)

    def _note(self, packet: Any) -> None:
        if not packet.size:
            return
        self._packets += 1
        if packet.pts is not None and packet.time_base:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self._end = end if self._end is None else max(self._end, end)

    def lacking(self) -> str:
        """What is missing at the end, in words; empty where nothing is."""
        if self._broken_off:
            return self._broken_off
        promised, duration = self._stream.frames, _duration_s(self._container, self._stream)
        start = float((self._stream.start_time or 0) * self._stream.time_base) if self._stream.time_base else 0.0
        reached = None if self._end is None else float(self._end) - start
        short = None if duration is None or reached is None else duration - reached
        if promised > self._packets and self._falls_short(short, reached):
            return f"the file promises {promised}"
        slack = LACKING_S if self._shared_duration else LACKING_OF_STREAM_S
        if promised <= 0 and duration is not None and short is not None and short > max(slack, 3 / self._rate_hz):
            return f"the file promises {duration:.1f} s"
        return "its last frame is not whole" if self._last_is_damaged else ""

    def _falls_short(self, short_s: float | None, reached_s: float | None) -> bool:
        """Whether fewer frames than promised also take less time than promised.

        An MP4 that was trimmed without being encoded again promises the frames of the whole. An AVI fills pauses with empty frames,
        and its duration follows its cut end.
        """
        if short_s is None or reached_s is None:
            return True
        if "avi" in self._container.format.name.split(","):
            return self._stream.frames / self._rate_hz - reached_s > 1.5 * reached_s / max(self._packets, 1)
        return short_s > 0.5 / self._rate_hz

    @property
    def _shared_duration(self) -> bool:
        """Whether only the whole file has a duration, which sound may stretch."""
        return not self._stream.duration and not self._stream.metadata.get("DURATION")


def _turned(frame: "AvFrame", quarters: int) -> NDArray[np.uint8]:
    """(H, W, 3) RGB after quarter turns to the left."""
    return np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), quarters), dtype=np.uint8)
