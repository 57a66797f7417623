"""A picture that claims too many pixels is refused from its header, whatever its kind."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from spinegen.picture_limits import claimed_size, oversize


def png(width: int, height: int) -> bytes:
    """A PNG whose header promises that size and whose data is empty."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    start = b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3)
    return start + b"\x01\x11\x00\x02\x11\x00\x03\x11\x00" + b"\xff\xd9"


def radiance(width: int, height: int) -> bytes:
    return b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % (height, width) + bytes(16)


def openexr(width: int, height: int) -> bytes:
    def attribute(name: bytes, kind: bytes, value: bytes) -> bytes:
        return name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value

    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    return (
        b"\x76\x2f\x31\x01\x02\0\0\0"
        + attribute(b"compression", b"compression", b"\0")
        + attribute(b"dataWindow", b"box2i", window)
        + b"\0"
    )


def npy(width: int, height: int) -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({height}, {width}, 3), }}".encode()
    text += b" " * (63 - (len(text) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


KINDS = {"a.png": png, "a.jpg": jpeg, "a.hdr": radiance, "a.exr": openexr, "a.npy": npy}


@pytest.mark.parametrize("name", KINDS)
def test_the_header_tells_the_size(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(KINDS[name](640, 480))
    assert claimed_size(tmp_path / name) == (640, 480)
    assert oversize(tmp_path / name) is None


@pytest.mark.parametrize("name", KINDS)
def test_a_bomb_is_named_with_its_size(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(KINDS[name](40_000, 30_000))
    said = oversize(tmp_path / name)
    assert said is not None
    assert name in said
    assert "at most 150 million" in said


@pytest.mark.parametrize("name", [*KINDS, "a.tif", "a.txt"])
def test_damaged_headers_say_nothing_and_do_no_harm(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(0)
    data = KINDS.get(name, png)(640, 480)
    for cut in range(0, len(data), 3):
        (tmp_path / name).write_bytes(data[:cut] + rng.bytes(8))
        size = claimed_size(tmp_path / name)
        assert size is None or len(size) == 2


def test_real_pictures_of_every_kind_that_opencv_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    picture = np.zeros((30, 50, 3), np.float32)
    for name in ("a.png", "a.jpg", "a.bmp", "a.webp", "a.tif", "a.hdr"):
        written = picture if name == "a.hdr" else picture.astype(np.uint8)
        assert cv2.imwrite(str(tmp_path / name), written)
        assert claimed_size(tmp_path / name) == (50, 30), name


def test_backdrops_and_predictions_refuse_bombs(tmp_path: Path) -> None:
    from spinegen.engine.light.backdrops import load_picture
    from spinegen.errors import EngineError
    from spinegen.media.pictures import PictureError, read_rgb

    for name in ("a.hdr", "a.exr", "a.npy", "a.png"):
        (tmp_path / name).write_bytes(KINDS[name](40_000, 30_000))
        with pytest.raises(EngineError, match="at most 150 million"):
            load_picture(tmp_path / name)
    (tmp_path / "b.jpg").write_bytes(jpeg(40_000, 30_000))
    for name in ("a.png", "b.jpg"):
        with pytest.raises(PictureError, match="at most 150 million"):
            read_rgb(tmp_path / name)
