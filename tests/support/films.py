"""Small films made with PyAV, to be cut, turned and looked at."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

TICKS = 1000


def film(
    path: Path,
    times_s: list[float],
    codec: str = "libx264",
    *,
    size_wh: tuple[int, int] = (96, 64),
    options: dict[str, str] | None = None,
    container: str | None = None,
) -> Path:
    """A film of noise under a brightness that grows with the frame's number."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w", format=container, options=options or {}) as out:
        stream: Any = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size_wh, "yuv420p"
        # a frame that needs no other: a cut file then loses what was cut and nothing else
        stream.options = {"g": "1", "bf": "0"}
        stream.codec_context.time_base = Fraction(1, TICKS)
        for number, time_s in enumerate(times_s):
            image = rng.integers(0, 60, (size_wh[1], size_wh[0], 3)).astype(np.uint8) + np.uint8(number * 8 % 190)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(time_s * TICKS), Fraction(1, TICKS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def steady(count: int, rate_hz: float = 25.0) -> list[float]:
    """Times of frames that keep their distance."""
    return [number / rate_hz for number in range(count)]


def turned(path: Path, quarter_turns: int) -> Path:
    """Write a quarter turn into the track header of an MP4, as telephones do (ISO/IEC 14496-12, tkhd)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    one, c, s = 1 << 16, *((1, 0), (0, 1), (-1, 0), (0, -1))[quarter_turns % 4]
    matrix = (one * c, one * s, 0, -one * s, one * c, 0, 0, 0, 1 << 30)
    data[at : at + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in matrix)
    path.write_bytes(bytes(data))
    return path
