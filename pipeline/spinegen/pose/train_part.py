"""Training as one step: caches, loop, export, and a record that says it is done."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DatasetError, TrainingError
from ..files import atomic_path
from ..media.pictures import Exif
from ..progress import Reporter
from ..records.base import JsonObject
from ..records.coco_file import read_coco_file
from ..records.coco_layout import pictures_folder
from ..records.training_record import TRAINING_FILE, HistoryRow, OnnxExport, TrainingRecord, read_training
from ..workspace import Workspace
from .assembly import ARCHITECTURES, build_network, parameter_count
from .fingerprint import deciding_settings, training_key
from .names import BACKBONES, weights_path
from .settings import TrainSettings

if TYPE_CHECKING:
    from .data.cache import CropCache
    from .data.coco_set import CocoSet
    from .training.loop import Trained, Trainer


@dataclass(frozen=True)
class Split:
    """A split of the workspace's set on disk."""

    annotations: Path
    images: Path
    exif: Exif = "as-labelled"


def find_split(workspace: Workspace, name: str) -> Split:
    """`train` or `val` of the workspace.

    Raises:
        DatasetError: not exported yet.
    """
    split = Split(
        workspace.coco / "annotations" / f"person_keypoints_{name}-unreal.json",
        workspace.coco / "images" / f"{name}-unreal",
    )
    if not split.annotations.is_file():
        raise DatasetError(f"{split.annotations}: does not exist; make it with: spinegen export-coco {workspace.root}")
    return split


def mixed_split(settings: TrainSettings) -> Split | None:
    """The second set, with its pictures' folder guessed from the usual layout."""
    if settings.mix is None:
        return None
    images = settings.mix_images
    if images is None:
        file = read_coco_file(settings.mix)
        images = pictures_folder(settings.mix, (image.file_name for image in file.images))
    if images is None or not images.is_dir():
        raise DatasetError(
            f"{images or settings.mix}: folder of the second set's pictures is not found; say where it is with --mix-images"
        )
    return Split(settings.mix, images, settings.exif)


def key_of(workspace: Workspace, settings: TrainSettings) -> str:
    """The key under which this training is done, resumed or skipped."""
    files = [find_split(workspace, "train").annotations, find_split(workspace, "val").annotations]
    if settings.mix is not None:
        files.append(settings.mix)
    files += [file for file in (settings.start_file, settings.teacher_file) if file is not None]
    for network in (settings.teacher, settings.backbone_start):
        if network in BACKBONES:
            files.append(weights_path(network))
    if settings.backbone_start not in (*BACKBONES, "scratch"):
        files.append(Path(settings.backbone_start))
    return training_key(settings, files)


def ensure_trained(workspace: Workspace, settings: TrainSettings, reporter: Reporter) -> tuple[TrainingRecord, bool]:
    """Train, or find the finished training of the same settings and data.

    Returns:
        Its record, and whether anything was done.

    Raises:
        DatasetError: the set is not usable.
        TrainingError: training or export failed.
    """
    key = key_of(workspace, settings)
    before = read_training(workspace.pose)
    if before is not None and before.key == key:
        return before, False
    if before is not None:
        now, then = deciding_settings(settings), before.settings
        changed = differences(then, now)
        reporter.say(f"training anew: {'; '.join(changed) or 'the data changed'}")
    return train(
        workspace.pose,
        find_split(workspace, "train"),
        find_split(workspace, "val"),
        settings,
        key=key,
        reporter=reporter,
    ), True


def differences(then: JsonObject, now: JsonObject, prefix: str = "") -> list[str]:
    """`name was X, now Y` for each setting that changed, with `group.name` for those in groups."""
    changed: list[str] = []
    for name, value in now.items():
        before = then.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            changed += differences(before, value, f"{prefix}{name}.")
        elif value != before:
            changed.append(f"{prefix}{name} was {before!r}, now {value!r}")
    return changed


def read_sets(splits: Sequence[Split]) -> "list[CocoSet]":
    """The people of sets that are learnt from, or checked against, together.

    Raises:
        DatasetError: a set is not usable, or its points are of another convention than those of the first.
    """
    from .convention import require_same
    from .data.coco_set import read_coco

    sets = [read_coco(split.annotations, split.images, split.exif) for split in splits]
    for other in sets[1:]:
        require_same(sets[0].convention, sets[0].source, other.convention, other.source)
    return sets


