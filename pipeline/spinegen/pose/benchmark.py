"""Learning curve: the same training on 1/8, 1/4, 1/2 and all of the data."""

from typing import Any

from ..files import write_json
from ..progress import Reporter, StageSummary
from ..records.metrics import Metrics
from ..records.training_record import TrainingRecord, read_training
from ..reporting.figures import as_svg, lines_over, side_by_side
from ..reporting.page import write_page
from ..workspace import Workspace
from .data.coco_set import read_coco
from .score import score_and_report, shown
from .settings import TrainSettings
from .train_part import find_split, key_of, train

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
        record = read_training(here)
        if record is None or record.key != key:
            reporter.say(f"learning curve: {count} of {total} people")
            record = train(
                here, train_split, val_split, settings, key=key, reporter=reporter, limit=count, crops=folder / "cache"
            )
        metrics = score_and_report(here, here / "pose.onnx", val_split, record, settings=settings, reporter=reporter)
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
    figure, (axes,) = side_by_side(1, (8, 3.2))
    names = ("all", "body", "spine", "feet")
    people = [row["people"] for row in rows]
    lines_over(axes, people, {name: [row[f"ap_{name}"] or 0.0 for row in rows] for name in names}, marker="o")
    axes.set(xscale="log", xlabel="people trained on", ylabel="AP", ylim=(0, 1))
    write_page(
        workspace.pose / "benchmark" / "benchmark.html",
        "learning_curve",
        rows=rows,
        curves=as_svg(figure),
        model=settings.model,
        seed=settings.seed,
        device=rows[-1]["device"] if rows else "-",
    )
