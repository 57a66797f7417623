"""Learning curve: the same training on 1/8, 1/4, 1/2 and all of the data."""

from typing import Any

from matplotlib.figure import Figure

from ..files import write_json, write_text
from ..progress import Reporter, StageSummary
from ..reporting.pages import render_page
from ..reporting.pictures import inline_svg
from ..workspace import Workspace
from .data.coco_set import read_coco
from .score import score_and_report, shown
from .settings import TrainSettings
from .train_part import find_split, key_of, read_record, train

PARTS = (8, 4, 2, 1)
MINIMUM_PEOPLE = 8


def run_benchmark(workspace: Workspace, settings: TrainSettings, reporter: Reporter) -> StageSummary:
    """Train and score on growing parts into `pose/benchmark/<people>`; finished parts are not done again."""
    train_split, val_split = find_split(workspace, "train"), find_split(workspace, "val")
    total = len(read_coco(train_split.annotations, train_split.images))
    folder = workspace.pose / "benchmark"
    rows: list[dict[str, Any]] = []
    for count in sorted({max(total // part, min(MINIMUM_PEOPLE, total)) for part in PARTS}):
        here = folder / str(count)
        key = f"{key_of(workspace, settings)}-{count}"
        record = read_record(here)
        if record is None or record["key"] != key:
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


def _row(record: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    scores = metrics["scores"]
    return {
        "people": record["people"],
        **{f"ap_{name}": scores["network"][name]["AP"] for name in ("all", "body", "spine", "feet")},
        "auc_all": scores["auc"]["network"]["all"],
        "mean_pose_ap_all": scores["mean_pose"]["all"]["AP"],
        "steps": record["steps"],
        "minutes": record["seconds"] / 60,
        "people_per_s": record["people_per_s"],
        "loader_people_per_s": record["loader_people_per_s"],
        "device": record["device"],
    }


def _write_page(workspace: Workspace, settings: TrainSettings, rows: list[dict[str, Any]]) -> None:
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots()
    for name in ("all", "body", "spine", "feet"):
        axes.plot([row["people"] for row in rows], [row[f"ap_{name}"] or 0 for row in rows], marker="o", label=name)
    axes.set(xscale="log", xlabel="people trained on", ylabel="AP", ylim=(0, 1))
    axes.legend(frameon=False)
    page = render_page(
        "learning_curve",
        rows=rows,
        figure=inline_svg(figure),
        f=shown,
        model=settings.model,
        seed=settings.seed,
        device=rows[-1]["device"] if rows else "-",
    )
    write_text(workspace.pose / "benchmark" / "benchmark.html", page)
