"""What other stages left behind, read for the page: fits, scores, the record of the run; none of it need be there."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ...records.base import found_record
from ...records.fit_report import FitReport, TruthErrors, found_fit_report
from ...records.run_record import RunRecord
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


def read_fits(workspace: Workspace) -> list[FitRow]:
    """One row a fitted clip; what a report of another version may hold is not shown."""
    rows: list[FitRow] = []
    for path in sorted(workspace.fits.glob("*/report.json")):
        report = found_fit_report(path)
        page = f"fits/{quote(path.parent.name)}/report.html" if path.with_name("report.html").exists() else None
        if report is not None:
            rows.append(FitRow(report, page, _limits(report), _truth(report.truth)))
    return rows


def _limits(report: FitReport) -> str:
    worst = sorted(report.limits.spine.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{name} {100 * share:.0f} %" for name, share in worst)


def read_photographs(workspace: Workspace) -> dict[str, Any] | None:
    """Networks' answers on photographs: `networks`, and `photographs` of `title` and `uri`; `None` when there are none."""
    folder = workspace.pose / "photographs"
    index = _read(folder / "photographs.json")
    if index is None:
        return None
    shown = []
    for entry in index.get("photographs") or []:
        try:
            data = base64.b64encode((folder / Path(str(entry["file"])).name).read_bytes()).decode()
        except (OSError, KeyError, TypeError):
            continue
        shown.append({"title": str(entry.get("title", "")), "uri": f"data:image/jpeg;base64,{data}"})
    return {"networks": [str(name) for name in index.get("networks") or []], "photographs": shown} if shown else None


def read_scores(workspace: Workspace) -> dict[str, Any] | None:
    """What `pose/metrics.json` holds about the network, or `None` when there is none yet."""
    metrics = _read(workspace.pose / "metrics.json")
    if metrics is None or not isinstance(metrics.get("scores"), dict):
        return None
    scores = metrics["scores"]
    rows = []
    for subset in ("body", "spine", "feet", "all"):
        network = _mapping(_mapping(scores, "network"), subset)
        mean = _mapping(_mapping(scores, "mean_pose"), subset)
        auc = _mapping(_mapping(scores, "auc"), "network").get(subset)
        if network:
            rows.append(
                {
                    "subset": subset,
                    **{k: network.get(k) for k in ("AP", "AP50", "AP75", "AR")},
                    "mean": mean.get("AP"),
                    "auc": auc,
                }
            )
    keypoints = [
        {"name": str(row["name"]), "error": row.get("mean_box"), "pck": row.get("pck_10")}
        for row in _mapping(scores, "tables").get("keypoints") or []
        if isinstance(row, dict) and "name" in row
    ]
    training = metrics.get("training") or {}
    return {
        "rows": rows,
        "people": scores.get("people"),
        "model": metrics.get("model"),
        "annotations": metrics.get("annotations"),
        "size": _mapping(training, "settings").get("model"),
        "parameters": training.get("parameters"),
        "device": training.get("device"),
        "minutes": training["seconds"] / 60 if isinstance(training.get("seconds"), int | float) else None,
        "latency": [row for row in metrics.get("latency") or [] if isinstance(row, dict)],
        "keypoints": keypoints,
        "page": "pose/report.html" if (workspace.pose / "report.html").exists() else None,
    }


def read_run(workspace: Workspace) -> dict[str, Any]:
    """Stages with their time, figures and settings, and the versions; empty where nothing was recorded."""
    run = found_record(workspace.run_file, RunRecord) or RunRecord()
    stages = [
        {
            "name": name,
            "seconds": stage.seconds,
            "figures": {key: _figure(value) for key, value in stage.figures.items()},
            "failures": stage.failures,
            "settings": json.dumps({**stage.settings, **(stage.kept or {})}, indent=1),
        }
        for name, stage in run.stages.items()
    ]
    if not run.environments:
        return {"stages": stages, "facts": {}, "versions": {}}
    latest = run.environments[-1]
    names = ("spinegen", "commit", "python", "platform", "cpu", "cores")
    facts = {name: value for name in names if (value := getattr(latest, name))}
    return {"stages": stages, "facts": facts, "versions": latest.versions}


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


def _mapping(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None
