"""What other stages left behind, read for the page: fits, scores, the record of the run; none of it need be there."""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ...workspace import Workspace


def read_fits(workspace: Workspace) -> list[dict[str, Any]]:
    """One row a fitted clip; figures that a report lacks are `None`."""
    rows = []
    for path in sorted(workspace.fits.glob("*/report.json")):
        report = _read(path)
        if report is None:
            continue
        residual, curves = _mapping(report, "residual_mm"), _mapping(report, "curvature_deg")
        limits = _mapping(_mapping(report, "limits"), "spine")
        performer = _mapping(report, "performer")
        rows.append(
            {
                "clip": report.get("clip", path.parent.name),
                "verdict": str(report.get("verdict", "unknown")),
                "reasons": [str(reason) for reason in report.get("reasons") or []],
                "frames": report.get("frames"),
                "seconds": report.get("duration_s"),
                "rms": residual.get("rms"),
                "p95": residual.get("p95"),
                "max": residual.get("max"),
                "gaps": report.get("gap_fraction"),
                "markers": _mapping(report, "marker_set").get("name"),
                "lordosis": curves.get("standing_lordosis"),
                "kyphosis": curves.get("standing_kyphosis"),
                "stature": performer.get("stature_m"),
                "limits": ", ".join(
                    f"{name} {100 * share:.0f} %" for name, share in sorted(limits.items(), key=lambda kv: -kv[1])[:3]
                ),
                "truth": _truth(report.get("truth")),
                "truth_mean_mm": _mapping(report, "truth").get("centroid_mean_mm"),
                "speed": _mapping(report, "speed").get("frames_per_s"),
                "notes": [str(note) for note in report.get("notes") or []],
                "page": f"fits/{quote(path.parent.name)}/report.html"
                if path.with_name("report.html").exists()
                else None,
            }
        )
    return rows


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
    run = _read(workspace.run_file) or {}
    stages = []
    for name, stage in _mapping(run, "stages").items():
        if isinstance(stage, dict):
            stages.append(
                {
                    "name": name,
                    "seconds": stage.get("seconds"),
                    "figures": {k: _figure(v) for k, v in _mapping(stage, "figures").items()},
                    "failures": [str(item) for item in stage.get("failures") or []],
                    "settings": json.dumps({**_mapping(stage, "settings"), **_mapping(stage, "kept")}, indent=1),
                }
            )
    environments = [item for item in run.get("environments") or [] if isinstance(item, dict)]
    latest: dict[str, Any] = environments[-1] if environments else {}
    names = ("spinegen", "commit", "python", "platform", "cpu", "cores")
    facts = {name: latest[name] for name in names if latest.get(name) is not None}
    return {"stages": stages, "facts": facts, "versions": _mapping(latest, "versions")}


def _truth(truth: object) -> list[tuple[str, str]]:
    """Errors against known vertebrae as (what, figure) pairs."""
    if not isinstance(truth, dict):
        return []
    return [
        (str(key).replace("_", " "), _figure(value))
        for key, value in truth.items()
        if not isinstance(value, dict | list)
    ]


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
