"""`spinegen triangulate` from files to files: views that were looked at before, so that no network runs."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spinegen import skeleton
from spinegen.clips.matching import choose
from spinegen.clips.read import read_clip
from spinegen.errors import SpinegenError
from spinegen.media.video_write import written_video
from spinegen.pose.networks import shipped_model
from spinegen.predict.views.kept_films import keep_film, kept_film
from spinegen.predict.views.stage import TriangulationSettings, film_identity, triangulate_videos
from spinegen.predict.views.trunk.build import Subject
from spinegen.predict.views.trunk.statistics import statistics_of
from spinegen.progress import Reporter, SilentReporter
from support.commands import done, done_here
from support.rigs import RATE_HZ, Z_UP, film_of, ring, walker, write_rig

FRAMES = 25
SETTINGS = TriangulationSettings(shipped_model("light"), as_seen=True)


def grey_video(path: Path, frames: int = FRAMES, size_wh: tuple[int, int] = (640, 720)) -> Path:
    with written_video(path, RATE_HZ) as writer:
        for index in range(frames):
            writer.write(np.full((size_wh[1], size_wh[0], 3), 100 + index, np.uint8), index / RATE_HZ)
    return path


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people before three cameras; the videos are grey, what the networks would see is kept beside the results."""
    folder = tmp_path_factory.mktemp("rig")
    people = [walker(FRAMES), walker(FRAMES, (0.8, 0.5), 2.5)]
    cameras = ring(3, turn=Z_UP)
    write_rig(folder / "Calib.toml", cameras)
    for camera in cameras:
        video = grey_video(folder / f"trial 1 {camera.name}.mp4")
        film = film_of(camera, [points @ Z_UP.T for points in people])
        keep_film(folder / "out" / "views" / f"{video.stem}.npz", film, film_identity(video, SETTINGS))
    np.save(folder / "truth.npy", np.stack(people))
    return folder


def videos_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("trial*.mp4"))


def test_the_command_writes_a_trc_that_fits_and_a_table(footage: Path, tmp_path: Path) -> None:
    shutil.copytree(footage, tmp_path / "rig")
    here = tmp_path / "rig"
    films = videos_of(here)
    done_here(
        "triangulate",
        "--calibration",
        "Calib.toml",
        "--videos",
        *films,
        "-o",
        "out",
        "--model",
        "light",
        "--as-seen",
        cwd=here,
    )
    truth = np.load(here / "truth.npy")
    # the two worlds differ by a quarter turn about the vertical
    turned = np.stack([truth[..., 2], truth[..., 1], -truth[..., 0]], axis=-1)
    for number in (1, 2):
        clip = read_clip(here / "out" / f"person_{number}.trc")
        match = choose(clip)
        assert match.name == "spinetrack37"
        table = pq.read_table(here / "out" / f"person_{number}.parquet")
        nose = np.stack([table[f"nose_{axis}"].to_numpy() for axis in "xyz"], axis=-1)
        own = min(turned, key=lambda person: float(np.abs(person[:, 0] - nose).max()))
        np.testing.assert_allclose(nose, own[:, skeleton.INDEX["nose"]], atol=1e-4)
        shift = clip.positions_ground_m[:, 0] - nose
        np.testing.assert_allclose(shift - shift[0], 0, atol=1e-4)
        assert set(table["nose_views"].to_pylist()) == {3}
    record = json.loads((here / "out" / "triangulation.json").read_text())
    assert [len(person["tracks"]) for person in record["people"]] == [3, 3]
    assert [view["left_out"] for view in record["views"]] == [0.0, 0.0, 0.0]


def test_it_gives_the_same_bytes_again_and_draws_what_it_found(footage: Path) -> None:
    out = footage / "out"
    settings = TriangulationSettings(SETTINGS.model, draw=True)
    triangulate_videos(footage / "Calib.toml", videos_of(footage), out, settings=settings, reporter=SilentReporter())
    before = {path.name: path.read_bytes() for path in out.glob("person_*")}
    triangulate_videos(
        footage / "Calib.toml", videos_of(footage)[::-1], out, settings=settings, reporter=SilentReporter()
    )
    assert {path.name: path.read_bytes() for path in out.glob("person_*")} == before
    assert len(list((out / "views").glob("*.mp4"))) == 3


