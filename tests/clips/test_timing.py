"""When frames were taken: rates from rounded times, other units of time, and holes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spinegen.clips.joint_sets import COCO_17
from spinegen.clips.options import ReadOptions
from spinegen.clips.read import read_clip
from spinegen.clips.timing import Moments, place_frames
from spinegen.errors import ClipError
from support.bvh_texts import lafan_like
from support.clip_captures import coco_person, plug_in_gait, write_table, write_trc, z_up_to_y_up

LABELS, Z_UP_MM = plug_in_gait(frames=200)
Y_UP_MM = z_up_to_y_up(Z_UP_MM)
PERSON = coco_person(150)
ANY = Path("clip")


def trc_with_times(path: Path, times: np.ndarray, places: int, rate_hz: float = 0.0) -> Path:
    """Plug-in Gait frames with these times, written with so many decimals."""
    write_trc(path, LABELS, Y_UP_MM[: len(times)], rate_hz or 100.0)
    lines = path.read_text().splitlines()
    for row, time in enumerate(times, start=6):
        cells = lines[row].split("\t")
        lines[row] = "\t".join([cells[0], f"{time:.{places}f}", *cells[2:]])
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(("rate", "places"), [(120.0, 3), (240.0, 3), (60.0, 2), (119.88, 4), (100.0, 2)])
def test_rounded_times_of_a_trc_give_the_header_s_rate(tmp_path: Path, rate: float, places: int) -> None:
    clip = read_clip(trc_with_times(tmp_path / "a.trc", np.arange(200) / rate, places, rate))
    assert clip.rate_hz == rate
    assert clip.frame_count == 200
    assert not any("Hz" in note for note in clip.notes)


@pytest.mark.parametrize(
    ("rate", "form"), [(30.0, ".2f"), (60.0, ".2f"), (120.0, ".3f"), (59.94, ".4f"), (29.97, ".5f"), (23.976, ".6f")]
)
def test_rounded_times_of_a_table_give_a_usual_rate(tmp_path: Path, rate: float, form: str) -> None:
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, PERSON, np.arange(150) / rate, form=form))
    assert clip.rate_hz == pytest.approx(rate, rel=2e-5)
    assert clip.frame_count == 150
    assert clip.gap_fraction == 0.0


def test_an_odd_rate_is_kept_and_said(tmp_path: Path) -> None:
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, PERSON, np.arange(150) / 47.3))
    assert clip.rate_hz == pytest.approx(47.3, rel=1e-4)
    assert any("47.3 Hz is an odd one" in note for note in clip.notes)


def test_the_user_s_rate_overrules(tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.csv", COCO_17, PERSON, np.arange(150) / 47.3)
    assert read_clip(path, ReadOptions(rate_hz=50.0)).rate_hz == 50.0
    np.savez(tmp_path / "b.npz", keypoints=PERSON)
    assert read_clip(tmp_path / "b.npz", ReadOptions(rate_hz=25.0)).rate_hz == 25.0


@pytest.mark.parametrize(
    ("frame_time", "rate"),
    [
        ("0.0333333", 30.0),
        ("0.033", 30.0),
        ("0.0167", 60.0),
        ("0.0083", 120.0),
        ("0.008", 125.0),
        ("0.0333667", 30e3 / 1001),
    ],
)
def test_the_frame_time_of_a_bvh_is_snapped_within_its_rounding(tmp_path: Path, frame_time: str, rate: float) -> None:
    (tmp_path / "a.bvh").write_text(lafan_like(frame_time=frame_time))
    assert read_clip(tmp_path / "a.bvh").rate_hz == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize(
    ("frame_time", "rate", "said"),
    [("33.3333", 30.0, "milliseconds"), ("8.33333", 120.0, "milliseconds"), ("60", 60.0, "frames a second")],
)
def test_a_frame_time_in_another_unit_is_recognised_and_said(
    tmp_path: Path, frame_time: str, rate: float, said: str
) -> None:
    (tmp_path / "a.bvh").write_text(lafan_like(frame_time=frame_time))
    clip = read_clip(tmp_path / "a.bvh")
    assert clip.rate_hz == rate
    assert any(said in note and "--rate" in note for note in clip.notes)


@pytest.mark.parametrize(
    ("scale", "word", "form"),
    [
        (1e3, "milliseconds", ".0f"),
        (1e3, "milliseconds", ".3f"),
        (1e6, "microseconds", ".0f"),
        (1e9, "nanoseconds", ".0f"),
    ],
)
def test_times_in_another_unit_are_recognised_and_said(tmp_path: Path, scale: float, word: str, form: str) -> None:
    times = np.asarray(np.arange(150) / 30 * scale, dtype=float)
    path = write_table(tmp_path / "a.csv", COCO_17, PERSON, times, form=form)
    clip = read_clip(path)
    assert clip.rate_hz == 30.0
    assert any(word in note and "--rate" in note for note in clip.notes)


@pytest.mark.parametrize("name", ["time_ms", "Time (ms)", "timestamp [ms]", "milliseconds"])
def test_a_unit_in_the_column_s_name_is_believed(tmp_path: Path, name: str) -> None:
    clip = read_clip(
        write_table(tmp_path / "a.csv", COCO_17, PERSON, np.arange(150, dtype=np.float64) * 500.0, name=name)
    )
    assert clip.rate_hz == 2.0


def test_a_trc_in_milliseconds_is_recognised_by_its_header(tmp_path: Path) -> None:
    clip = read_clip(trc_with_times(tmp_path / "a.trc", np.arange(200) * 10.0, 3, 100.0))
    assert clip.rate_hz == 100.0
    assert clip.frame_count == 200
    assert any("milliseconds" in note for note in clip.notes)


def test_a_time_column_that_counts_frames_is_no_time(tmp_path: Path) -> None:
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, PERSON, np.arange(150.0)))
    assert clip.rate_hz == 30.0
    assert any("counts frames" in note for note in clip.notes)


def test_a_hole_in_the_times_of_a_trc_is_a_gap(tmp_path: Path) -> None:
    times = np.concatenate([np.arange(80), np.arange(180, 240)]) / 100
    clip = read_clip(trc_with_times(tmp_path / "a.trc", times, 3, 100.0))
    assert clip.frame_count == 240
    assert not clip.seen[80:180].any()
    assert clip.seen[:80].all()
    assert clip.seen[180:].all()
    np.testing.assert_allclose(clip.positions_ground_m[180, 0], Y_UP_MM[80, 0] / 1000, atol=1e-7)
    assert any("100 frames are missing" in note and "1 s after 0.79 s" in note for note in clip.notes)


@pytest.mark.parametrize("form", [".6f", ".2f"])
def test_a_hole_in_the_times_of_a_table_is_a_gap(tmp_path: Path, form: str) -> None:
    times = np.concatenate([np.arange(60), np.arange(90, 180)]) / 30
    clip = read_clip(write_table(tmp_path / "a.csv", COCO_17, PERSON, times, form=form))
    assert clip.rate_hz == 30.0
    assert clip.frame_count == 180
    assert np.flatnonzero(~clip.seen.any(1)).tolist() == list(range(60, 90))


def test_holes_in_frame_numbers_are_gaps_where_there_are_no_times(tmp_path: Path) -> None:
    numbers = np.concatenate([np.arange(1.0, 51.0), np.arange(71.0, 171.0)])
    path = write_table(tmp_path / "a.csv", COCO_17, PERSON, numbers, name="frame", form=".0f")
    assert np.flatnonzero(~read_clip(path).seen.any(1)).tolist() == list(range(50, 70))
    np.savez(tmp_path / "a.npz", keypoints=PERSON, fps=50, frame_numbers=numbers)
    assert read_clip(tmp_path / "a.npz").frame_count == 170
    rows = [
        {"frame": 2 * number, "joint": name, "x": p[0], "y": p[1], "z": p[2]}
        for number, frame in zip(numbers, PERSON, strict=True)
        for name, p in zip(COCO_17, frame, strict=True)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "long.csv", index=False)
    assert read_clip(tmp_path / "long.csv").frame_count == 170


def test_times_beside_an_array_place_its_frames(tmp_path: Path) -> None:
    times = np.concatenate([np.arange(50), np.arange(60, 160)]) / 50
    np.savez(tmp_path / "a.npz", keypoints=PERSON, timestamps=times)
    clip = read_clip(tmp_path / "a.npz")
    assert clip.rate_hz == 50.0
    assert np.flatnonzero(~clip.seen.any(1)).tolist() == list(range(50, 60))


def test_a_clock_that_drifts_makes_no_holes() -> None:
    placed = place_frames(ANY, 20_000, Moments(rate_hz=120.0, times=np.arange(20_000) / 120 * (1 + 1e-4)))
    assert placed.rate_hz == 120.0
    assert placed.count == 20_000


def test_jitter_makes_no_holes() -> None:
    rng = np.random.default_rng(0)
    times = np.arange(3000) / 60 + rng.uniform(-0.003, 0.003, 3000)
    placed = place_frames(ANY, 3000, Moments(times=times))
    assert placed.rate_hz == 60.0
    assert placed.count == 3000


def test_a_frame_written_twice_is_taken_once() -> None:
    times = np.repeat(np.arange(100), [2 if i == 40 else 1 for i in range(100)]) / 120
    placed = place_frames(ANY, 101, Moments(times=times))
    assert placed.count == 100
    assert any("1 frames bear the time" in note for note in placed.notes)


def test_times_that_fall_are_refused_with_their_line(tmp_path: Path) -> None:
    times = np.arange(200) / 100
    times[120] = 0.5
    with pytest.raises(ClipError, match=r"does not rise steadily: 0\.5 follows 1\.19 in line 127"):
        read_clip(trc_with_times(tmp_path / "a.trc", times, 3, 100.0))


@pytest.mark.parametrize(
    ("moments", "message"),
    [(Moments(rate_hz=0.02), "0.02 Hz.*--rate"), (Moments(step=-1.0), "must be positive.*--rate")],
)
def test_impossible_rates_name_the_option(moments: Moments, message: str) -> None:
    with pytest.raises(ClipError, match=message):
        place_frames(ANY, 10, moments)
    assert place_frames(ANY, 10, moments, 60.0).rate_hz == 60.0


def test_a_pause_between_two_takes_is_no_gap() -> None:
    times = np.concatenate([np.arange(50), 5000 + np.arange(50)]) / 100
    with pytest.raises(ClipError, match=r"nothing was captured for 49\.5 s after 0\.49 s .*cut it into two"):
        place_frames(ANY, 100, Moments(times=times))
