"""What a user hears of a fit: once, in sentences, and nothing from the libraries."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from spinegen.biomech.fits import one_clip
from spinegen.biomech.fits.settings import FitSettings
from spinegen.biomech.fits.stage import fit_mocap
from spinegen.workspace import Workspace
from support.commands import spinegen
from support.heard import Heard
from support.two_laboratories import make_captures


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("laboratories")
    make_captures(root)
    (root / "bad.trc").write_text("nothing\n" * 9)
    return root


def test_a_failing_clip_is_told_once_and_leaves_no_folder(folder: Path, tmp_path: Path) -> None:
    clips = [folder / name for name in ("one/walk.trc", "bad.trc", "gone.c3d")]
    result = spinegen("fit-mocap", *clips, "--marker-set", folder / "one.yaml", "--out", "w", cwd=tmp_path)
    told = result.stdout + result.stderr
    assert result.returncode == 1
    assert told.count("bad.trc: is not a TRC file") == 1
    assert told.count("gone.c3d: cannot be read") == 1
    assert "2 clip(s) failed, the rest is done: gone.c3d, bad.trc" in result.stderr.strip().splitlines()[-1]
    assert sorted(path.name for path in (tmp_path / "w/fits").iterdir()) == ["walk"]
    assert "Warning" not in told


def test_an_error_that_no_check_foresaw_is_a_sentence_and_leaves_no_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        (tmp_path / "fits/walk").mkdir(parents=True)
        raise StopIteration

    monkeypatch.setattr(one_clip, "fit_clip", broken)
    settings = FitSettings(clips=(folder / "one/walk.trc",), marker_set=str(folder / "one.yaml"))
    summary = fit_mocap(Workspace(tmp_path), settings, Heard())
    assert summary.told == ("walk.trc",)
    assert summary.nothing_done
    assert summary.rows == (("clips", "0 of 1 fitted"),)
    assert (
        "walk.trc: could not be fitted because of a fault in spinegen (StopIteration, without a word"
        in summary.failures[0]
    )
    assert not (tmp_path / "fits/walk").exists()


def test_a_refit_that_fails_leaves_the_fit_that_was_there(folder: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    good = FitSettings(clips=(folder / "one/walk.trc",), marker_set=str(folder / "one.yaml"))
    fit_mocap(workspace, good, Heard())
    kept = (workspace.fit("walk") / "report.json").read_bytes()
    summary = fit_mocap(workspace, good.model_copy(update={"unit": "mm"}), Heard())
    assert "--unit m" in summary.failures[0]
    assert (workspace.fit("walk") / "report.json").read_bytes() == kept


def test_notes_reasons_and_holes_are_told_and_no_library_warns(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "two/walk.trc").read_text().splitlines()
    (tmp_path / "hole.trc").write_text("\n".join([*lines[:16], *lines[31:]]) + "\n")
    heard = Heard()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        settings = FitSettings(clips=(tmp_path / "hole.trc",), marker_set=str(folder / "two.yaml"))
        fit_mocap(Workspace(tmp_path / "w"), settings, heard)
    assert [str(warning.message) for warning in caught] == []
    assert heard.once("hole: 15 frames are missing by their time or number and are gaps")
    assert heard.once("hole: names no unit: mm was judged")
    assert heard.once("hole: usable, marker RMS")
    assert any("of the marker samples are missing" in line and "usable" in line for line in heard.lines)


def test_an_upside_down_fit_is_never_good(folder: Path, tmp_path: Path) -> None:
    heard = Heard()
    settings = FitSettings(clips=(folder / "one/walk.trc",), marker_set=str(folder / "one.yaml"), up_axis="-y")
    summary = fit_mocap(Workspace(tmp_path), settings, heard)
    assert not summary.failures
    assert any(line.startswith("walk: doubtful") and "head is below the hips in 100 %" in line for line in heard.lines)
    assert np.isfinite(float(summary.figures["worst_rms_mm"]))
