"""What lies in a folder is found in all its folders; what is not read is counted with the reason."""

import os
from pathlib import Path

import pytest

from spinegen.media.sources import find_sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    for name in ("camA/1.jpg", "camB/1.jpg", "b.PNG", "film.mp4", "phone.heic", "notes.txt", ".hidden.jpg", "._b.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    (root / ".thumbs").mkdir()
    (root / ".thumbs/1.jpg").write_bytes(b"x")
    return root


def test_files_are_named_by_their_path_below_the_folder(folder: Path) -> None:
    found = find_sources(folder)
    assert [file.name for file in found.pictures] == ["b.PNG", "camA/1.jpg", "camB/1.jpg"]
    assert [file.name for file in found.videos] == ["film.mp4"]


def test_what_is_left_alone_has_a_reason(folder: Path) -> None:
    why = {file.name: (file.why, file.wanted) for file in find_sources(folder).skipped}
    assert why == {
        "phone.heic": ("HEIC is not read; save it as JPEG", True),
        "notes.txt": ("file of another kind", False),
        ".hidden.jpg": ("hidden file", False),
        "._b.png": ("hidden file", False),
        ".thumbs": ("hidden folder", False),
    }
    assert "2 x hidden file (._b.png, ...)" in find_sources(folder).skipped_in_words()


def test_a_name_that_is_no_utf8_is_skipped_as_one_that_was_wanted(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff.jpg")).write_bytes(b"x")
    (bad,) = [file for file in find_sources(folder).skipped if "UTF-8" in file.why]
    assert bad.wanted
    assert bad.name == "\\xff.jpg"


def test_links_are_followed_and_a_circle_ends(folder: Path) -> None:
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "lost.jpg").symlink_to(folder / "nowhere.jpg")
    found = find_sources(folder)
    assert len(found.pictures) == 3
    assert ("lost.jpg", "broken link, or no file") in [(file.name, file.why) for file in found.skipped]


def test_results_of_an_earlier_run_are_no_input(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out/b.jpg").write_bytes(b"x")
    assert "out/b.jpg" in [file.name for file in find_sources(folder).pictures]
    assert "out/b.jpg" not in [file.name for file in find_sources(folder, folder / "out").pictures]


def test_a_single_file_is_itself(folder: Path) -> None:
    assert [file.name for file in find_sources(folder / "camA/1.jpg").pictures] == ["1.jpg"]
    assert [file.why for file in find_sources(folder / "notes.txt").skipped] == ["file of another kind"]
