"""Clips of several laboratories in one workspace: options by clip, and lists that name hundreds at once."""

import json
from pathlib import Path

import pytest

from spinegen.biomech.fits.clip_list import clip_tasks
from spinegen.biomech.fits.settings import ClipRow, FitSettings
from spinegen.biomech.fits.stage import fit_mocap
from spinegen.errors import ClipError, ConfigError, FitError
from spinegen.workspace import Workspace
from support.heard import Heard
from support.two_laboratories import make_captures


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("laboratories")
    make_captures(root)
    (root / "clips.yaml").write_text(
        "clips:\n"
        "  - {clip: one/walk.trc, name: anna, marker_set: one.yaml, height_m: 1.7}\n"
        "  - {clip: two/*.trc, name: ben, marker_set: two.yaml, unit: mm, mass_kg: 80}\n"
    )
    (root / "clips.csv").write_text(
        "clip,name,marker_set,unit,height_m,mass_kg\n"
        "one/walk.trc,anna,one.yaml,,1.7,\n"
        "two/walk.trc,ben,two.yaml,mm,,80\n"
    )
    return root


def settings_on_disk(workspace: Workspace, name: str) -> dict[str, object]:
    return json.loads((workspace.fit(name) / "report.json").read_text())["identity"]["settings"]


@pytest.mark.parametrize("name", ["clips.yaml", "clips.csv"])
def test_a_list_names_clips_with_their_options(folder: Path, name: str) -> None:
    tasks, failures = clip_tasks(FitSettings(clips=(folder / name,), subject="X"))
    assert failures == {}
    assert [(task.name, task.clip) for task in tasks] == [
        ("anna", folder / "one/walk.trc"),
        ("ben", folder / "two/walk.trc"),
    ]
    anna, ben = (task.settings for task in tasks)
    assert (anna.marker_set, anna.height_m, anna.unit, anna.mass_kg) == (str(folder / "one.yaml"), 1.7, None, None)
    assert (ben.marker_set, ben.height_m, ben.unit, ben.mass_kg) == (str(folder / "two.yaml"), None, "mm", 80.0)
    assert (anna.subject, ben.subject) == ("X", "X")


def test_a_workspace_takes_clips_of_two_laboratories(folder: Path, tmp_path: Path) -> None:
    workspace, heard = Workspace(tmp_path), Heard()
    first = FitSettings(
        clips=(ClipRow(clip=folder / "one/walk.trc", name="anna"),), marker_set=str(folder / "one.yaml")
    )
    assert fit_mocap(workspace, first, heard).figures["clips"] == 1
    kept = (workspace.fit("anna") / "report.json").read_bytes()
    second = FitSettings(clips=(folder / "two/walk.trc",), marker_set=str(folder / "two.yaml"))
    assert fit_mocap(workspace, second, heard).figures["clips"] == 1
    assert (workspace.fit("anna") / "report.json").read_bytes() == kept
    assert settings_on_disk(workspace, "walk")["marker_set"] == str(folder / "two.yaml")
    assert heard.once("walk: names no unit: mm was judged from the body")

    again = Heard()
    assert fit_mocap(workspace, second, again).figures["frames"] == 0
    assert again.once("1 of 1 clips are fitted already")
    changed = second.model_copy(update={"height_m": 1.9, "unit": "mm"})
    assert fit_mocap(workspace, changed, again).figures["frames"] == 30
    assert again.once("walk: is fitted again: unit was None, now 'mm'; height_m was None, now 1.9")
    assert settings_on_disk(workspace, "walk")["height_m"] == 1.9
    assert settings_on_disk(workspace, "anna")["height_m"] is None


def test_two_clips_of_one_name_need_names(folder: Path) -> None:
    both = FitSettings(clips=(folder / "one/walk.trc", folder / "two/walk.trc"))
    with pytest.raises(FitError, match=r"same name as .*one/walk\.trc.*give it a `name`"):
        clip_tasks(both)
    with pytest.raises(FitError, match="named twice with different options"):
        clip_tasks(FitSettings(clips=(folder / "one/walk.trc", ClipRow(clip=folder / "one/walk.trc", unit="mm"))))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.yaml",
            "clips:\n  - {clip: a.c3d, units: mm}\n",
            r"a\.yaml: line 2: unknown field clips\.0\.units; allowed are: .*unit",
        ),
        ("a.yaml", "clips:\n  - {clip: a.c3d, unit: furlong}\n", r"clips\.0\.unit: found 'furlong'"),
        ("a.yaml", "clips: []\n", r"a\.yaml: line 1: field clips"),
        ("a.yaml", "kind: markers\nmarkers: {}\n", "is no list of clips .*--marker-set"),
        ("a.csv", "clip,unit\na.c3d,mm\nb.c3d,furlong\n", r"a\.csv: line 3: field unit: found 'furlong'"),
        ("a.csv", "clip,unit\na.c3d\n", "line 2 holds 1 values, the header names 2"),
        ("a.yaml", "clips:\n  - {clip: a.c3d, name: ../b}\n", "usable as that of a folder"),
        ("a.yaml", "clips:\n  - {clip: 'x*.c3d'}\n", "no clip is there for x"),
    ],
)
def test_lists_that_are_none_are_named_with_field_and_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises((ClipError, ConfigError, FitError), match=message):
        clip_tasks(FitSettings(clips=(tmp_path / name,)))


def test_a_list_that_is_none_does_not_stop_the_clips_beside_it(folder: Path, tmp_path: Path) -> None:
    tasks, failures = clip_tasks(FitSettings(clips=(folder / "one.yaml", folder / "one/walk.trc")))
    assert [task.name for task in tasks] == ["walk"]
    assert "is no list of clips" in failures[str(folder / "one.yaml")]


def test_a_table_of_keypoints_is_a_clip_and_no_list(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time,nose_x,nose_y,nose_z\n0,1,2,3\n")
    (tmp_path / "list.csv").write_text("clip\na.csv\n")
    assert [task.clip for task in clip_tasks(FitSettings(clips=(tmp_path / "a.csv",)))[0]] == [tmp_path / "a.csv"]
    assert [task.clip for task in clip_tasks(FitSettings(clips=(tmp_path / "list.csv",)))[0]] == [tmp_path / "a.csv"]
    assert [task.clip for task in clip_tasks(FitSettings(clips=(tmp_path,)))[0]] == [tmp_path / "a.csv"]


def test_options_of_rows_stand_in_a_run_s_config_too() -> None:
    settings = FitSettings.model_validate({"clips": ["a.c3d", {"clip": "b.c3d", "marker_set": "cmu41"}], "unit": "mm"})
    first, second = (task.settings for task in clip_tasks(settings)[0])
    assert (first.marker_set, first.unit) == ("auto", "mm")
    assert (second.marker_set, second.unit) == ("cmu41", "mm")
