"""Records of fits and runs are read as they were written, and what others added to a run stays."""

import json
from pathlib import Path

import pytest

from spinegen.errors import FitError, TrainingError, WorkspaceError
from spinegen.pose import networks
from spinegen.records.base import as_plain
from spinegen.records.export_record import ExportRecord, ExportSource, SplitCount, found_export
from spinegen.records.fit_report import FitReport, found_fit_report, read_fit_head
from spinegen.records.network_card import read_cards, write_cards
from spinegen.records.run_record import PlanRecord, read_run_record
from spinegen.workspace import Workspace
from support.fit_reports import fit_report, write_fit_report


def test_a_fit_report_survives_the_disk(tmp_path: Path) -> None:
    report = fit_report("walk", files={"model.osim": "0"})
    write_fit_report(tmp_path, report)
    assert found_fit_report(tmp_path / "report.json") == report
    assert read_fit_head(tmp_path / "report.json").files == {"model.osim": "0"}


def test_a_fit_of_another_version_plays_but_is_no_report_of_ours(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"rate_hz": 50, "novelty": true}')
    assert read_fit_head(tmp_path / "report.json").rate_hz == 50.0
    assert found_fit_report(tmp_path / "report.json") is None


def test_a_fit_without_a_rate_is_refused_by_field(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"files": {}}')
    with pytest.raises(FitError, match=r"report\.json: field rate_hz is missing; fit the clip again"):
        read_fit_head(tmp_path / "report.json")


def test_infinity_is_never_written(tmp_path: Path) -> None:
    report: FitReport = fit_report("walk", replay_error_m=float("inf"))
    with pytest.raises(ValueError, match="JSON compliant"):
        report.write(tmp_path / "report.json")
    assert not (tmp_path / "report.json").exists()


def test_what_a_newer_version_wrote_into_a_run_stays(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.run_file.write_text(json.dumps({"version": 2, "weather": "fine", "stages": {"fit": {"mood": 1}}}))
    workspace.note(plan=PlanRecord(sha256="a", people_sha256="b", rows=1, shots=1))
    written = json.loads(workspace.run_file.read_text())
    assert written["weather"] == "fine"
    assert written["stages"] == {"fit": {"mood": 1}}
    assert written["plan"] == {"sha256": "a", "people_sha256": "b", "rows": 1, "shots": 1}


def test_a_run_record_with_a_wrong_field_is_refused_by_field(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"stages": {"fit": {"seconds": "long"}}}')
    with pytest.raises(WorkspaceError, match=r"field stages\.fit\.seconds: found 'long'"):
        read_run_record(tmp_path / "run.json")


def test_an_export_is_known_again_by_what_it_was_made_of(tmp_path: Path) -> None:
    settings = as_plain({"site": "centroid", "pair": (1, 2)})
    source = ExportSource(spinegen="1", settings=settings, frames=3, listing="l", content="c")
    sizes = {"train": SplitCount(images=3, annotations=4)}
    record = ExportRecord(
        **dict(source), splits=sizes, not_wanted=0, empty=0, people_left_out=1, without_depth=0, damaged=()
    )
    record.write(tmp_path / "export.json")
    found = found_export(tmp_path)
    assert found is not None
    assert found == record
    assert found.made_with("1", settings, 3)
    assert not found.made_with("1", settings, 4)
    assert not found.made_with("1", {**settings, "site": "posterior"}, 3)
    assert found_export(tmp_path / "nowhere") is None


def test_cards_of_networks_are_written_as_they_were_read_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    target = tmp_path / "networks.json"
    write_cards(target, networks.cards())
    assert target.read_bytes() == networks.CARDS.read_bytes()
    target.write_text('{"full": {"sha256": 5}}')
    with pytest.raises(TrainingError, match=r"networks\.json: field full\.sha256: found 5.*install spinegen again"):
        read_cards(target)
    with pytest.raises(TrainingError, match=r"absent\.json: cannot be read: No such file"):
        read_cards(tmp_path / "absent.json")
