"""Rows of text tables are checked against their header, whoever wrote them."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.clips.joint_sets import COCO_17
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError
from support.clip_captures import coco_person, plug_in_gait, write_table, write_trc, z_up_to_y_up

PERSON = coco_person(40)
TIMES = np.arange(40) / 50
LABELS, Z_UP_MM = plug_in_gait(frames=30)
Y_UP_MM = z_up_to_y_up(Z_UP_MM)


def table_lines(folder: Path) -> list[str]:
    return write_table(folder / "a.csv", COCO_17, PERSON, TIMES).read_text().splitlines()


def read_lines(folder: Path, lines: list[str], end: str = "\n") -> np.ndarray:
    (folder / "a.csv").write_text("\n".join(lines) + end)
    return read_clip(folder / "a.csv").positions_ground_m


@pytest.mark.parametrize("change", [-1, 1])
def test_a_table_s_row_with_a_value_lost_or_added_is_named(tmp_path: Path, change: int) -> None:
    lines = table_lines(tmp_path)
    cells = lines[6].split(",")
    lines[6] = ",".join(cells[:9] + cells[10:] if change < 0 else [*cells[:9], "0.1", *cells[9:]])
    with pytest.raises(ClipError, match=rf"line 7 holds {52 + change} values, the header names 52"):
        read_lines(tmp_path, lines)


def test_blank_cells_and_commas_too_many_at_the_end_are_gaps(tmp_path: Path) -> None:
    lines = table_lines(tmp_path)
    lines[5] = ",".join([*lines[5].split(",")[:-3], "", "", ""]) + ",,"
    positions = read_lines(tmp_path, lines)
    assert np.isnan(positions[4, -1]).all()
    assert np.isfinite(positions).sum() == positions.size - 3


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("comma", [False, True])
def test_other_separators_and_their_decimal_commas_are_read(tmp_path: Path, separator: str, comma: bool) -> None:
    lines = [line.replace(",", separator) for line in table_lines(tmp_path)]
    lines = [line.replace(".", ",") if comma and row else line for row, line in enumerate(lines)]
    np.testing.assert_allclose(read_lines(tmp_path, lines), PERSON, atol=1e-5)


def test_decimal_commas_between_commas_are_named_as_such(tmp_path: Path) -> None:
    lines = table_lines(tmp_path)
    with pytest.raises(ClipError, match=r"line 2 holds 104 values, the header names 52 columns; .*decimal comma"):
        read_lines(tmp_path, [lines[0], *(line.replace(".", ",") for line in lines[1:])])


def test_a_table_cut_off_within_a_row_is_read_up_to_it(tmp_path: Path) -> None:
    lines = table_lines(tmp_path)
    assert len(read_lines(tmp_path, [*lines[:20], lines[20][:40]], end="")) == 19


def test_windows_text_with_marks_is_read(tmp_path: Path) -> None:
    text = "\r\n".join(table_lines(tmp_path)) + "\r\n"
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "b.csv").write_bytes(text.encode(encoding))
        np.testing.assert_allclose(read_clip(tmp_path / "b.csv").positions_ground_m, PERSON, atol=1e-5)


def test_axes_may_stand_before_the_name_or_in_brackets(tmp_path: Path) -> None:
    lines = table_lines(tmp_path)
    for form in ("{axis}_{name}", "{name} [{axis}]", "{name}.{axis}"):
        head = [form.format(name=word[:-2], axis=word[-1].upper()) for word in lines[0].split(",")[1:]]
        np.testing.assert_allclose(read_lines(tmp_path, [",".join(["time", *head]), *lines[1:]]), PERSON, atol=1e-5)


@pytest.mark.parametrize(("cells", "count"), [(9, 118), (8, 117)])
def test_a_trc_row_with_values_lost_is_named(tmp_path: Path, cells: int, count: int) -> None:
    path = write_trc(tmp_path / "a.trc", LABELS, Y_UP_MM)
    lines = path.read_text().splitlines()
    row = lines[10].split("\t")
    lines[10] = "\t".join(row[:cells] + row[cells + 119 - count :])
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ClipError, match=rf"line 11 holds {count} values, 119 are needed for the 39 markers"):
        read_clip(path)


def test_a_trc_row_may_leave_out_what_was_not_seen_at_its_end(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "a.trc", LABELS, Y_UP_MM)
    lines = path.read_text().splitlines()
    lines[10] = "\t".join(lines[10].split("\t")[:-6])
    path.write_text("\n".join(lines) + "\n")
    clip = read_clip(path)
    assert np.argwhere(~clip.seen).tolist() == [[4, 37], [4, 38]]


def test_a_trc_with_decimal_commas_is_named_as_such(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "a.trc", LABELS, Y_UP_MM)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:6], *(line.replace(".", ",") for line in lines[6:])]) + "\n")
    with pytest.raises(ClipError, match=r"line 7 holds '0,00000', a number with a decimal comma"):
        read_clip(path)


def test_a_trc_with_other_rows_than_promised_is_read_and_said(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "a.trc", LABELS, Y_UP_MM)
    path.write_text("\n".join(path.read_text().splitlines()[:26]) + "\n")
    clip = read_clip(path)
    assert clip.frame_count == 20
    assert any("promises 30 frames and holds 20" in note for note in clip.notes)


def test_a_joint_named_twice_in_one_frame_is_refused(tmp_path: Path) -> None:
    rows = ["frame,joint,x,y,z", "0,nose,1,1,1", "0,left_eye,1,1,1", "0,nose,2,2,2"]
    with pytest.raises(ClipError, match="holds 'nose' more than once at frame 0"):
        read_lines(tmp_path, rows)