def replaced(folder: Path, text: Callable[[str], str]) -> None:
    path = folder / "Calib.toml"
    path.write_text(text(path.read_text()))


def one_camera_short(folder: Path) -> list[Path]:
    replaced(folder, lambda text: text[: text.index("[cam_3]")])
    return videos_of(folder)


def other_size(folder: Path) -> list[Path]:
    replaced(folder, lambda text: text.replace("size = [ 640.0, 720.0,]", "size = [ 720.0, 640.0,]", 1))
    return videos_of(folder)


def one_view(folder: Path) -> list[Path]:
    return videos_of(folder)[:1]


def given_twice(folder: Path) -> list[Path]:
    return [videos_of(folder)[0]] * 2


def too_short(folder: Path) -> list[Path]:
    grey_video(videos_of(folder)[1], frames=12)
    return videos_of(folder)


def nameless(folder: Path) -> list[Path]:
    first = videos_of(folder)[0]
    return [first.rename(folder / "a.mp4"), videos_of(folder)[0]]


def no_video(folder: Path) -> list[Path]:
    return [*videos_of(folder)[:2], folder / "trial 1 cam_9.mp4"]


def not_a_video(folder: Path) -> list[Path]:
    videos_of(folder)[2].write_text("nothing")
    return videos_of(folder)


