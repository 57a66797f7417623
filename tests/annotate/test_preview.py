"""Contact sheet and film."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from spinegen.annotate.draw import SPINE_BGR, draw_skeleton, fit_into
from spinegen.annotate.preview import write_preview
from spinegen.annotate.video import read_motion, write_video
from spinegen.errors import DatasetError
from spinegen.progress import SilentReporter
from spinegen.skeleton import COUNT, NAMES, SPINE_CHAIN, VERTEBRAE
from spinegen.workspace import Workspace
from support.browser import CHROMIUM, chromium


@pytest.fixture
def fitted(fresh: Workspace) -> Workspace:
    """A fit of one second: a spine that bends forward by 1 degree a level, turning about the vertical."""
    folder = fresh.fit("clip_train")
    folder.mkdir(parents=True)
    times = np.arange(0, 1, 0.01)
    rows = {"frame": np.arange(100), "time_s": times}
    for i, name in enumerate(NAMES):
        for j, axis in enumerate("xyz"):
            rows[f"{name}_{axis}"] = np.full(100, 0.01 * i * (j + 1)) + (times if axis == "x" else 0)
    pd.DataFrame(rows).to_parquet(folder / "keypoints.parquet")
    long = [
        {"frame": f, "vertebra": v, "x": f / 100, "y": 1 + 0.024 * i, "z": 0.0, "qw": np.cos(f / 200), "qx": 0.0, "qy": np.sin(f / 200),
         "qz": 0.0, "flexion_deg": float(i > 0), "bending_deg": 0.0, "rotation_deg": 0.0}
        for f in range(100) for i, v in enumerate(VERTEBRAE)
    ]  # fmt: skip
    pd.DataFrame(long).to_parquet(folder / "vertebrae.parquet")
    return fresh


def test_the_sheet_shows_the_frames_with_their_spines(fresh: Workspace) -> None:
    path = write_preview(fresh, 5, SilentReporter())
    sheet = np.asarray(cv2.imread(str(path)))
    assert sheet.shape[1] > 5 * 300
    yellow = (np.abs(sheet.astype(int) - SPINE_BGR).max(-1) < 30).sum()
    assert yellow > 500


def test_no_frames_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no rendered frames"):
        write_preview(Workspace(tmp_path), 5, SilentReporter())


def test_a_damaged_frame_is_left_out(fresh: Workspace) -> None:
    (fresh.frames / "00000" / "00000000.json").write_text("{")
    reporter = SilentReporter()
    write_preview(fresh, 16, reporter)
    assert "00000000.json" in reporter.warnings[0]


def test_pixels_keep_their_place_when_a_picture_is_fitted_into_a_cell() -> None:
    picture = np.zeros((60, 80, 3), dtype=np.uint8)
    picture[20:30, 40:50] = 255
    cell, scale, offset = fit_into(picture, 320, 320)
    rows, columns = np.nonzero((cell[40:280] > 128).all(-1))
    centre = np.array([columns.mean(), rows.mean() + 40])
    np.testing.assert_allclose(centre, np.array([44.5, 24.5]) * scale + offset, atol=0.3)


def test_keypoints_outside_are_not_drawn_and_the_spine_is_yellow() -> None:
    picture = np.zeros((200, 200, 3), dtype=np.uint8)
    points = np.full((COUNT, 2), 10.0)
    points[list(SPINE_CHAIN)] = np.column_stack([np.full(9, 150.0), np.linspace(150, 60, 9)])
    flags = np.zeros(COUNT, dtype=np.int64)
    draw_skeleton(picture, points, flags, 150)
    assert not picture.any()
    flags[list(SPINE_CHAIN)] = 2
    draw_skeleton(picture, points, flags, 150)
    assert picture[100, 150].tolist() == list(SPINE_BGR)
    assert not picture[:40, :40].any()


def test_the_spine_stands_upright_in_the_pelvis_whatever_the_heading(fitted: Workspace) -> None:
    motion = read_motion(fitted.fit("clip_train"), "clip_train")
    assert np.diff(motion.times_s) == pytest.approx(0.04, abs=0.006)
    np.testing.assert_allclose(
        motion.centroids_m[:, :, 1], np.broadcast_to(0.024 * np.arange(25), (len(motion.times_s), 25)), atol=1e-9
    )
    np.testing.assert_allclose(motion.centroids_m[:, :, [0, 2]], 0, atol=1e-9)
    assert motion.regions_deg[0].tolist() == [6, 11, 7]


def test_the_film_has_the_clips_length_and_shows_its_pictures(fitted: Workspace) -> None:
    path = write_video(fitted, None, SilentReporter())
    assert path.name == "preview-clip_train.mp4"
    film = cv2.VideoCapture(str(path))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == pytest.approx(25, abs=1)
    assert film.get(cv2.CAP_PROP_FPS) == 25
    fine, frame = film.read()
    assert fine
    picture, spine = frame[16:570, 16:570], frame[16:570, 950:1270]
    assert picture.std() > 20
    assert (spine < 200).any()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_a_browser_plays_the_film_to_its_end(fitted: Workspace, tmp_path: Path) -> None:
    path = write_video(fitted, None, SilentReporter())
    player = path.with_name("player.html")
    player.write_text(f'<video muted preload="auto" src="{path.name}"></video>')
    with chromium(tmp_path / "profile") as browser:
        page = browser.page(player.as_uri())
        page.run("document.querySelector('video').play()")
        page.until("document.querySelector('video').ended")
        width, height, seconds, fault = page.run(
            "(({videoWidth, videoHeight, duration, error}) => [videoWidth, videoHeight, duration, error])(document.querySelector('video'))"
        )
        assert page.complaints() == []
    film = cv2.VideoCapture(str(path))
    assert (width, height) == (film.get(cv2.CAP_PROP_FRAME_WIDTH), film.get(cv2.CAP_PROP_FRAME_HEIGHT))
    assert seconds == pytest.approx(1.0, abs=0.06)
    assert fault is None


def test_unknown_and_missing_clips_are_named(fitted: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"clip 'swim' is not fitted .* fitted are: clip_train"):
        write_video(fitted, "swim", SilentReporter())
    with pytest.raises(DatasetError, match="no fitted clip; fit some with"):
        write_video(Workspace(tmp_path / "empty"), None, SilentReporter())
