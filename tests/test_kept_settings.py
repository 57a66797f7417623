"""What may change between two runs of one workspace, and what may not, for all four stages."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from spinegen.annotate.settings import ExportSettings
from spinegen.biomech.fits.settings import FitSettings
from spinegen.config import Settings
from spinegen.errors import SpinegenError, WorkspaceError
from spinegen.pipeline import run_stage
from spinegen.pose.settings import TrainSettings
from spinegen.render.settings import RenderSettings
from spinegen.workspace import Workspace


def start(workspace: Workspace, stage: str, settings: Settings) -> None:
    workspace.begin(stage, settings.record(), settings.kept())


@pytest.mark.parametrize(
    ("stage", "first", "second", "said"),
    [
        ("fit", FitSettings(), FitSettings(spine="free"), "fit.spine was 'regional', now 'free'"),
        ("fit", FitSettings(), FitSettings(model="male"), "fit.model was 'builtin', now 'male'"),
        ("fit", FitSettings(), FitSettings(max_rate_hz=30), "fit.max_rate_hz was None, now 30.0"),
        ("render", RenderSettings(), RenderSettings(seed=3), "render.scenes.seed was 0, now 3"),
        ("render", RenderSettings(), RenderSettings(depth=True), "render.depth was False, now True"),
        ("render", RenderSettings(), RenderSettings(skeleton="ue5_manny"), "render.skeleton was None"),
        ("render", RenderSettings(), RenderSettings(scenes="sport"), "render.scenes.people.wardrobe"),
    ],
)
def test_what_decides_the_set_is_refused_by_name(
    tmp_path: Path, stage: str, first: Settings, second: Settings, said: str
) -> None:
    workspace = Workspace(tmp_path)
    start(workspace, stage, first)
    with pytest.raises(WorkspaceError) as raised:
        start(workspace, stage, second)
    assert said in str(raised.value)
    start(workspace, stage, first)


@pytest.mark.parametrize(
    ("stage", "first", "second"),
    [
        ("fit", FitSettings(), FitSettings(jobs=4, shard="1/2", clips=(Path("a.c3d"),), height_m=1.8)),
        (
            "fit",
            FitSettings(),
            FitSettings(marker_set="cmu41", unit="mm", up_axis="z", rate_hz=100, mirror=False, subject="A"),
        ),
        ("render", RenderSettings(), RenderSettings(jobs=4, shard="2/3", shots=9, repair=True, engine="127.0.0.1:9")),
        ("export", ExportSettings(), ExportSettings(site="posterior", with_masks=True, jobs=2)),
        ("train", TrainSettings(), TrainSettings(model="small", epochs=3, seed=4, device="cpu")),
    ],
)
def test_what_only_says_how_or_is_remade_may_change_and_is_recorded(
    tmp_path: Path, stage: str, first: Settings, second: Settings
) -> None:
    workspace = Workspace(tmp_path)
    start(workspace, stage, first)
    start(workspace, stage, second)
    recorded = workspace.run().stages[stage].settings
    assert recorded == second.record()
    assert recorded != first.record() or stage == "fit"


def test_settings_that_made_nothing_bind_nobody(tmp_path: Path) -> None:
    """A first command that was mistyped must not spoil the folder."""
    workspace = Workspace(tmp_path / "w")
    (tmp_path / "empty.trc").touch()
    for spine in ("free", "regional"):
        settings = FitSettings(clips=(tmp_path / "empty.trc",), spine=spine)
        assert run_stage("fit", workspace, settings).nothing_done
        with pytest.raises(SpinegenError, match="no fitted clip"):
            run_stage("render", workspace, RenderSettings(depth=spine == "free"))
    with pytest.raises(WorkspaceError, match=r"fit\.spine was 'regional', now 'free'"):
        run_stage("fit", workspace, FitSettings(clips=(tmp_path / "empty.trc",), spine="free", shard="1/2"))
    (workspace.fit("walk")).mkdir(parents=True)
    (workspace.fit("walk") / "report.json").write_text("{}")
    with pytest.raises(WorkspaceError, match=r"fit\.spine was 'regional', now 'free'"):
        run_stage("fit", workspace, FitSettings(clips=(tmp_path / "empty.trc",), spine="free"))


def test_every_field_of_a_fit_is_either_kept_or_transient() -> None:
    assert set(FitSettings.model_fields) == set(FitSettings().kept()) | FitSettings.transient


def test_a_workspace_of_an_older_version_that_kept_the_marker_set_takes_other_sets(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    first = FitSettings()
    workspace.begin("fit", first.record(), {**first.kept(), "marker_set": "auto"})
    start(workspace, "fit", FitSettings(marker_set="cmu41"))
    with pytest.raises(WorkspaceError, match=r"fit\.spine was"):
        start(workspace, "fit", FitSettings(spine="free"))


def test_export_and_training_show_what_they_were_made_with() -> None:
    assert ExportSettings().identity()["site"] == "centroid"
    assert TrainSettings().identity()["seed"] == 0
    assert ExportSettings().kept() == TrainSettings().kept() == {}


def test_a_changed_wardrobe_or_folder_of_pictures_is_another_set(tmp_path: Path) -> None:
    from spinegen.resources import shipped

    wardrobe = tmp_path / "mine.yaml"
    wardrobe.write_bytes(shipped("configs/wardrobes")["yoga"].read_bytes())
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/a.jpg").write_bytes(b"x")
    scenes = tmp_path / "scenes.yaml"
    scenes.write_text(
        yaml.safe_dump({"people": {"wardrobe": str(wardrobe)}, "places": {"kinds": "photo", "folder": "pictures"}})
    )
    first: Any = RenderSettings(scenes=str(scenes)).kept()
    assert first["scenes"]["places"]["folder"] == "pictures"
    wardrobe.write_text(wardrobe.read_text() + "\n# changed\n")
    second = RenderSettings(scenes=str(scenes)).kept()
    assert second["wardrobes"] != first["wardrobes"]
    (tmp_path / "pictures/b.jpg").write_bytes(b"y")
    assert RenderSettings(scenes=str(scenes)).kept()["pictures"] != first["pictures"]
