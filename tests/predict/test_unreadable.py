"""Files that cannot be read: the only one ends the run, one of several is left out; each is told once."""

from pathlib import Path

import numpy as np
from PIL import Image

from support.commands import spinegen_here


def test_the_only_file_is_told_once(tmp_path: Path) -> None:
    for name in ("clip.mp4", "picture.jpg"):
        (tmp_path / name).write_text("words")
        result = spinegen_here("predict", "-i", name, "-o", "out", "--model", "light", cwd=tmp_path)
        assert result.returncode == 2
        said = [line for line in result.stderr.splitlines() if name in line]
        assert len(said) == 1, result.stderr
        assert said[0].startswith(f"error: {name}: is no ")


def test_one_of_several_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "words.jpg").write_text("words")
    Image.fromarray(np.full((90, 60, 3), 120, np.uint8)).save(folder / "grey.jpg")
    result = spinegen_here("predict", "-i", "in", "-o", "out", "--boxes", "whole", "--model", "light", cwd=tmp_path)
    assert result.returncode != 0, "somebody should look"
    assert "words.jpg: is no picture that is read" in result.stderr
    assert (tmp_path / "out" / "grey.json").is_file()


def test_a_misspelt_network_is_told_with_those_that_ship(tmp_path: Path) -> None:
    Image.fromarray(np.full((90, 60, 3), 120, np.uint8)).save(tmp_path / "grey.jpg")
    result = spinegen_here("predict", "-i", "grey.jpg", "-o", "out", "--model", "fulll", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.strip() == "error: fulll: is neither a file nor a network that ships; those are: full, light"
    assert not (tmp_path / "out").exists()
