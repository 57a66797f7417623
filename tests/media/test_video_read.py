"""Videos are read as they are: true times, upright, and with a word where they end early."""

import os
from pathlib import Path

import av
import numpy as np
import pytest

from spinegen.media.video_read import Video, VideoError, VideoFrame, open_video
from support.films import film, steady, turned


def read(path: Path) -> tuple[Video, list[VideoFrame]]:
    with open_video(path) as video:
        frames = list(video.frames())
    return video, frames


def test_frames_that_keep_no_distance_have_their_own_times(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 1.1, 1.14, 2.7]
    for name in ("a.mp4", "a.mkv"):
        video, frames = read(film(tmp_path / name, times))
        assert [frame.time_s for frame in frames] == pytest.approx(times, abs=0.002)
        assert [frame.number for frame in frames] == list(range(6))
        assert video.faults == []


def test_times_begin_with_the_first_frame(tmp_path: Path) -> None:
    _, frames = read(film(tmp_path / "a.mkv", [5.0, 5.1, 5.2]))
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.1, 0.2], abs=0.002)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_telephone_that_was_held_upright_gives_upright_frames(tmp_path: Path, quarters: int) -> None:
    plain = read(film(tmp_path / "a.mp4", steady(2)))[1][0].image_rgb
    _, frames = read(turned(film(tmp_path / "b.mp4", steady(2)), quarters))
    # the matrix turns clockwise
    assert np.array_equal(frames[0].image_rgb, np.rot90(plain, -quarters))


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"movflags": "+faststart"}),
        ("frag.mp4", "libx264", {"movflags": "frag_keyframe+empty_moov"}),
        ("a.mkv", "libx264", {}),
        ("a.avi", "mpeg4", {}),
        ("a.webm", "libvpx-vp9", {}),
    ],
)
def test_a_cut_file_says_where_it_ends(tmp_path: Path, name: str, codec: str, options: dict[str, str]) -> None:
    path = film(tmp_path / name, steady(12), codec, options=options)
    assert read(path)[0].faults == []
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    video, frames = read(path)
    assert 0 < len(frames) < 12
    assert any(
        f"ended early at {frames[-1].time_s:.3f} s, after {len(frames)} frame" in fault for fault in video.faults
    )


def test_a_recording_without_its_index_is_cut_off(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", steady(12))
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(VideoError, match="is cut off: its index is not whole"):
        read(path)


def test_a_file_without_duration_promises_nothing(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", steady(12), options={"live": "1"})
    video, frames = read(path)
    assert video.total is None
    assert len(frames) == 12
    assert video.faults == []


def test_damage_in_the_middle_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", steady(12), options={"movflags": "+faststart"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 1500] = bytes(1500)
    path.write_bytes(bytes(data))
    video, frames = read(path)
    assert len(frames) >= 10
    assert any("damaged" in fault for fault in video.faults)


def test_sound_with_a_cover_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        sound = out.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.rate = 44100
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    with pytest.raises(VideoError, match="is no video that can be read: holds no moving picture"):
        read(path)


def test_what_is_no_video_is_said(tmp_path: Path) -> None:
    (tmp_path / "noise.mp4").write_bytes(b"no video at all")
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "folder.mp4").mkdir()
    for name, said in {
        "noise.mp4": "is no video that can be read",
        "empty.mp4": "is empty",
        "folder.mp4": "is no file",
        "none.mp4": "does not exist",
        os.fsdecode(b"\xff.mp4"): "its name is not UTF-8",
    }.items():
        with pytest.raises(VideoError, match=said):
            read(tmp_path / name)


def test_a_name_that_looks_like_an_address_is_a_file(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", steady(3))
    odd = path.rename(tmp_path / "http:12%03d [1].mp4")
    assert len(read(odd)[1]) == 3