def cameras_swapped(folder: Path) -> list[Path]:
    replaced(
        folder, lambda text: text.replace('"cam_1"', '"x"').replace('"cam_2"', '"cam_1"').replace('"x"', '"cam_2"')
    )
    return videos_of(folder)[:2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (one_camera_short, "holds 2 cameras .cam_1, cam_2., but 3 videos are given"),
        (
            other_size,
            "pictures of 640 x 720, but .*'cam_1' was calibrated with 720 x 640; the video seems to be turned",
        ),
        (one_view, "found 1; two views are the least"),
        (given_twice, "is given twice"),
        (too_short, "cam_2.mp4: lasts 0.48 s, .*1.00 s: the videos are not synchronised"),
        (nameless, "its name does not tell which camera took it"),
        (no_video, "cam_9"),
        (not_a_video, "is no video that can be read"),
        (cameras_swapped, "people come out mirror-inverted"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence_and_nothing_is_lost(
    footage: Path, tmp_path: Path, change: Callable[[Path], list[Path]], said: str
) -> None:
    shutil.copytree(footage, tmp_path / "rig")
    here = tmp_path / "rig"
    kept = sorted(path.name for path in (here / "out" / "views").glob("*.npz"))
    films = change(here)
    with pytest.raises(SpinegenError, match=said) as error:
        triangulate_videos(here / "Calib.toml", films, here / "out", settings=SETTINGS, reporter=SilentReporter())
    assert "\n" not in str(error.value)
    assert sorted(path.name for path in (here / "out" / "views").glob("*.npz")) == kept


def test_starts_shift_the_clocks(footage: Path, tmp_path: Path) -> None:
    shutil.copytree(footage, tmp_path / "rig")
    here = tmp_path / "rig"
    settings = TriangulationSettings(SETTINGS.model, starts="0.2,0.2,0.2", as_seen=True)
    triangulate_videos(here / "Calib.toml", videos_of(here), here / "out", settings=settings, reporter=SilentReporter())
    assert pq.read_table(here / "out" / "person_1.parquet").num_rows == FRAMES - 5
    for wrong, said in (("0,1", "must be 3 numbers"), ("a,b,c", "must be seconds"), ("0,0,5", "no time in common")):
        settings = TriangulationSettings(SETTINGS.model, starts=wrong)
        with pytest.raises(SpinegenError, match=said):
            triangulate_videos(
                here / "Calib.toml", videos_of(here), here / "out", settings=settings, reporter=SilentReporter()
            )


def test_a_unit_that_makes_giants_is_refused_and_another_is_taken(footage: Path, tmp_path: Path) -> None:
    shutil.copytree(footage, tmp_path / "rig")
    here = tmp_path / "rig"
    settings = TriangulationSettings(SETTINGS.model, unit="ft")
    with pytest.raises(SpinegenError, match=r"the person would be .* tall"):
        triangulate_videos(
            here / "Calib.toml", videos_of(here), here / "out", settings=settings, reporter=SilentReporter()
        )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (TriangulationSettings(SETTINGS.model, unit="furlong"), "--unit furlong: is not known; allowed are m, "),
        (TriangulationSettings(SETTINGS.model, up_axis="w"), "up axis 'w' is not known"),
        (TriangulationSettings(SETTINGS.model, starts="0,0,9"), "no time in common"),
        (replace(SETTINGS, subject=Subject(1.8)), "--as-seen leaves trunks as they are: leave out --height"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anybody_is_followed(
    footage: Path, tmp_path: Path, settings: TriangulationSettings, said: str
) -> None:
    with pytest.raises(SpinegenError, match=said):
        triangulate_videos(
            footage / "Calib.toml", videos_of(footage), tmp_path / "out", settings=settings, reporter=SilentReporter()
        )
    assert not (tmp_path / "out").exists()


def first_person(footage: Path, out: Path, settings: TriangulationSettings, reporter: Reporter) -> pa.Table:
    """Who is seen best, from what was kept of the views, whichever network the settings name."""
    for video in videos_of(footage):
        kept = kept_film(footage / "out" / "views" / f"{video.stem}.npz", film_identity(video, SETTINGS))
        assert kept is not None
        keep_film(out / "views" / f"{video.stem}.npz", kept, film_identity(video, settings))
    triangulate_videos(footage / "Calib.toml", videos_of(footage), out, settings=settings, reporter=reporter)
    return pq.read_table(out / "person_1.parquet")


def test_trunks_are_put_right_unless_they_shall_stay_as_seen(footage: Path, tmp_path: Path) -> None:
    model = shipped_model("full")
    if statistics_of(model) is None:
        pytest.skip("how the network that ships errs was not measured")
    tables, told = [], []
    for as_seen in (True, False):
        out = tmp_path / f"out_{as_seen}"
        settings = TriangulationSettings(model, as_seen=as_seen)
        tables.append(first_person(footage, out, settings, SilentReporter()))
        told.append(json.loads((out / "triangulation.json").read_text())["trunks"])
    before, after = (
        np.array([[table[f"{name}_{axis}"] for axis in "xyz"] for name in skeleton.NAMES]) for table in tables
    )
    moved_m = np.linalg.norm(after - before, axis=1).max(axis=1)
    assert 0.001 < moved_m[list(skeleton.SPINE_CHAIN)].max() < 0.05
    assert moved_m[skeleton.INDEX["right_wrist"]] == 0.0
    assert told[0] == "as seen"
    assert told[1] != told[0]


def test_what_is_told_of_one_person_is_not_taken_for_two(footage: Path, tmp_path: Path) -> None:
    model, listener = shipped_model("full"), SilentReporter()
    tables = []
    for subject in (Subject(), Subject(1.5, 90.0, 70.0, "female")):
        out = tmp_path / f"out_{len(tables)}"
        settings = TriangulationSettings(model, subject=subject)
        tables.append(first_person(footage, out, settings, listener))
    assert tables[0].equals(tables[1])
    assert any("2 people were found: --height, --mass, --age, --sex not used" in text for text in listener.warnings)
    said = json.loads((tmp_path / "out_1" / "triangulation.json").read_text())["trunks"]
    assert "told" not in said


@pytest.mark.slow
def test_the_fit_follows(footage: Path, tmp_path: Path) -> None:
    shutil.copytree(footage, tmp_path / "rig")
    here = tmp_path / "rig"
    films = videos_of(here)
    done(
        "triangulate",
        "--calibration",
        "Calib.toml",
        "--videos",
        *films,
        "-o",
        "out",
        "--model",
        "light",
        "--fit",
        cwd=here,
    )
    for number in (1, 2):
        assert (here / "out" / "fits" / f"person_{number}" / "motion.mot").is_file()
