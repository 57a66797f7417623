"""Users' HDRI files are read by their path, whatever of the usual formats they have; damaged ones are named."""

import contextlib
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinegen.engine.backdrops import load_picture
from spinegen.engine.exr import read_exr
from spinegen.errors import EngineError


def exr_bytes(picture: np.ndarray, compression: int, kind: str = "<f2", flags: int = 0) -> bytes:
    """An OpenEXR file of a picture `(H, W, 3)`, written from the published layout."""
    height, width, _ = picture.shape
    code, lines = {"<f2": 1, "<f4": 2}[kind], {0: 1, 1: 1, 2: 1, 3: 16, 4: 32}[compression]
    channels = b"".join(n + b"\0" + struct.pack("<iIii", code, 0, 1, 1) for n in (b"B", b"G", b"R")) + b"\0"
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    attributes = (
        (b"channels", b"chlist", channels),
        (b"compression", b"compression", bytes([compression])),
        (b"dataWindow", b"box2i", window),
        (b"displayWindow", b"box2i", window),
        (b"lineOrder", b"lineOrder", b"\0"),
    )
    head = struct.pack("<II", 20000630, 2 | flags)
    head += b"".join(n + b"\0" + t + b"\0" + struct.pack("<I", len(v)) + v for n, t, v in attributes) + b"\0"
    chunks = []
    for top in range(0, height, lines):
        rows = picture[top : top + lines, :, ::-1].astype(kind)
        raw = np.ascontiguousarray(rows.transpose(0, 2, 1)).tobytes()
        packed = raw
        if compression:
            values = np.frombuffer(raw, np.uint8)
            apart = np.concatenate([values[0::2], values[1::2]]).astype(np.int64)
            steps = ((np.diff(apart, prepend=0) + np.r_[0, np.full(len(apart) - 1, 128)]) & 255).astype(np.uint8)
            packed = zlib.compress(steps.tobytes()) if compression > 1 else literal_runs(steps.tobytes())
        chunks.append(struct.pack("<iI", top, min(len(packed), len(raw))) + (packed if len(packed) < len(raw) else raw))
    offset, table = len(head) + 8 * len(chunks), b""
    for chunk in chunks:
        table += struct.pack("<Q", offset)
        offset += len(chunk)
    return head + table + b"".join(chunks)


def literal_runs(data: bytes) -> bytes:
    """Run lengths: equal neighbours as repeats, the rest as they are."""
    out, at = b"", 0
    while at < len(data):
        same = 1
        while same < 127 and at + same < len(data) and data[at + same] == data[at]:
            same += 1
        out += struct.pack("b", same - 1) + data[at : at + 1] if same > 1 else b"\xff" + data[at : at + 1]
        at += same
    return out


def scene(height: int = 37, width: int = 50) -> np.ndarray:
    """Smooth colours far beyond 1, such that packing pays."""
    across, down = np.meshgrid(np.linspace(0, 4, width), np.linspace(0, 2, height))
    return np.round(np.stack([across * 100, down * 8, across * 0 + 0.25], -1)).astype(np.float32)


@pytest.mark.parametrize("compression", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", ["<f2", "<f4"])
def test_an_exr_is_read_as_it_was_written(tmp_path: Path, compression: int, kind: str) -> None:
    (tmp_path / "sky.exr").write_bytes(exr_bytes(scene(), compression, kind))
    np.testing.assert_array_equal(load_picture(tmp_path / "sky.exr"), scene().astype(kind))


def test_a_radiance_hdr_is_read_as_it_was_written(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "sky.hdr"), scene()[..., ::-1])
    np.testing.assert_allclose(load_picture(tmp_path / "sky.hdr"), scene(), atol=400 / 128)


@pytest.mark.parametrize(("compression", "flags", "said"), [(4, 0, "PIZ"), (3, 0x200, "tiles")])
def test_kinds_that_are_not_read_say_what_to_do(tmp_path: Path, compression: int, flags: int, said: str) -> None:
    (tmp_path / "sky.exr").write_bytes(exr_bytes(scene(), compression, flags=flags))
    with pytest.raises(EngineError, match=rf"sky\.exr.*{said}.*save it again"):
        load_picture(tmp_path / "sky.exr")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 255), st.integers(0, 3000))
def test_a_damaged_exr_is_an_error_or_a_picture_of_its_size(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int, cut: int
) -> None:
    data = bytearray(exr_bytes(scene(9, 12), 3))
    data[place % len(data)] = value
    path = tmp_path_factory.mktemp("damaged") / "sky.exr"
    path.write_bytes(bytes(data[: len(data) - cut % len(data)] if cut % 3 == 0 else data))
    with contextlib.suppress(EngineError):
        picture = read_exr(path)
        assert picture.ndim == 3
        assert picture.shape[2] == 3
