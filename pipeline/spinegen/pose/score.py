"""Scores of one network file on one split, with their page."""

from pathlib import Path

import numpy as np

from ..progress import Reporter
from ..records.metrics import METRICS_FILE, METRICS_VERSION, Metrics
from ..records.training_record import TrainingRecord
from .assembly import ARCHITECTURES
from .settings import TrainSettings
from .train_part import Split, trained_network


def score_and_report(
    folder: Path,
    model: Path,
    split: Split,
    record: TrainingRecord | None,
    *,
    settings: TrainSettings,
    reporter: Reporter,
) -> Metrics:
    """Score an ONNX file; write `metrics.json` and `report.html` into `folder`.

    Args:
        record: the training's own, or None for a file from elsewhere.
    """
    import torch

    from .data.coco_set import read_coco
    from .report import write_pose_report
    from .scoring.baseline import mean_pose
    from .scoring.latency import latency_table
    from .training.device import choose_device, core_count
    from .validation import validate

    device = choose_device(settings.device)
    people = read_coco(split.annotations, split.images, split.exif)
    if people.left_out:
        reporter.say(f"{split.annotations.name}: not scored: {', '.join(people.left_out)}")
    pose = np.array(record.mean_pose) if record is not None else mean_pose(people)
    threads = settings.threads or core_count()
    result = validate(model, people, pose, device=device.type, reporter=reporter, threads=threads)
    size = record.size if record is not None else None
    network = trained_network(folder, size) if size is not None else None
    torch.set_num_threads(threads)
    latency = latency_table(network, ARCHITECTURES[size] if size else None, model, threads)
    metrics = Metrics(
        version=METRICS_VERSION,
        key=record.key if record is not None else None,
        model=model.name,
        annotations=split.annotations.name,
        mean_pose_from="training boxes" if record is not None else "the scored boxes",
        scores=result.scores,
        left_out=result.broken,
        latency=tuple(latency),
        training=record.facts if record is not None else None,
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_pose_report(folder / "report.html", metrics, record.history if record is not None else (), result)
    metrics.write(folder / METRICS_FILE)
    return metrics


def shown(value: float | None) -> str:
    """A score, or a dash where there is none."""
    return "-" if value is None else f"{value:.3f}"
