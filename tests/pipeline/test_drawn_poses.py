"""Drawn poses are a stage like the others: recorded, resumed, shown on the set's page, and made again from the record."""

from pathlib import Path

import pytest

from spinegen.config import load_yaml
from spinegen.motions.settings import PoseSettings
from spinegen.pipeline import Done, of_config, of_record, run_pipeline
from spinegen.progress import SilentReporter
from spinegen.records.fit_report import found_fit_report, read_fit_head
from spinegen.records.poses_report import found_poses_report
from spinegen.run_config import RunConfig, RunPlan
from spinegen.workspace import Workspace

SETTINGS = PoseSettings(count=20, seed=5)


class Heard(SilentReporter):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace(tmp_path_factory.mktemp("poses") / "w")
    with made.held():
        run(made)
    return made


def run(workspace: Workspace, reporter: SilentReporter | None = None) -> Done:
    return run_pipeline(RunPlan((), None, None, None, poses=SETTINGS), workspace, reporter)


def test_the_stage_is_recorded_and_resumed(workspace: Workspace) -> None:
    heard = Heard()
    with workspace.held():
        done = run(workspace, heard)
    ((name, summary),) = done.stages
    assert (name, summary.figures["poses"]) == ("poses", 20)
    assert heard.said[0] == "sampled_5: these 20 poses are there already"
    stage = workspace.run().stages["poses"]
    assert stage.settings == SETTINGS.model_dump(mode="json")
    assert stage.figures == summary.figures


def test_the_report_plays_as_a_fit_and_is_none_of_a_capture(workspace: Workspace) -> None:
    path = workspace.fit("sampled_5") / "report.json"
    report = found_poses_report(path)
    assert report is not None
    assert sum(report.kinds.values()) == report.frames == 20 <= report.drawn
    assert read_fit_head(path).files == report.files
    assert found_fit_report(path) is None


def test_the_pages_show_them(workspace: Workspace) -> None:
    page = workspace.report.read_text(encoding="utf-8")
    assert '<a href="fits/sampled_5/report.html">sampled_5</a>' in page
    assert "Poses are drawn, no pictures yet" in page
    own = (workspace.fit("sampled_5") / "report.html").read_text(encoding="utf-8")
    assert "20 poses of" in own
    assert "standing" in own


def test_the_record_makes_them_again(workspace: Workspace, tmp_path: Path) -> None:
    plan = of_record(workspace.run_file, Workspace(tmp_path / "again"))
    assert plan.poses == SETTINGS
    assert plan.fits == ()


def test_a_config_asks_for_them(tmp_path: Path) -> None:
    config = tmp_path / "own.yaml"
    config.write_text("poses: {count: 20, seed: 5}\n", encoding="utf-8")
    assert load_yaml(config, RunConfig).poses == SETTINGS
    assert of_config(str(config), Workspace(tmp_path / "w")).poses == SETTINGS
