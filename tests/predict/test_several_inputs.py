"""Several pictures and folders in one command: each is looked at once, and no result takes another's name."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinegen.errors import UsageError
from spinegen.predict.inputs import sources_of
from support.commands import spinegen_here

LOOK = ("-o", "out", "--boxes", "whole", "--model", "light")


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((90, 60, 3), 120, np.uint8)).save(path)


def test_pictures_and_folders_are_looked_at_together(tmp_path: Path) -> None:
    for name in ("one.png", "two.png", "more/three.png"):
        picture(tmp_path / name)
    # the folder holds nothing new for the picture that is named twice
    result = spinegen_here("predict", "one.png", "two.png", "more", "more/three.png", *LOOK, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in (tmp_path / "out").glob("*.json")) == ["one.json", "three.json", "two.json"]


def test_two_pictures_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a/one.png", "b/one.png"):
        picture(tmp_path / name)
    result = spinegen_here("predict", "a/one.png", "b/one.png", *LOOK, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.strip() == (
        "error: a/one.png and b/one.png: results of both would be called one.png; predict them into two folders"
    )
    assert not (tmp_path / "out").exists()


def test_one_input_that_is_not_there_ends_the_run_before_it_writes(tmp_path: Path) -> None:
    picture(tmp_path / "one.png")
    result = spinegen_here("predict", "one.png", "gone.png", *LOOK, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.strip() == "error: gone.png: does not exist"
    assert not (tmp_path / "out").exists()


def test_no_input_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to look at"):
        sources_of((), tmp_path / "out")
