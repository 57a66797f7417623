"""The loop's own learning curve: every round's network on the same pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import SpinegenError, TrainingError
from ..files import sha256
from ..pose.data.coco_set import CocoSet, read_coco
from ..pose.networks import shipped_model
from ..pose.scoring.oks import oks_scores
from ..pose.validation import predictions
from ..progress import Reporter, SilentReporter
from ..records.coco_file import read_coco_file
from ..records.coco_layout import pictures_folder
from ..records.label_files import LabelRound
from ..records.network_scores import NetworkScore, NetworkScores, found_network_scores
from .folder import LabelFolder

SUBSETS = ("all", "spine", "body", "feet")
VALIDATION = "val-real"
"""Set beside the corrected one that is validated on where nothing else is named."""


@dataclass(frozen=True)
class CurvePoint:
    """A network and its AP by subset, None where it could not be scored."""

    name: str
    ap: dict[str, float | None]


def learning_curve(
    folder: LabelFolder,
    rounds: Sequence[LabelRound],
    *,
    annotations: Path,
    reporter: Reporter,
    images: Path | None = None,
    model: Path | None = None,
) -> list[CurvePoint]:
    """The network that each round began with, and at last `model`, scored on one set; what was scored before is not scored again.

    Args:
        images: folder of the set's pictures; None: looked for beside it.

    Raises:
        DatasetError: the set is not usable.
        TrainingError: `model` is not usable.
    """
    if images is None:
        file = read_coco_file(annotations)
        images = pictures_folder(annotations, (image.file_name for image in file.images)) or annotations.parent
    people = read_coco(annotations, images)
    networks = [(f"before round {one.number}", network_path(folder, one), one.network_sha256) for one in rounds]
    if model is not None and not model.is_file():
        raise TrainingError(f"{model}: model file does not exist")
    if model is not None and sha256(model) not in {network for _, _, network in networks}:
        networks.append((model.stem, model, sha256(model)))
    known = found_network_scores(folder.scores)
    digest = sha256(annotations)
    points: list[CurvePoint] = []
    with reporter.task("validate networks", len(networks), "networks") as task:
        for name, path, network in networks:
            score = next((one for one in known.scores if (one.network, one.annotations) == (network, digest)), None)
            if score is None:
                try:
                    score = NetworkScore(network=network, annotations=digest, people=len(people), ap=_ap(path, people))
                except SpinegenError as error:
                    if path == model:
                        raise
                    reporter.warn(f"{name}: not scored: {error}")
                    points.append(CurvePoint(name, dict.fromkeys(SUBSETS)))
                    continue
                known = NetworkScores(version=1, scores=(*known.scores, score))
                known.write(folder.scores)
            points.append(CurvePoint(name, score.ap))
            task.advance()
    return points


def network_path(folder: LabelFolder, made: LabelRound) -> Path:
    """The network of a round: one that ships, or the folder's copy.

    Raises:
        TrainingError: a shipped network of that name is not there.
    """
    if made.network_file is None:
        return shipped_model(made.network)
    return folder.networks / made.network_file


def _ap(path: Path, people: CocoSet) -> dict[str, float | None]:
    found = predictions(path, people, device="cpu", reporter=SilentReporter())
    scores = oks_scores(found.people, found.keypoints_px, found.confidences, SUBSETS)
    return {name: scores[name]["AP"] for name in SUBSETS}
