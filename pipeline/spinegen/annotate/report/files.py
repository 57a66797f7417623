"""What other stages left behind, read for the page: fits, scores, the record of the run; none of it need be there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ...records.base import found_record
from ...records.fit_report import FitReport, TruthErrors, found_fit_report
from ...records.metrics import Metrics, found_metrics
from ...records.photographs import found_photographs
from ...records.poses_report import PosesReport, found_poses_report
from ...records.run_record import RunRecord
from ...reporting.figures import data_uri
from ...workspace import Workspace


@dataclass(frozen=True)
class FitRow:
    """One fitted clip on the page."""

    report: FitReport
    page: str | None
    """Address of its own page."""
    limits: str
    """Coordinates that stand at a limit most often."""
    truth: list[tuple[str, str]]
    """Errors against known vertebrae: what, figure."""


@dataclass(frozen=True)
class PosesRow:
    """One set of drawn postures on the page."""

    report: PosesReport
    page: str | None
    """Address of its own page."""


@dataclass(frozen=True)
class StageRow:
    """One stage of the run on the page."""

    name: str
    seconds: float | None
    figures: dict[str, str]
    failures: tuple[str, ...]
    settings: str
    """As JSON."""


@dataclass(frozen=True)
class RunFigures:
    """What `run.json` tells on the page."""

    stages: list[StageRow]
    facts: Mapping[str, object] = field(default_factory=dict)
    """Of the machine that worked last."""
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScoreRow:
    """Scores over one subset of keypoints."""

    subset: str
    network: dict[str, float | None]
    mean: float | None
    """AP of the mean pose."""
    auc: float | None


@dataclass(frozen=True)
class ScoreFigures:
    """The network's scores on the page."""

    metrics: Metrics
    rows: list[ScoreRow]
    page: str | None
    """Address of their own page."""


def read_fits(workspace: Workspace) -> list[FitRow]:
    """One row a fitted clip; what a report of another version may hold is not shown."""
    rows: list[FitRow] = []
    for path in sorted(workspace.fits.glob("*/report.json")):
        report = found_fit_report(path)
        if report is not None:
            rows.append(FitRow(report, _page(path), _limits(report), _truth(report.truth)))
    return rows


def read_poses(workspace: Workspace) -> list[PosesRow]:
    """One row a set of drawn postures."""
    found = [(path, found_poses_report(path)) for path in sorted(workspace.fits.glob("*/report.json"))]
    return [PosesRow(report, _page(path)) for path, report in found if report is not None]


def _page(report: Path) -> str | None:
    return f"fits/{quote(report.parent.name)}/report.html" if report.with_name("report.html").exists() else None


def _limits(report: FitReport) -> str:
    worst = sorted(report.limits.spine.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{name} {100 * share:.0f} %" for name, share in worst)


@dataclass(frozen=True)
class Photographs:
    """Networks' answers on photographs."""

    networks: tuple[str, ...]
    shown: list[tuple[str, str]]
    """Title and address of each."""


def read_photographs(workspace: Workspace) -> Photographs | None:
    """Those that are there; `None` when there are none."""
    folder = workspace.pose / "photographs"
    found = found_photographs(folder)
    if found is None:
        return None
    there = [photograph for photograph in found.photographs if (folder / photograph.file).is_file()]
    shown = [(p.title, data_uri((folder / p.file).read_bytes(), "image/jpeg")) for p in there]
    return Photographs(found.networks, shown) if shown else None


def read_scores(workspace: Workspace) -> ScoreFigures | None:
    """What `pose/metrics.json` holds about the network, or `None` when there is none of this version yet."""
    metrics = found_metrics(workspace.pose)
    if metrics is None:
        return None
    scores = metrics.scores
    rows = [
        ScoreRow(subset, network, scores.mean_pose.get(subset, {}).get("AP"), scores.auc.network.get(subset))
        for subset in ("body", "spine", "feet", "all")
        if (network := scores.network.get(subset))
    ]
    return ScoreFigures(metrics, rows, "pose/report.html" if (workspace.pose / "report.html").exists() else None)


def read_run(workspace: Workspace) -> RunFigures:
    """What `run.json` holds; empty where nothing was recorded."""
    run = found_record(workspace.run_file, RunRecord) or RunRecord()
    stages = [
        StageRow(
            name=name,
            seconds=stage.seconds,
            figures={key: _figure(value) for key, value in stage.figures.items()},
            failures=stage.failures,
            settings=json.dumps({**stage.settings, **(stage.kept or {})}, indent=1),
        )
        for name, stage in run.stages.items()
    ]
    if not run.environments:
        return RunFigures(stages)
    latest = run.environments[-1]
    names = ("spinegen", "commit", "python", "platform", "cpu", "cores")
    facts = {name: value for name in names if (value := getattr(latest, name))}
    return RunFigures(stages, facts, latest.versions)


def _truth(truth: TruthErrors | None) -> list[tuple[str, str]]:
    """Errors against known vertebrae as (what, figure) pairs."""
    if truth is None:
        return []
    figures = truth.model_dump(exclude={"by_vertebra_mm"})
    return [(key.replace("_", " "), _figure(value)) for key, value in figures.items()]


def _figure(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
