"""The C3D reader against ezc3d, on processors' byte orders, and on damaged files."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinegen.clips.c3d import read_c3d
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError
from support.clip_captures import SHARED_CLIPS, clip_or_refusal, plug_in_gait, write_c3d

LABELS, POSITIONS_MM = plug_in_gait(frames=12)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_c3d(tmp_path_factory.mktemp("c3d") / "a.c3d", LABELS, POSITIONS_MM).read_bytes()


@pytest.mark.parametrize("name", ["cmu_02_05_punch.c3d", "plugingait_static.c3d"])
def test_real_files_read_as_ezc3d_reads_them(name: str) -> None:
    import ezc3d

    path = SHARED_CLIPS / name
    if not path.exists():
        pytest.skip("the real clips are not here")
    ours, theirs = read_c3d(path), ezc3d.c3d(str(path))
    points = theirs["data"]["points"][:3].transpose(2, 1, 0)
    assert ours.labels == tuple(theirs["parameters"]["POINT"]["LABELS"]["value"])
    assert ours.moments.rate_hz == theirs["parameters"]["POINT"]["RATE"]["value"][0]
    np.testing.assert_array_equal(np.isfinite(ours.positions), np.isfinite(points))
    np.testing.assert_array_equal(np.nan_to_num(ours.positions), np.nan_to_num(points))


def integer_file(processor: int, scale: float = 0.1) -> bytes:
    """A minimal integer C3D with 2 points, 3 frames and 4 analog words a frame, of any processor."""
    order = ">" if processor == 86 else "<"

    def real(value: float) -> bytes:
        if processor == 85:
            low, high = struct.unpack("<HH", struct.pack("<f", value * 4.0))
            return struct.pack("<HH", high, low)
        return struct.pack(order + "f", value)

    header = bytearray(512)
    header[0:2] = b"\x02\x50"
    header[2:12] = struct.pack(order + "5H", 2, 4, 1, 3, 10)
    header[12:16] = real(scale)
    header[16:18] = struct.pack(order + "H", 3)
    header[20:24] = real(50.0)
    group = struct.pack("bb", 5, -1) + b"POINT" + struct.pack(order + "h", 3) + b"\x00"
    names = b"LASIRASI"
    labels = struct.pack("bb", 6, 1) + b"LABELS" + struct.pack(order + "h", 2 + 4 + len(names) + 1)
    labels += struct.pack("bBBB", -1, 2, 4, 2) + names + b"\x00"
    parameters = (bytes([1, 80, 1, processor]) + group + labels).ljust(512, b"\x00")
    frames = b"".join(
        struct.pack(order + "12h", 10 * f, 20, 30, 0, -10, -20, -30, -1 if f == 1 else 0, 7, 7, 7, 7) for f in range(3)
    )
    return bytes(header) + parameters + frames


@pytest.mark.parametrize("processor", [84, 85, 86])
def test_integers_of_every_processor_are_scaled(tmp_path: Path, processor: int) -> None:
    (tmp_path / "a.c3d").write_bytes(integer_file(processor))
    raw = read_c3d(tmp_path / "a.c3d")
    assert raw.labels == ("LASI", "RASI")
    assert raw.moments.rate_hz == 50.0
    np.testing.assert_allclose(raw.positions[2, 0], [2.0, 2.0, 3.0], rtol=1e-6)
    np.testing.assert_allclose(raw.positions[0, 1], [-1.0, -2.0, -3.0], rtol=1e-6)
    assert np.isnan(raw.positions[1, 1]).all()


def test_a_truncated_file_gives_what_is_whole_and_says_so(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "a.c3d").write_bytes(written[: -5 * 39 * 16])
    clip = read_clip(tmp_path / "a.c3d")
    assert 1 <= clip.frame_count < 12
    assert any("ends after" in note for note in clip.notes)


def test_more_frames_than_the_header_can_count(tmp_path: Path) -> None:
    labels, positions = LABELS[:12], np.tile(POSITIONS_MM[:, :12], (5500, 1, 1))
    path = write_c3d(tmp_path / "a.c3d", labels, positions)
    raw = read_c3d(path)
    assert len(positions) <= len(raw.positions) <= len(positions) + 2
    np.testing.assert_allclose(raw.positions[65_990], positions[65_990], atol=1e-4)


def test_what_is_no_c3d_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.c3d").write_bytes(b"HIERARCHY" * 200)
    with pytest.raises(ClipError, match="not a C3D file"):
        read_clip(tmp_path / "a.c3d")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_ends_in_a_clip_error_or_a_clip(tmp_path: Path, written: bytes, data: st.DataObject) -> None:
    damaged = bytearray(written)
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, min(3000, len(damaged) - 1)))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    (tmp_path / "a.c3d").write_bytes(bytes(damaged[:cut] if data.draw(st.booleans()) else damaged))
    clip_or_refusal(tmp_path / "a.c3d")
