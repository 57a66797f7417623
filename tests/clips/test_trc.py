"""The TRC reader: OpenSim's table, its gaps, and damage."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinegen.clips.read import read_clip
from spinegen.errors import ClipError
from support.clip_captures import SHARED_CLIPS, clip_or_refusal, plug_in_gait, write_trc, z_up_to_y_up

LABELS, POSITIONS_MM = plug_in_gait(frames=20)
Y_UP_MM = z_up_to_y_up(POSITIONS_MM)


def test_a_table_comes_back_with_its_gaps(tmp_path: Path) -> None:
    gappy = Y_UP_MM.copy()
    gappy[3:6, 2] = np.nan
    gappy[:, -1] = np.nan
    clip = read_clip(write_trc(tmp_path / "a.trc", LABELS, gappy))
    assert clip.labels == LABELS[:-1]
    assert not clip.seen[3:6, 2].any()
    np.testing.assert_allclose(np.nan_to_num(clip.positions_ground_m), np.nan_to_num(gappy[:, :-1]) / 1000, atol=1e-7)


def test_a_real_file_reads_as_opensim_reads_it() -> None:
    path = SHARED_CLIPS / "opencap_static.trc"
    if not path.exists():
        pytest.skip("the real clips are not here")
    import opensim

    opensim.Logger.setLevelString("Off")
    table = opensim.TimeSeriesTableVec3(str(path))
    clip = read_clip(path)
    assert clip.labels == tuple(table.getColumnLabels())
    row = table.getRowAtIndex(100)
    expected = np.array([row.getElt(0, i).to_numpy() for i in range(len(clip.labels))])
    np.testing.assert_allclose(clip.positions_ground_m[100], expected, atol=1e-12)


def test_the_time_column_is_believed_over_a_wrong_header(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "a.trc", LABELS, Y_UP_MM, rate_hz=100.0)
    lines = path.read_text().splitlines()
    lines[2] = lines[2].replace("100\t100", "60\t60", 1)
    path.write_text("\n".join(lines))
    clip = read_clip(path)
    assert clip.rate_hz == pytest.approx(100.0)
    assert any("time column" in note for note in clip.notes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("PathFileType", "Pfad", "not a TRC file"),
        ("0.00000", "zero", "'zero' where a number"),
        ("\t39\t", "\t38\t", "promises 38"),
    ],
)
def test_damage_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write_trc(tmp_path / "a.trc", LABELS, Y_UP_MM)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ClipError, match=message):
        read_clip(path)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_ends_in_a_clip_error_or_a_clip(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "a.trc"
    if not path.with_suffix(".whole").exists():
        write_trc(path, LABELS[:12], Y_UP_MM[:4, :12]).rename(path.with_suffix(".whole"))
    text = bytearray(path.with_suffix(".whole").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from([b"\t", b"\n", b"9", b"-", b"e", b"x", b"\xff", b"1e400", b"nan"])
        )
    path.write_bytes(bytes(text))
    clip_or_refusal(path)
