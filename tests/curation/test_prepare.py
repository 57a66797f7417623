"""Pictures of every kind are looked at, chosen and kept as labels mean them."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinegen.curation.folder import LabelFolder
from spinegen.curation.kept_boxes import KeptBoxes
from spinegen.curation.prepare import prepare
from spinegen.curation.settings import PrepareSettings
from spinegen.errors import DatasetError, UsageError, WorkspaceError
from spinegen.media.pictures import read_rgb
from spinegen.media.video_write import written_video
from spinegen.predict.estimator import SpineEstimator
from spinegen.progress import SilentReporter
from support.commands import refused
from support.label_folders import beside, portrait, write_photographs

THRESHOLD = 0.6
"""The flag behind the portrait is nobody."""


def settings(*sources: Path, **other: object) -> PrepareSettings:
    return PrepareSettings.model_validate(
        {"sources": sources, "model": "light", "threads": 1, "threshold": THRESHOLD, **other}
    )


def looked_at(root: Path, before: LabelFolder) -> Path:
    """A folder to come, in which the pictures are known as they were seen for another."""
    shutil.copytree(before.looks, LabelFolder(root).looks)
    return root


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given") / "photographs"
    write_photographs(folder)
    Image.fromarray(portrait()).save(folder / "the same again.jpg", quality=70)
    Image.fromarray(np.full((200, 300, 3), 90, np.uint8)).save(folder / "wall.png")
    (folder / "cut.jpg").write_bytes((folder / "plain.jpg").read_bytes()[:3000])
    (folder / "empty.png").touch()
    return folder


@pytest.fixture(scope="module")
def prepared(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[LabelFolder, SilentReporter]:
    root, reporter = tmp_path_factory.mktemp("made") / "L", SilentReporter()
    summary = prepare(root, settings(photographs, count=10), reporter)
    assert summary.figures == {"pictures": 5, "people": 5, "failed": 2}
    return LabelFolder(root), reporter


def test_every_kind_of_file_is_kept_upright_and_plain(
    prepared: tuple[LabelFolder, SilentReporter], tmp_path: Path
) -> None:
    folder, _ = prepared
    sizes = write_photographs(tmp_path / "again")
    for labels in folder.all_labels():
        with Image.open(folder.pictures / labels.picture) as picture:
            assert picture.mode == "RGB"
            assert picture.format in ("JPEG", "PNG")
            assert not picture.getexif()
            assert picture.size == (labels.width, labels.height) == sizes[labels.source]
        shown = read_rgb(folder.pictures / labels.picture).astype(float)
        meant = read_rgb(tmp_path / "again" / labels.source).astype(float)
        assert np.abs(shown - meant).mean() < 3


def test_pre_labels_lie_where_the_person_is(prepared: tuple[LabelFolder, SilentReporter]) -> None:
    folder, _ = prepared
    looked_at = 0
    for labels in folder.all_labels():
        (person,) = labels.people
        nose = person.keypoints[0]
        # half-way across the portrait, which is at the right end of the picture
        assert nose[2] == 2
        assert abs(nose[0] - (labels.width - 128)) < 35
        assert 70 < nose[1] < 150
        assert person.prelabel == person.keypoints
        assert not labels.done
        looked_at += 1
    assert looked_at == 5


def test_what_cannot_be_read_or_shows_nobody_or_is_there_twice_is_counted_and_named(
    prepared: tuple[LabelFolder, SilentReporter],
) -> None:
    folder, reporter = prepared
    (made,) = folder.read_set().rounds
    assert (made.looked_at, made.nobody, made.duplicates) == (7, 1, 1)
    assert len(made.failed) == 2
    assert any("cut.jpg: is cut off" in text for text in made.failed)
    assert any("empty.png: is empty" in text for text in made.failed)
    assert reporter.warnings == list(made.failed)


def test_the_first_choice_is_the_least_sure_and_the_sheet_opens(prepared: tuple[LabelFolder, SilentReporter]) -> None:
    folder, _ = prepared
    unsure = [labels.why.unsure for labels in folder.all_labels()]
    assert unsure[0] == max(unsure)
    assert min(unsure) > 0
    with Image.open(folder.root / "sheet-1.jpg") as sheet:
        assert sheet.size[0] > 600


def test_the_same_again_changes_nothing_and_something_else_waits_for_the_round(
    prepared: tuple[LabelFolder, SilentReporter], photographs: Path
) -> None:
    folder, _ = prepared
    before = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file() and path.suffix != ""}
    summary = prepare(folder.root, settings(photographs, count=10), SilentReporter())
    assert "already prepared, 5 pictures" in str(summary.rows)
    assert {path: path.read_bytes() for path in before} == before
    with pytest.raises(
        UsageError, match=r"5 of 5 pictures of round 1 are not done, first .*: finish them with: spinegen label edit"
    ):
        prepare(folder.root, settings(photographs, count=3), SilentReporter())


def test_another_round_takes_what_is_left_and_ends_when_nothing_is(
    photographs: Path, prepared: tuple[LabelFolder, SilentReporter], tmp_path: Path
) -> None:
    looked_at(tmp_path / "L", prepared[0])
    for number in (1, 2):
        prepare(tmp_path / "L", settings(photographs, count=3), SilentReporter(), more=True)
        names = [set(made.pictures) for made in LabelFolder(tmp_path / "L").read_set().rounds]
        assert len(names) == number
    assert [len(some) for some in names] == [3, 2]
    assert not names[0] & names[1]
    with pytest.raises(UsageError, match=r"every picture with a person in it \(\d\) was chosen in an earlier round"):
        prepare(tmp_path / "L", settings(photographs), SilentReporter(), more=True)


def test_boxes_are_kept_for_the_next_network_and_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    estimator, path = SpineEstimator("light", threshold=THRESHOLD, closer=False, threads=1), tmp_path / "boxes.npz"
    wall = np.full((300, 256, 3), 90, np.uint8)
    kept = KeptBoxes(estimator, path)
    found = kept(0, portrait())
    assert len(found) == 1
    kept.keep()
    again = KeptBoxes(estimator, path)
    np.testing.assert_array_equal(again(0, wall), found)  # nobody looked at the wall
    assert again(1, wall).shape == (0, 4)
    again.keep()
    path.write_bytes(path.read_bytes()[:100])
    assert not len(KeptBoxes(estimator, path)(0, wall))


def test_chance_chooses_the_same_for_the_same_seed(
    photographs: Path, prepared: tuple[LabelFolder, SilentReporter], tmp_path: Path
) -> None:
    chosen = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        root = looked_at(tmp_path / name, prepared[0])
        prepare(root, settings(photographs, count=3, choose="random", seed=seed), SilentReporter())
        chosen.append(LabelFolder(tmp_path / name).read_set().rounds[0].pictures)
    assert chosen[0] == chosen[1] != chosen[2]


def test_frames_of_a_film_that_look_alike_are_taken_once(tmp_path: Path) -> None:
    with written_video(tmp_path / "film.mp4", 5) as film:
        for index in range(15):
            film.write(beside(110, 300 if index < 10 else 480)[:, : 300 if index < 10 else 480][:300, -300:], index / 5)
    prepare(tmp_path / "L", settings(tmp_path / "film.mp4", every_s=0.5), SilentReporter())
    folder = LabelFolder(tmp_path / "L")
    (made,) = folder.read_set().rounds
    assert made.looked_at >= 5
    assert len(made.pictures) + made.duplicates == made.looked_at
    assert len(made.pictures) <= 2
    (first, *_) = folder.all_labels()
    assert first.frame is not None
    assert first.picture.startswith(f"film-f{first.frame:06d}-")


def test_killed_in_the_middle_it_goes_on_and_makes_the_same(
    photographs: Path, prepared: tuple[LabelFolder, SilentReporter], tmp_path: Path
) -> None:
    root = tmp_path / "L"
    code = "from spinegen.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        code,
        "label",
        "prepare",
        str(photographs),
        "--out",
        str(root),
        "--count",
        "10",
        "--threshold",
        str(THRESHOLD),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not list(root.glob(".cache/looks/*.npz")) and time.monotonic() < end and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert list(root.glob(".cache/looks/*.npz"))
    prepare(root, settings(photographs, count=10), SilentReporter())
    whole, again = prepared[0], LabelFolder(root)
    assert again.read_set().rounds[0].pictures == whole.read_set().rounds[0].pictures
    for name in whole.read_set().rounds[0].pictures:
        assert again.labels_file(name).read_bytes() == whole.labels_file(name).read_bytes()
    assert not [path for path in root.rglob(".*-*-*") if path.is_file()]


def test_bad_asking_ends_in_one_sentence(tmp_path: Path) -> None:
    assert "no such folder: does not exist" in refused(
        "label", "prepare", "no such folder", "--out", "L", cwd=tmp_path, code=2
    )
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "notes.txt").write_text("no picture")
    assert "p: holds no picture or video; known endings: " in refused(
        "label", "prepare", "p", "--out", "L", cwd=tmp_path, code=2
    )
    Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(tmp_path / "p" / "wall.png")
    assert "nobody was found in 1 pictures, first wall.png" in refused(
        "label", "prepare", "p", "--out", "L", cwd=tmp_path, code=2
    )
    assert "spinegen label prepare PICTURES --out L" in refused("label", "accept", "L", cwd=tmp_path)
    assert "p/pictures" not in refused("label", "prepare", "p", "--out", "p", cwd=tmp_path, code=2)


def test_a_damaged_header_is_named_by_field(tmp_path: Path) -> None:
    folder = LabelFolder(tmp_path)
    folder.set_file.write_text(json.dumps({"version": 1, "names": ["nose", "left_ear"]}))
    with pytest.raises(
        DatasetError, match=r"label\.json: field names: found 'left_ear' as number 1, allowed: 'left_eye'"
    ):
        folder.read_set()
    folder.set_file.write_text('{"version": 2}')
    with pytest.raises(DatasetError, match=r"label\.json: field version: found 2"):
        folder.read_set()


def test_two_commands_do_not_work_on_one_folder(photographs: Path, tmp_path: Path) -> None:
    folder = LabelFolder(tmp_path / "L")
    with folder.held(), pytest.raises(WorkspaceError, match="in use by process"):
        prepare(folder.root, settings(photographs), SilentReporter())
