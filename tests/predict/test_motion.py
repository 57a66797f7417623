"""A film's people in 3D, as files: somebody who bows before a camera, seen without a fault."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from spinegen import skeleton
from spinegen.clips.read import read_clip
from spinegen.errors import UsageError
from spinegen.labels.spine_angles import ANGLES
from spinegen.lifting.points import keypoints_of
from spinegen.predict.film import Film
from spinegen.predict.film_person import FilmPerson
from spinegen.predict.live_lifting import LiveLifter
from spinegen.predict.motion import FilmMotion, lift_film
from spinegen.predict.motion_files import write_angles, write_points
from spinegen.predict.motion_page import write_motion_page
from spinegen.predict.motion_stage import fit_people
from spinegen.predict.space import Space
from spinegen.predict.wanted import asked_for
from spinegen.progress import SilentReporter
from support.commands import refused
from support.lifted import LENS, SIZE, bowing, seen_from

FRAMES, RATE_HZ = 30, 25.0
HIDDEN, UNSEEN = range(10, 13), range(20, 22)
SPACE = Space(fov_deg=LENS.fov_deg)


@pytest.fixture(scope="module")
def motion() -> FilmMotion:
    pixels = LENS.pixels(keypoints_of(seen_from(bowing(FRAMES), 70.0)))
    filled = np.zeros((FRAMES, skeleton.COUNT), bool)
    filled[HIDDEN, skeleton.INDEX["spine_02"]] = True
    pixels[UNSEEN] = np.nan
    person = FilmPerson(3, list(range(FRAMES)), np.zeros((FRAMES, 4)), pixels, np.ones(pixels.shape[:2]), filled)
    film = Film([i / RATE_HZ for i in range(FRAMES)], [person], RATE_HZ, [], SIZE)
    return lift_film(film, SPACE)


def test_points_are_written_with_camera_and_floor(motion: FilmMotion, tmp_path: Path) -> None:
    write_points(motion, tmp_path / "bow")
    table = pd.read_parquet(tmp_path / "bow.3d.parquet")
    assert len(table) == FRAMES
    assert set(table["id"]) == {3}
    (person,) = motion.people
    nose = table[["nose_x_m", "nose_y_m", "nose_z_m"]].to_numpy()
    root = table[["root_camera_x_m", "root_camera_y_m", "root_camera_z_m"]].to_numpy()
    np.testing.assert_allclose(nose + root, person.track.keypoints_camera_m[:, 0], atol=1e-5)
    assert not np.abs(table[["S1_x_m", "S1_y_m", "S1_z_m"]].to_numpy()[0]).any()
    about = json.loads((tmp_path / "bow.3d.json").read_text())
    assert about["people"] == [{"id": 3, "frames": FRAMES, "lifted": FRAMES - len(UNSEEN)}]
    assert about["fov_deg"] == LENS.fov_deg
    assert about["up_camera"] == pytest.approx(motion.ground.up_camera.tolist(), abs=1e-4)


def test_the_trc_is_a_clip_that_stands_on_the_floor(motion: FilmMotion, tmp_path: Path) -> None:
    write_points(motion, tmp_path / "bow")
    clip = read_clip(tmp_path / "bow.person_3.trc")
    assert clip.kind == "joints"
    assert clip.rate_hz == pytest.approx(RATE_HZ)
    head = clip.positions_ground_m[:, clip.index("head"), 1]
    heel = clip.positions_ground_m[:, clip.index("left_heel"), 1]
    assert np.nanmedian(head[:4] - heel[:4]) > 1.2
    assert "centroid_T6" in clip.labels


def test_angles_are_a_table_with_gaps_and_flags(motion: FilmMotion, tmp_path: Path) -> None:
    write_angles(motion, tmp_path / "bow.angles.csv")
    with (tmp_path / "bow.angles.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["frame", "time_s", "id", *(f"{name}_deg" for name in ANGLES), "filled"]
    assert [int(row["frame"]) for row in rows if row["forward_bend_deg"] == ""] == list(UNSEEN)
    assert [int(row["frame"]) for row in rows if row["filled"] == "1"] == [*HIDDEN, *UNSEEN]
    middle, end = float(rows[FRAMES // 2]["forward_bend_deg"]), float(rows[-1]["forward_bend_deg"])
    assert middle > end + 20


def test_the_page_shows_film_and_curves_and_needs_nothing_from_elsewhere(motion: FilmMotion, tmp_path: Path) -> None:
    write_motion_page(motion, "bow & scrape.mp4", Path("bow & scrape.mp4"), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert 'src="bow%20%26%20scrape.mp4"' in page
    assert "bow &amp; scrape.mp4" in page
    assert page.count('class="chart curve-plot"') == len(ANGLES)
    assert page.count('class="curve"') == 2 * len(ANGLES)  # broken once, where nothing was seen
    assert page.count('class="doubt"') == len(ANGLES)
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_the_fit_reads_what_was_written(motion: FilmMotion, tmp_path: Path) -> None:
    write_points(motion, tmp_path / "bow")
    assert fit_people(motion, tmp_path / "bow", SilentReporter()) == []
    fit = tmp_path / "bow.fit" / "fits" / "person_3"
    assert {"model.osim", "motion.mot", "vertebrae.parquet"} <= {path.name for path in fit.iterdir()}
    report = json.loads((fit / "report.json").read_text())
    assert report["frames"] == FRAMES
    assert report["residual_mm"]["rms"] < 40


def test_live_frames_are_lifted_from_those_before_them(motion: FilmMotion) -> None:
    (person,) = motion.people
    live = LiveLifter(_network(), SIZE, SPACE)
    pixels = LENS.pixels(keypoints_of(seen_from(bowing(FRAMES), 70.0)))
    views = [live(1, i / RATE_HZ, pixels[i], np.ones(37)) for i in range(10)]
    assert views[-1] is not None
    off = views[-1].keypoints_camera_m - person.track.keypoints_camera_m[9]
    assert np.linalg.norm(off - off.mean(axis=0), axis=-1).mean() < 0.05
    by_name = views[-1].angles_by_name_deg
    assert by_name["forward_bend"] == views[-1].angles_deg[2]
    assert live(2, 0.0, np.full((37, 2), np.nan), np.zeros(37)) is None


def _network():
    from spinegen.lifting.networks import shipped_lifter
    from spinegen.lifting.onnx_file import LiftingFile

    return LiftingFile(shipped_lifter(), threads=1)


def test_options_that_do_not_go_together_are_named() -> None:
    nothing = {"points": False, "angles": False, "fit": False, "fov_deg": None, "height_m": None}
    assert asked_for(**nothing) is None
    lifting = asked_for(**{**nothing, "angles": True, "height_m": 1.9})
    assert lifting is not None
    assert (lifting.space.height_m, lifting.space.fov_deg, lifting.angles, lifting.fit) == (1.9, 65.0, True, False)
    with pytest.raises(UsageError, match="--height goes with --3d, --angles or --fit; found none of them"):
        asked_for(**{**nothing, "height_m": 1.9})
    with pytest.raises(UsageError, match="go with --boxes auto, found whole"):
        asked_for(**{**nothing, "fit": True}, boxes="whole")
    with pytest.raises(UsageError, match=r"height: found 183 m, allowed are 0\.5 to 2\.5"):
        asked_for(**{**nothing, "fit": True, "height_m": 183.0})


def test_a_stature_in_centimetres_is_refused_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"")
    told = refused("predict", "-i", "film.mp4", "-o", "out", "--angles", "--height", "183", cwd=tmp_path, code=2)
    assert "height: found 183 m, allowed are 0.5 to 2.5" in told
    assert not (tmp_path / "out").exists()


def test_pictures_alone_are_not_lifted(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "still.png")
    told = refused("predict", "-i", "still.png", "-o", "out", "--3d", cwd=tmp_path, code=2)
    assert "still.png: holds no film; --3d, --angles and --fit lift people of films" in told