def train(
    folder: Path,
    train_split: Split,
    val_split: Split,
    settings: TrainSettings,
    *,
    key: str,
    reporter: Reporter,
    limit: int | None = None,
    crops: Path | None = None,
) -> TrainingRecord:
    """Train into `folder`: `pose.onnx`, `weights.pt`, `metrics.csv`, then the record `training.json`.

    Args:
        limit: use only this many people of the training set, spread evenly (learning curves).
        crops: folder of the crop cache; None: `folder/cache`.

    Raises:
        DatasetError: a set is not usable, or their points are of two conventions.
        TrainingError: training or export failed.
    """
    from .convention import require_same
    from .data.cache import drop_other_crops, first_people, open_cache
    from .onnx_file import open_simcc
    from .training.checkpoint import save_checkpoint
    from .training.device import choose_device
    from .training.loop import Trainer

    start = settings.start_file
    if start is not None and start.resolve() in {(folder / name).resolve() for name in ("weights.pt", "pose.onnx")}:
        raise TrainingError(
            f"{start}: would be overwritten by the training that starts from it: start from a copy of it"
        )
    device = choose_device(settings.device)
    architecture = ARCHITECTURES[settings.model]
    second = mixed_split(settings)
    sets = read_sets([train_split, val_split, *([second] if second is not None else [])])
    if start is not None and start.suffix == ".onnx":
        require_same(open_simcc(start).convention, start, sets[0].convention, sets[0].source)
    crops = crops or folder / "cache"
    learnt, checked, *others = (open_cache(people, architecture.input_hw, crops, reporter) for people in sets)
    if limit is not None:
        learnt = first_people(learnt, limit)
    drop_other_crops([learnt, checked, *others])
    trainer = Trainer(
        architecture,
        settings,
        train=learnt,
        validation=checked,
        device=device,
        checkpoint=folder / "checkpoint.pt",
        key=key,
        mixed=others[0] if others else None,
    )
    loader = trainer.source.measure()
    trained = trainer.run(reporter)
    (folder / TRAINING_FILE).unlink(missing_ok=True)
    record = _record(trainer, trained, learnt, _exported(folder, trainer, trained, learnt), loader=loader)
    save_checkpoint(folder / "weights.pt", {"architecture": architecture.size, "network": trained.network.state_dict()})
    write_history(folder / "metrics.csv", trained.history)
    record.write(folder / TRAINING_FILE)
    (folder / "checkpoint.pt").unlink(missing_ok=True)
    return record


def _exported(folder: Path, trainer: "Trainer", trained: "Trained", learnt: "CropCache") -> OnnxExport:
    """`pose.onnx`, and `pose-fp16.onnx` where it is wanted."""
    from .export import export_fp16, export_onnx

    settings, target = trainer.settings, folder / "pose.onnx"
    check = export_onnx(
        trained.network,
        trainer.architecture,
        target,
        label_sigma=settings.losses.label_sigma,
        details={
            "key": trainer.key,
            "losses": settings.losses.model_dump(),
            "closer": trainer.source.augment.trunk > 0,
            **learnt.people.convention.said(),
        },
    )
    return OnnxExport(
        difference={str(size): value for size, value in check.difference.items()},
        bytes=check.bytes,
        fp16_difference=export_fp16(target, folder / "pose-fp16.onnx") if settings.fp16 else None,
    )


def _record(
    trainer: "Trainer", trained: "Trained", learnt: "CropCache", exported: OnnxExport, *, loader: float
) -> TrainingRecord:
    import torch

    from .scoring.baseline import mean_pose

    return TrainingRecord(
        key=trainer.key,
        settings=deciding_settings(trainer.settings),
        device=torch.cuda.get_device_name() if trainer.device.type == "cuda" else "cpu",
        batch=trainer.batch,
        learning_rate=trainer.rate,
        people=len(learnt.people),
        validation_people=len(trainer.validation.people),
        left_out=tuple(learnt.broken),
        started_from=trainer.start,
        parameters=parameter_count(trained.network),
        steps=trained.steps,
        seconds=trained.seconds,
        people_per_s=trained.people_per_second,
        loader_people_per_s=loader,
        mean_pose=mean_pose(learnt.people).tolist(),
        export=exported,
        history=tuple(trained.history),
    )


def write_history(path: Path, history: Sequence[HistoryRow]) -> None:
    """The log of a training, a row an interval."""
    columns = list(dict.fromkeys(name for row in history for name in row))
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns)
        writer.writeheader()
        writer.writerows(history)


def trained_network(folder: Path, size: str) -> Any:
    """The averaged network of a finished training, in torch on the CPU.

    Raises:
        TrainingError: the weights are missing, damaged or of another architecture.
    """
    from .training.checkpoint import load_trained

    network = build_network(ARCHITECTURES[size])
    load_trained(network, folder / "weights.pt", size)
    return network.eval()
