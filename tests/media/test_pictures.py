"""Pictures are read as their labels mean them, or refused in one sentence."""

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from spinegen.media.picture_files import is_whole
from spinegen.media.pictures import PictureError, picture_fault, read_rgb

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 255, (20, 30, 3)).astype(np.uint8)


def turned(path: Path, orientation: int, pixels: Any = PIXELS, **options: Any) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, exif=exif, **options)
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_a_picture_stands_as_its_exif_says_or_as_it_is_stored(tmp_path: Path, orientation: int, suffix: str) -> None:
    path = turned(tmp_path / f"a{suffix}", orientation, **({"lossless": True} if suffix == ".webp" else {}))
    with Image.open(path) as picture:
        upright = np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    assert np.array_equal(read_rgb(path), upright)
    assert np.array_equal(read_rgb(path, (30, 20), "stored"), PIXELS)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_labels_tell_by_their_size_how_they_mean_a_picture(tmp_path: Path, orientation: int) -> None:
    path = turned(tmp_path / "a.png", orientation)
    assert np.array_equal(read_rgb(path, (30, 20), "as-labelled"), PIXELS)
    assert np.array_equal(read_rgb(path, (20, 30), "as-labelled"), read_rgb(path))


@pytest.mark.parametrize("orientation", [2, 3, 4, 6])
def test_where_the_size_cannot_tell_the_choice_is_asked_for(tmp_path: Path, orientation: int) -> None:
    square = PIXELS[:, :20]
    path = turned(tmp_path / "a.png", orientation, square)
    for size in ((20, 20), None):
        with pytest.raises(PictureError, match=f"EXIF orientation {orientation}.*--exif upright or --exif stored"):
            read_rgb(path, size, "as-labelled")
    assert np.array_equal(read_rgb(path, (20, 20), "stored"), square)
    assert read_rgb(path, (20, 20), "upright").shape == (20, 20, 3)
    plain = turned(tmp_path / "b.png", 1, square)
    assert np.array_equal(read_rgb(plain, None, "as-labelled"), square)


def test_a_picture_of_another_size_than_labelled_is_refused(tmp_path: Path) -> None:
    path = turned(tmp_path / "a.png", 1)
    with pytest.raises(PictureError, match="is 30x20, the label says 60x40"):
        read_rgb(path, (60, 40), "as-labelled")
    assert picture_fault(path, (60, 40), "as-labelled", decode=False) is not None
    assert picture_fault(path, (30, 20), "as-labelled", decode=False) is None


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".bmp"])
def test_what_lies_behind_a_picture_does_not_matter_and_what_is_missing_does(tmp_path: Path, suffix: str) -> None:
    noisy = RNG.integers(0, 255, (120, 160, 3)).astype(np.uint8)
    plain = tmp_path / f"a{suffix}"
    Image.fromarray(noisy).save(plain)
    data = plain.read_bytes()
    moving = tmp_path / f"moving{suffix}"
    moving.write_bytes(data + b"\0\0\0\x18ftypmp42" + bytes(5000))
    assert np.array_equal(read_rgb(moving), read_rgb(plain))
    for share in (0.02, 0.3, 0.9, 0.995):
        cut = tmp_path / f"cut{suffix}"
        cut.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(PictureError, match=r"cut off|damaged"):
            read_rgb(cut)


def test_the_end_of_a_thumbnail_is_not_the_end_of_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    thumbnail = b"\xff\xd8" + bytes(40) + b"\xff\xd9"
    comment = b"\xff\xfe" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    Image.fromarray(PIXELS).save(path, quality=95)
    data = path.read_bytes()
    whole = data[:2] + comment + data[2:]
    assert is_whole(whole)
    assert not is_whole(whole[: 2 + len(comment) + 30])


@pytest.mark.parametrize(("top", "suffix"), [(1023, ".png"), (4095, ".png"), (16383, ".tif"), (65535, ".png")])
def test_sixteen_bits_are_shown_from_the_range_that_they_use(tmp_path: Path, top: int, suffix: str) -> None:
    values = np.tile(np.linspace(0, top, 64).astype(np.uint16), (8, 1))
    for name, pixels in (("grey", values), ("colour", np.dstack([values, values, values // 2]))):
        path = tmp_path / f"{name}{suffix}"
        cv2.imwrite(str(path), pixels)
        seen = read_rgb(path)
        assert seen.dtype == np.uint8
        assert seen[0, 0].max() == 0
        assert seen[0, -1, :].max() == 255
    assert seen[0, -1].tolist() == pytest.approx([127, 255, 255], abs=1), "OpenCV writes blue first"


def test_transparency_lies_over_white(tmp_path: Path) -> None:
    alpha = np.tile(np.array([0, 128, 255], np.uint8), (4, 1))
    path = tmp_path / "a.png"
    Image.fromarray(np.dstack([np.full((4, 3, 3), 100, np.uint8), alpha])).save(path)
    assert read_rgb(path)[0, :, 0].tolist() == pytest.approx([255, 177, 100], abs=1)


def test_print_colours_and_palettes_are_read(tmp_path: Path) -> None:
    red = Image.fromarray(np.full((16, 16, 3), [250, 0, 0], np.uint8))
    red.convert("CMYK").save(tmp_path / "a.jpg", quality=100)
    red.quantize(4).save(tmp_path / "a.png")
    red.convert("L").save(tmp_path / "grey.jpg")
    for name in ("a.jpg", "a.png"):
        assert read_rgb(tmp_path / name)[8, 8].tolist() == pytest.approx([250, 0, 0], abs=6)
    assert read_rgb(tmp_path / "grey.jpg").shape == (16, 16, 3)


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    (tmp_path / "b.jpg").write_bytes(b"")
    (tmp_path / "c.jpg").write_text("hello")
    (tmp_path / "d.jpg").mkdir()
    os.mkfifo(tmp_path / "e.jpg")
    Image.fromarray(np.full((4, 4), 0.5, np.float32)).save(tmp_path / "f.tif")
    frames = [Image.fromarray(np.full((8, 8, 3), 40 * i, np.uint8)) for i in range(3)]
    frames[0].save(tmp_path / "g.gif", save_all=True, append_images=frames[1:])
    for name, said in {
        "a.jpg": "is HEIC, which is not read",
        "b.jpg": "is empty",
        "c.jpg": "is no picture that is read",
        "d.jpg": "is no file",
        "e.jpg": "is no file",
        "f.tif": "8 or 16 bits|8-bit",
        "g.gif": "holds 3 moving pictures",
        "none.jpg": "is missing",
        "n" * 300 + ".jpg": "File name too long",
    }.items():
        with pytest.raises(PictureError, match=said):
            read_rgb(tmp_path / name)


def test_a_name_that_is_no_utf8_is_refused_in_words_that_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.jpg")
    Image.fromarray(PIXELS).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").rename(path)
    with pytest.raises(PictureError, match=r"xff\.jpg: its name is not UTF-8") as raised:
        read_rgb(path)
    assert str(raised.value).encode()
