"""A camera's frames are followed and smoothed as they come, and everything is written when it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from spinegen.errors import UsageError
from spinegen.media.video import VideoFrame
from spinegen.media.video_read import open_video
from spinegen.predict.estimator import SpineEstimator
from spinegen.predict.live import camera_frames, predict_live
from spinegen.predict.one_euro import OneEuroFilter
from spinegen.predict.window import window
from support.commands import refused

TIMES_S = (0.0, 0.05, 0.2, 0.22, 0.4)


def frames() -> Iterator[VideoFrame]:
    for number, time_s in enumerate(TIMES_S):
        yield VideoFrame(number, time_s, np.full((121, 161, 3), 100 + number, np.uint8))


def test_every_frame_is_written_at_the_time_it_came(tmp_path: Path) -> None:
    shown: list[tuple[int, ...]] = []

    def show(picture: np.ndarray) -> bool:
        shown.append(picture.shape)
        return len(shown) < 4

    count, people = predict_live(frames(), SpineEstimator("light", threads=1), tmp_path / "camera_0", show=show)
    assert (count, people) == (4, 0)
    assert shown == [(121, 161, 3)] * 4
    rows = json.loads((tmp_path / "camera_0.json").read_text())["frames"]
    assert [row["time_s"] for row in rows] == list(TIMES_S[:4])
    with open_video(tmp_path / "camera_0.mp4") as film:
        times = [frame.time_s for frame in film.frames()]
    np.testing.assert_allclose(times, TIMES_S[:4], atol=2e-3)


def test_no_camera_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="camera 93: cannot be opened"):
        next(camera_frames(93))
    assert "camera 93: cannot be opened" in refused(
        "predict", "-i", "93", "-o", "out", "--model", "light", cwd=tmp_path, code=2
    )
    assert not (tmp_path / "out" / "camera_93.mp4").exists()


def test_a_window_needs_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(UsageError, match="there is no display here"), window():
        pass


def test_smoothing_follows_the_clock_of_uneven_frames() -> None:
    still, moved = np.zeros((1, 2)), np.full((1, 2), 10.0)
    quick, slow = OneEuroFilter(25.0), OneEuroFilter(25.0)
    quick(still, 100.0)
    slow(still, 100.0)
    assert quick(moved, 100.0, 0.02)[0, 0] < slow(moved, 100.0, 0.5)[0, 0] < 10.0
