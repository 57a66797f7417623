"""Learning curve: the same training on 1/8, 1/4, 1/2 and all of the data."""

import io
from typing import Any

from ..files import write_json, write_text
from ..progress import Reporter, StageSummary
from ..records.metrics import Metrics
from ..records.training_record import TrainingRecord, read_training
from ..workspace import Workspace
from .score import score_and_report, shown
from .settings import TrainSettings
from .train_part import find_split, key_of, train

PARTS = (8, 4, 2, 1)
MINIMUM_PEOPLE = 8

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Learning curve</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ddd}svg{max-width:100%;height:auto}.muted{color:#666}</style>
<h1>Learning curve</h1><p class="muted">{{ model }} on {{ device }}, seed {{ seed }}; every point is trained anew with the same settings and scored as an ONNX file on the same validation split.</p>
{{ figure }}
{% if device == "cpu" %}<p class="muted"><b>Measured on a CPU.</b> This proves the script; scores and speeds of a large set on a GPU are still to come.</p>{% endif %}
<table><tr><th>people</th><th>AP all</th><th>AP body</th><th>AP spine</th><th>AP feet</th><th>AUC</th><th>mean pose AP all</th><th>steps</th><th>minutes</th><th>people/s</th><th>loader alone, people/s</th></tr>
{% for r in rows %}<tr><td>{{ r.people }}</td><td><b>{{ f(r.ap_all) }}</b></td><td>{{ f(r.ap_body) }}</td><td>{{ f(r.ap_spine) }}</td><td>{{ f(r.ap_feet) }}</td><td>{{ f(r.auc_all) }}</td>
<td>{{ f(r.mean_pose_ap_all) }}</td><td>{{ r.steps }}</td><td>{{ "%.1f" | format(r.minutes) }}</td><td>{{ "%.0f" | format(r.people_per_s) }}</td><td>{{ "%.0f" | format(r.loader_people_per_s) }}</td></tr>{% endfor %}</table></html>
"""


def run_benchmark(workspace: Workspace, settings: TrainSettings, reporter: Reporter) -> StageSummary:
    """Train and score on growing parts into `pose/benchmark/<people>`; finished parts are not done again."""
    from .data.coco_set import read_coco

    train_split, val_split = find_split(workspace, "train"), find_split(workspace, "val")
    total = len(read_coco(train_split.annotations, train_split.images))
    folder = workspace.pose / "benchmark"
    rows: list[dict[str, Any]] = []
    for count in sorted({max(total // part, min(MINIMUM_PEOPLE, total)) for part in PARTS}):
        here = folder / str(count)
        key = f"{key_of(workspace, settings)}-{count}"
        record = read_training(here)
        if record is None or record.key != key:
            reporter.say(f"learning curve: {count} of {total} people")
            record = train(here, train_split, val_split, settings, key, reporter, limit=count, crops=folder / "cache")
        metrics = score_and_report(here, here / "pose.onnx", val_split, record, settings, reporter)
        rows.append(_row(record, metrics))
    write_json(folder / "benchmark.json", {"settings": record_settings(settings), "rows": rows})
    _write_page(workspace, settings, rows)
    table = tuple(
        (
            f"{row['people']} people",
            f"AP all {shown(row['ap_all'])}, spine {shown(row['ap_spine'])}, {row['people_per_s']:.0f} people/s",
        )
        for row in rows
    )
    figures: dict[str, float | int | str] = {f"ap_all_{row['people']}": row["ap_all"] or 0.0 for row in rows}
    return StageSummary("Learning curve", table, folder / "benchmark.html", figures=figures)


def record_settings(settings: TrainSettings) -> dict[str, Any]:
    """Settings as plain data."""
    return settings.model_dump(mode="json")


def _row(record: TrainingRecord, metrics: Metrics) -> dict[str, Any]:
    scores = metrics.scores
    return {
        "people": record.people,
        **{f"ap_{name}": scores.network[name]["AP"] for name in ("all", "body", "spine", "feet")},
        "auc_all": scores.auc.network["all"],
        "mean_pose_ap_all": scores.mean_pose["all"]["AP"],
        "steps": record.steps,
        "minutes": record.seconds / 60,
        "people_per_s": record.people_per_s,
        "loader_people_per_s": record.loader_people_per_s,
        "device": record.device,
    }


def _write_page(workspace: Workspace, settings: TrainSettings, rows: list[dict[str, Any]]) -> None:
    from jinja2 import Environment
    from markupsafe import Markup
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots()
    for name in ("all", "body", "spine", "feet"):
        axes.plot([row["people"] for row in rows], [row[f"ap_{name}"] or 0 for row in rows], marker="o", label=name)
    axes.set(xscale="log", xlabel="people trained on", ylabel="AP", ylim=(0, 1))
    axes.legend(frameon=False)
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    page = Environment(autoescape=True).from_string(_PAGE)
    write_text(
        workspace.pose / "benchmark" / "benchmark.html",
        page.render(
            rows=rows,
            figure=Markup(text[text.index("<svg") :]),
            f=shown,
            model=settings.model,
            seed=settings.seed,
            device=rows[-1]["device"] if rows else "-",
        ),
    )
