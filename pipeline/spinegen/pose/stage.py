"""The stage `train-validate`: train, export, read the file back, score it, report."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import TrainingError
from ..files import sha256, write_json
from ..progress import Reporter, StageSummary
from ..workspace import Workspace
from .assembly import ARCHITECTURES
from .settings import AugmentSettings, LossSettings, TrainSettings
from .train_part import Split, ensure_trained, find_split, read_record, trained_network

__all__ = ["AugmentSettings", "LossSettings", "TrainSettings", "train_validate"]

METRICS_VERSION = 1


def train_validate(workspace: Workspace, settings: TrainSettings, reporter: Reporter) -> StageSummary:
    """Train on the workspace's set, export ONNX, and score that file on the validation split.

    What is finished with the same settings and data is skipped; what was broken off goes on from its last checkpoint.

    Raises:
        DatasetError: the set is missing, has other keypoints, or has too many broken pictures.
        TrainingError: training or export failed, or the network does not beat the mean pose.
    """
    # read when torch is first imported: threads that wait should sleep, not take the cores from the loader
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    workspace.open()
    if settings.benchmark:
        from .benchmark import run_benchmark

        return run_benchmark(workspace, settings, reporter)
    if settings.only == "validate":
        return _validate_only(workspace, settings, reporter)
    record, trained = ensure_trained(workspace, settings, reporter)
    if settings.only == "train":
        return _training_summary(workspace, record, trained)
    metrics_file = workspace.pose / "metrics.json"
    if not trained and metrics_file.exists():
        metrics = json.loads(metrics_file.read_text(encoding="utf-8"))
        if metrics.get("key") == record["key"]:
            require_better_than_mean_pose(metrics)
            return summarize(metrics, workspace.pose, "already done")
    metrics = score_and_report(
        workspace.pose, workspace.pose / "pose.onnx", find_split(workspace, "val"), record, settings, reporter
    )
    require_better_than_mean_pose(metrics)
    return summarize(metrics, workspace.pose, None)


def score_and_report(
    folder: Path, model: Path, split: Split, record: dict[str, Any] | None, settings: TrainSettings, reporter: Reporter
) -> dict[str, Any]:
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
    pose = np.array(record["mean_pose"]) if record is not None else mean_pose(people)
    threads = settings.threads or core_count()
    result = validate(model, people, pose, device.type, reporter, threads)
    size = record["settings"]["model"] if record is not None else None
    network = trained_network(folder, size) if size is not None else None
    torch.set_num_threads(threads)
    latency = latency_table(network, ARCHITECTURES[size] if size else None, model, threads)
    metrics: dict[str, Any] = {
        "version": METRICS_VERSION,
        "key": record["key"] if record is not None else None,
        "model": model.name,
        "annotations": split.annotations.name,
        "mean_pose_from": "training boxes" if record is not None else "the scored boxes",
        "scores": result.scores,
        "left_out": list(result.broken),
        "latency": latency,
        "training": {k: v for k, v in record.items() if k not in ("history", "mean_pose", "key")} if record else None,
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_pose_report(folder / "report.html", metrics, record["history"] if record else [], result)
    write_json(folder / "metrics.json", metrics)
    return metrics


def require_better_than_mean_pose(metrics: dict[str, Any]) -> None:
    """Refuse a network that learnt nothing.

    Raises:
        TrainingError: its AP over all keypoints is not above the mean pose's.
    """
    network, mean = (metrics["scores"][name]["all"]["AP"] or 0.0 for name in ("network", "mean_pose"))
    if not network > mean:
        raise TrainingError(
            f"the network (AP {network:.3f}) does not beat the mean pose of the training boxes (AP {mean:.3f}): train longer "
            "(--max-minutes, --epochs) or on more pictures; the scores are in pose/metrics.json"
        )


def _validate_only(workspace: Workspace, settings: TrainSettings, reporter: Reporter) -> StageSummary:
    own = workspace.pose / "pose.onnx"
    model = own if settings.model in ARCHITECTURES else Path(settings.model)
    if model == own and not own.exists():
        raise TrainingError(f"{own}: does not exist; train first, or name a file with --model FILE.onnx")
    record = read_record(workspace.pose) if model.resolve() == own.resolve() else None
    if settings.annotations is None or settings.images is None:
        split = find_split(workspace, "val")
        if record is not None:
            return summarize(
                score_and_report(workspace.pose, model, split, record, settings, reporter), workspace.pose, None
            )
    else:
        split = Split(settings.annotations, settings.images, settings.exif)
    folder = workspace.pose / "validation" / _validation_name(model, split)
    return summarize(score_and_report(folder, model, split, None, settings, reporter), folder, None)


def _validation_name(model: Path, split: Split) -> str:
    """Files of one name in two places have results of their own."""
    for path in (model, split.annotations):
        if not path.is_file():
            raise TrainingError(f"{path}: does not exist")
    parts = (sha256(model), sha256(split.annotations), str(split.images.resolve()), split.exif)
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{model.stem}-{split.annotations.stem}-{digest[:8]}"


def _training_summary(workspace: Workspace, record: dict[str, Any], trained: bool) -> StageSummary:
    rows = (
        ("network", f"{record['settings']['model']}, {record['parameters'] / 1e6:.2f} M parameters"),
        ("trained", training_text(record) if trained else "already done"),
        ("exported", str(workspace.pose / "pose.onnx")),
    )
    figures: dict[str, float | int | str] = {"steps": record["steps"], "people_per_s": round(record["people_per_s"], 1)}
    return StageSummary("Training", rows, workspace.pose / "metrics.csv", figures=figures)


def training_text(record: dict[str, Any]) -> str:
    """`400 people, 2.7 min, 120 people/s on cpu`."""
    return (
        f"{record['people']} people, {record['steps']} steps of {record['batch']}, {record['seconds'] / 60:.1f} min, "
        f"{record['people_per_s']:.0f} people/s on {record['device']}"
    )


def summarize(metrics: dict[str, Any], folder: Path, remark: str | None) -> StageSummary:
    """The closing table and the figures kept in `run.json`."""
    rows: list[tuple[str, str]] = []
    if metrics["training"] is not None:
        rows.append(("trained", remark or training_text(metrics["training"])))
    figures: dict[str, float | int | str] = {"people": metrics["scores"]["people"]}
    for subset in ("body", "spine", "feet", "all"):
        network, mean = metrics["scores"]["network"][subset], metrics["scores"]["mean_pose"][subset]
        rows.append(
            (f"AP {subset}", f"{shown(network['AP'])} (mean pose {shown(mean['AP'])}), AR {shown(network['AR'])}")
        )
        figures |= {f"ap_{subset}": _number(network["AP"]), f"ap_{subset}_mean_pose": _number(mean["AP"])}
    auc = metrics["scores"]["auc"]
    rows.append(("AUC of PCK", f"{shown(auc['network']['all'])} (mean pose {shown(auc['mean_pose']['all'])})"))
    rows.append(("model", metrics["model"]))
    failures = (*((metrics["training"] or {}).get("left_out", ())), *metrics["left_out"])
    return StageSummary("Training and validation", tuple(rows), folder / "report.html", failures, figures)


def shown(value: float | None) -> str:
    """A score, or a dash where there is none."""
    return "-" if value is None else f"{value:.3f}"


def _number(value: float | None) -> float | str:
    return "none" if value is None else round(value, 4)
