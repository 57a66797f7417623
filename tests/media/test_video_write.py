"""Our own videos are H.264, keep the times they are given, and do not count until they were read back."""

import errno
import resource
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from spinegen.media.video_read import VideoError, open_video
from spinegen.media.video_write import written_video


def grey(level: int, size_wh: tuple[int, int] = (64, 48)) -> np.ndarray:
    return np.full((size_wh[1], size_wh[0], 3), level, np.uint8)


def test_frames_come_back_at_their_times_in_a_form_that_browsers_play(tmp_path: Path) -> None:
    times = [0.0, 0.031, 0.5, 2.7]
    path = tmp_path / "a.mp4"
    with written_video(path, 30.0) as film:
        for number, time_s in enumerate(times):
            film.write(grey(60 * number), time_s)
    with open_video(path) as video:
        frames = list(video.frames())
    assert [frame.time_s for frame in frames] == pytest.approx(times, abs=1e-4)
    assert [int(frame.image_rgb.mean()) for frame in frames] == pytest.approx([0, 60, 120, 180], abs=2)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "a browser begins before it has all of it"


def test_the_same_frames_are_the_same_bytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (10, 48, 64, 3)).astype(np.uint8)
    for name in ("a.mp4", "b.mp4"):
        with written_video(tmp_path / name, 25.0) as film:
            for number, image in enumerate(frames):
                film.write(image, number / 25)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("rate_hz", [211.222, 0.5, 23.976, 90_000.0])
def test_any_rate_can_be_written(tmp_path: Path, rate_hz: float) -> None:
    with written_video(tmp_path / "a.mp4", rate_hz) as film:
        for number in range(5):
            film.write(grey(20 * number), number / rate_hz)
    with open_video(tmp_path / "a.mp4") as video:
        assert sum(1 for _ in video.frames()) == 5


def test_an_odd_side_gains_a_row(tmp_path: Path) -> None:
    with written_video(tmp_path / "a.mp4", 25.0) as film:
        film.write(grey(90, (61, 47)), 0.0)
    with open_video(tmp_path / "a.mp4") as video:
        assert next(video.frames()).image_rgb.shape == (48, 62, 3)


def test_a_video_without_a_frame_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"a\.mp4: video was not written whole"), written_video(tmp_path / "a.mp4", 25):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_breaks_off_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"before")

    def interrupted() -> None:
        with written_video(path, 25.0) as film:
            film.write(grey(1), 0.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"before"]


WRITE = """
import sys
from pathlib import Path
import numpy as np
from spinegen.media.video_write import written_video
rng = np.random.default_rng(0)
try:
    with written_video(Path(sys.argv[1]), 25.0) as film:
        for number in range(60):
            film.write(rng.integers(0, 255, (240, 320, 3)).astype(np.uint8), number / 25)
except OSError as error:
    print(error.errno, error.filename)
"""


def test_a_full_disk_is_an_error_of_the_disk_and_leaves_no_broken_film(tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    path = tmp_path / "a.mp4"
    command = [sys.executable, "-c", WRITE, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=small_files)
    assert result.stdout.split() == [str(errno.EFBIG), str(path)], result.stderr
    assert list(tmp_path.iterdir()) == []
