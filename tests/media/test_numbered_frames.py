"""Pictures with numbers in their names, read as one film."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from spinegen.media.numbered_frames import is_numbered, plain_name
from spinegen.media.sources import find_sources
from spinegen.media.video import VideoError
from spinegen.media.video_read import open_video


def pictures(
    folder: Path, numbers: list[int], form: str = "img_{:04d}.png", size_wh: tuple[int, int] = (32, 24)
) -> None:
    for number in numbers:
        grey = np.full((size_wh[1], size_wh[0], 3), number, np.uint8)
        cv2.imwrite(str(folder / form.format(number)), grey)


def read(pattern: Path, rate_hz: float | None = None) -> tuple[list[tuple[int, float, int]], list[str]]:
    with open_video(pattern, rate_hz) as film:
        rows = [(f.number, round(f.time_s, 6), int(f.image_rgb[0, 0, 0])) for f in film.frames()]
        return rows, film.faults


def test_frames_come_in_the_order_of_their_numbers_at_the_rate_that_was_said(tmp_path: Path) -> None:
    pictures(tmp_path, [12, 10, 11])
    assert read(tmp_path / "img_%04d.png", 10.0) == ([(0, 0.0, 10), (1, 0.1, 11), (2, 0.2, 12)], [])


def test_a_missing_number_leaves_its_time_empty_and_is_told(tmp_path: Path) -> None:
    pictures(tmp_path, [1, 2, 5])
    rows, faults = read(tmp_path / "img_%04d.png", 1.0)
    assert [time for _, time, _ in rows] == [0.0, 1.0, 4.0]
    assert "number 3 is missing, and 1 more" in faults[0]


def test_other_files_are_not_of_the_film(tmp_path: Path) -> None:
    pictures(tmp_path, [8, 9, 10, 11], "{}.jpg")
    pictures(tmp_path, [7], "{:04d}.jpg")
    rows, _ = read(tmp_path / "%d.jpg", 1.0)
    assert [value for *_, value in rows] == [8, 9, 10, 11]


def test_a_picture_of_another_size_or_kind_is_told(tmp_path: Path) -> None:
    pictures(tmp_path, [1, 2, 3])
    (tmp_path / "img_0002.png").write_bytes(b"nothing")
    pictures(tmp_path, [4], size_wh=(40, 24))
    rows, faults = read(tmp_path / "img_%04d.png")
    assert [value for *_, value in rows] == [1, 3]
    assert "img_0002.png" in faults[0]
    assert "another size" in faults[1]


@pytest.mark.parametrize(
    ("name", "said"), [("no_%04d.png", "no file in"), ("a_%d_%d.png", "one number like %04d, found 2")]
)
def test_a_pattern_that_means_nothing_is_refused(tmp_path: Path, name: str, said: str) -> None:
    pictures(tmp_path, [1])
    with pytest.raises(VideoError, match=said):
        read(tmp_path / name)


def test_a_pattern_is_one_film_by_its_plain_name(tmp_path: Path) -> None:
    pictures(tmp_path, [1, 2])
    sources = find_sources(tmp_path / "img_%04d.png")
    assert [film.name for film in sources.videos] == ["img.png"]
    assert plain_name(Path("%06d.jpg")) == "frames.jpg"
    (tmp_path / "100%d.png").write_bytes((tmp_path / "img_0001.png").read_bytes())
    assert not is_numbered(tmp_path / "100%d.png"), "a file of that very name is itself"
