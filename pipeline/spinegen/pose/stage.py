"""The stage `train-validate`: train, export, read the file back, score it, report."""

import hashlib
import os
from pathlib import Path

from ..errors import TrainingError
from ..files import sha256
from ..progress import Reporter, StageSummary
from ..records.metrics import Metrics, found_metrics
from ..records.training_record import TrainingFacts, TrainingRecord, read_training
from ..workspace import Workspace
from .assembly import ARCHITECTURES
from .benchmark import run_benchmark
from .networks import cards, shipped_model
from .photographs import write_photographs
from .score import score_and_report, shown
from .settings import AugmentSettings, LossSettings, TrainSettings
from .train_part import Split, ensure_trained, find_split

__all__ = ["AugmentSettings", "LossSettings", "TrainSettings", "train_validate"]


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
        return run_benchmark(workspace, settings, reporter)
    if settings.only == "validate":
        return _validate_only(workspace, settings, reporter)
    record, trained = ensure_trained(workspace, settings, reporter)
    if settings.only == "train":
        return _training_summary(workspace, record, trained)
    before = found_metrics(workspace.pose)
    if not trained and before is not None and before.key == record.key:
        require_better_than_mean_pose(before)
        return summarize(before, workspace.pose, "already done")
    metrics = score_and_report(
        workspace.pose,
        workspace.pose / "pose.onnx",
        find_split(workspace, "val"),
        record,
        settings=settings,
        reporter=reporter,
    )
    require_better_than_mean_pose(metrics)
    show_photographs(workspace.pose, reporter)
    return summarize(metrics, workspace.pose, None)


def show_photographs(folder: Path, reporter: Reporter) -> None:
    """What the trained network and the shipped one answer on pictures that nobody drew."""
    networks = {"trained here": folder / "pose.onnx", "shipped (full)": shipped_model("full")}
    write_photographs(folder / "photographs", networks, reporter)


def require_better_than_mean_pose(metrics: Metrics) -> None:
    """Refuse a network that learnt nothing.

    Raises:
        TrainingError: its AP over all keypoints is not above the mean pose's.
    """
    network, mean = (scores["all"]["AP"] or 0.0 for scores in (metrics.scores.network, metrics.scores.mean_pose))
    if not network > mean:
        raise TrainingError(
            f"the network (AP {network:.3f}) does not beat the mean pose of the training boxes (AP {mean:.3f}): train longer "
            "(--max-minutes, --epochs) or on more pictures; the scores are in pose/metrics.json"
        )


def _validate_only(workspace: Workspace, settings: TrainSettings, reporter: Reporter) -> StageSummary:
    own = workspace.pose / "pose.onnx"
    model = own if settings.model in ARCHITECTURES else Path(settings.model)
    if model == own and not own.exists():
        if settings.annotations is None or settings.model not in cards():
            raise TrainingError(f"{own}: does not exist; train first, or name a file with --model FILE.onnx")
        model = shipped_model(settings.model)
        reporter.say(f"nothing was trained here: the network {settings.model} that ships is scored")
    record = read_training(workspace.pose) if model.resolve() == own.resolve() else None
    if settings.annotations is None or settings.images is None:
        split = find_split(workspace, "val")
        if record is not None:
            own_scores = score_and_report(workspace.pose, model, split, record, settings=settings, reporter=reporter)
            return summarize(own_scores, workspace.pose, None)
    else:
        split = Split(settings.annotations, settings.images, settings.exif)
    folder = workspace.pose / "validation" / _validation_name(model, split)
    return summarize(score_and_report(folder, model, split, None, settings=settings, reporter=reporter), folder, None)


def _validation_name(model: Path, split: Split) -> str:
    """Files of one name in two places have results of their own."""
    for path in (model, split.annotations):
        if not path.is_file():
            raise TrainingError(f"{path}: does not exist")
    parts = (sha256(model), sha256(split.annotations), str(split.images.resolve()), split.exif)
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{model.stem}-{split.annotations.stem}-{digest[:8]}"


def _training_summary(workspace: Workspace, record: TrainingRecord, trained: bool) -> StageSummary:
    rows = (
        ("network", f"{record.size}, {record.parameters / 1e6:.2f} M parameters"),
        ("trained", training_text(record) if trained else "already done"),
        ("exported", str(workspace.pose / "pose.onnx")),
    )
    figures: dict[str, float | int | str] = {"steps": record.steps, "people_per_s": round(record.people_per_s, 1)}
    return StageSummary("Training", rows, workspace.pose / "metrics.csv", figures=figures)


def training_text(record: TrainingFacts) -> str:
    """`400 people, 2.7 min, 120 people/s on cpu`."""
    return (
        f"{record.people} people, {record.steps} steps of {record.batch}, {record.seconds / 60:.1f} min, "
        f"{record.people_per_s:.0f} people/s on {record.device}"
    )


def summarize(metrics: Metrics, folder: Path, remark: str | None) -> StageSummary:
    """The closing table and the figures kept in `run.json`."""
    rows: list[tuple[str, str]] = []
    scores = metrics.scores
    if metrics.training is not None:
        rows.append(("trained", remark or training_text(metrics.training)))
    figures: dict[str, float | int | str] = {"people": scores.people}
    for subset in ("body", "spine", "feet", "all"):
        network, mean = scores.network[subset], scores.mean_pose[subset]
        rows.append(
            (f"AP {subset}", f"{shown(network['AP'])} (mean pose {shown(mean['AP'])}), AR {shown(network['AR'])}")
        )
        figures |= {f"ap_{subset}": _number(network["AP"]), f"ap_{subset}_mean_pose": _number(mean["AP"])}
    auc = scores.auc
    rows.append(("AUC of PCK", f"{shown(auc.network['all'])} (mean pose {shown(auc.mean_pose['all'])})"))
    rows.append(("model", metrics.model))
    failures = (*(metrics.training.left_out if metrics.training is not None else ()), *metrics.left_out)
    return StageSummary("Training and validation", tuple(rows), folder / "report.html", failures, figures)


def _number(value: float | None) -> float | str:
    return "none" if value is None else round(value, 4)
