"""`spinegen label accept`: corrected pictures become part of a set that `train-validate --mix` takes."""

import getpass
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..files import sha256
from ..progress import Reporter, StageSummary
from ..records.label_files import LABELS_VERSION, Acceptance, PictureLabels
from .checks import label_faults
from .folder import LabelFolder, now
from .moves import moves_of
from .real_set import open_real_set

SET_NAME = "train-real"


def accept(root: Path, into: Path | None, *, name: str, by: str, reporter: Reporter) -> StageSummary:
    """Merge every picture that is done into `person_keypoints_<name>.json`; those with faults are named and wait.

    Args:
        into: folder with `annotations/` and `images/`, such as a workspace's `coco`; None: `real/` of the labelled folder.
        name: of the set.
        by: who accepts.

    Raises:
        UsageError: no picture is done.
        DatasetError: the folder, or the set that is there, is damaged.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise UsageError(f"--name {name}: allowed are letters, digits, - and _, such as {SET_NAME} or val-real")
    folder = LabelFolder(root)
    folder.read_set()
    with folder.held():
        made = folder.read_set()
        labels = folder.all_labels()
        done = [one for one in labels if one.done]
        if not done:
            raise UsageError(
                f"{root}: none of its {len(labels)} pictures is done: correct them with: spinegen label edit {root}"
            )
        target = open_real_set(into or root / "real", name)
        for one in made.rounds:
            target.agree(one.convention, f"round {one.number} ({one.network})")
        networks = {one.number: one.network_sha256 for one in made.rounds}
        changed, failures = [], []
        with reporter.task("accept", len(done), "pictures") as task:
            for one in done:
                faults = _faults(folder, one)
                failures += faults
                if not faults and target.take(one, folder.pictures / one.picture, networks):
                    changed.append(one)
                task.advance()
        if changed:
            target.write()
            acceptance = _acceptance(changed, name, by)
            update = {"acceptances": (*made.acceptances, acceptance), "version": LABELS_VERSION}
            made.model_copy(update=update).write(folder.set_file)
    for text in failures:
        reporter.warn(text)
    rows = [
        ("accepted", f"{len(changed)} pictures, {sum(len(one.kept) for one in changed)} people"),
        ("as before", str(len(done) - len(changed) - len({text.split(":")[0] for text in failures}))),
        ("not done yet", str(len(labels) - len(done))),
        ("the set", f"{len(target.data['images'])} pictures, {len(target.data['annotations'])} people"),
        ("next", _next(root, target.annotations, name)),
    ]
    return StageSummary("Accepted labels", tuple(rows), target.annotations, tuple(failures))


def _next(root: Path, annotations: Path, name: str) -> str:
    """A set to validate on is not learnt from."""
    if name.startswith("val"):
        return f"spinegen label report {root} --annotations {annotations}"
    return f"spinegen train-validate --mix {annotations}"


def _faults(folder: LabelFolder, labels: PictureLabels) -> list[str]:
    picture = folder.pictures / labels.picture
    try:
        if sha256(picture) != labels.sha256:
            return [
                f"{labels.picture}: {picture} is not the picture that was labelled (its bytes changed); put the old one back"
            ]
    except OSError as error:
        return [f"{labels.picture}: {picture} cannot be read: {error.strerror or error}"]
    return label_faults(labels)


def _acceptance(changed: Sequence[PictureLabels], name: str, by: str) -> Acceptance:
    moved = moves_of(changed).moved_px
    known = moved[np.isfinite(moved)]
    return Acceptance(
        at=now(),
        by=by,
        set_name=name,
        pictures=len(changed),
        people=sum(len(one.kept) for one in changed),
        moved_px=round(float(known.mean()), 3) if known.size else 0.0,
    )


def who() -> str:
    """Name of the person at this machine, as far as it says."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
