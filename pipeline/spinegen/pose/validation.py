"""Scoring an exported file on a COCO set, with nothing but the file and the pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..errors import DatasetError
from ..media.pictures import PictureError
from ..progress import Reporter, warn_of
from ..records.metrics import PckAuc, Scores
from .convention import require_same
from .data.coco_set import CocoSet
from .predictor import PosePrediction, PosePredictor
from .scoring.baseline import place
from .scoring.errors import box_sizes_px, distances_px, error_tables, pck_auc
from .scoring.oks import oks_scores

BROKEN_SHARE_ALLOWED = 0.01


@dataclass(frozen=True)
class Predictions:
    """What a network sees of a set."""

    people: CocoSet
    """Those whose picture could be read."""
    keypoints_px: NDArray[np.float64]
    """(N, 37, 2)."""
    confidences: NDArray[np.float64]
    """(N, 37) of 0..1: expected OKS, whose mean over a subset ranks people."""
    straight: PosePrediction
    """What is seen in crops that stand as the picture does, as other programs cut them."""
    broken: tuple[str, ...]
    """Pictures left out, and why."""


@dataclass(frozen=True)
class Validation(Predictions):
    """Predictions and the scores of a file, those of the mean pose beside them."""

    scores: Scores
    """`people`, `network`, `mean_pose`, `auc`, `tables`: what `metrics.json` holds."""


def validate(
    model: Path,
    people: CocoSet,
    pose: NDArray[np.float64],
    *,
    device: str,
    reporter: Reporter,
    threads: int | None = None,
) -> Validation:
    """Predict every labelled person from its true box as `predict` looks at pictures, with the flip test, and score.

    Args:
        pose: (37, 2) the mean pose of the training boxes, 0..1.

    Raises:
        DatasetError: more than 1 % of the pictures are missing or broken, or the network learnt points of another convention.
    """
    found = predictions(model, people, device=device, reporter=reporter, threads=threads)
    scores = score(found.people, found.keypoints_px, found.confidences, pose)
    unturned = oks_scores(found.people, found.straight.keypoints_px, found.straight.scores)
    return Validation(**vars(found), scores=scores.model_copy(update={"unturned": unturned}))


def predictions(
    model: Path,
    people: CocoSet,
    *,
    device: str,
    reporter: Reporter,
    threads: int | None = None,
    closer: bool | None = None,
) -> Predictions:
    """Predict every labelled person from its true box with the flip test.

    Args:
        closer: as `PosePredictor` has it.

    Raises:
        DatasetError: more than 1 % of the pictures are missing or broken, or the network learnt points of another convention.
    """
    predictor = PosePredictor(model, flip_test=True, device=device, threads=threads, closer=closer)
    require_same(predictor.file.convention, model, people.convention, people.source)
    rows_of_pictures = people.rows_of_pictures()
    order: list[list[int]] = []
    broken: list[str] = []

    def pictures() -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float64]]]:
        for rows in rows_of_pictures:
            try:
                image = people.picture(rows[0])
            except PictureError as error:
                broken.append(str(error))
                continue
            order.append(rows)
            yield image, people.boxes_xywh_px[rows]

    points, confidences = [], []
    straight: list[PosePrediction] = []
    with reporter.task("validate", len(people), "people") as task:
        for prediction in predictor.predict_many(pictures()):
            points.append(prediction.keypoints_px)
            confidences.append(prediction.ranks)
            straight.append(prediction.straight or prediction)
            task.advance(len(prediction.scores))
    if len(broken) > BROKEN_SHARE_ALLOWED * len(rows_of_pictures) or not order:
        raise DatasetError(
            f"{people.source}: {len(broken)} of {len(rows_of_pictures)} pictures are missing or broken, more than "
            f"{BROKEN_SHARE_ALLOWED:.0%}; the first: {broken[0] if broken else 'none'}"
        )
    warn_of(reporter, [f"picture left out: {text}" for text in broken], "pictures are left out")
    seen = people.subset(np.array([row for rows in order for row in rows], dtype=np.int64))
    return Predictions(seen, np.concatenate(points), np.concatenate(confidences), _joined(straight), tuple(broken))


def _joined(parts: list[PosePrediction]) -> PosePrediction:
    return PosePrediction(
        np.concatenate([part.keypoints_px for part in parts]), np.concatenate([part.scores for part in parts])
    )


def score(
    people: CocoSet, keypoints_px: NDArray[np.float64], confidences: NDArray[np.float64], pose: NDArray[np.float64]
) -> Scores:
    """All figures of one set of predictions beside those of the mean pose."""
    placed = place(pose, people.boxes_xywh_px)
    return Scores(
        people=len(people),
        network=oks_scores(people, keypoints_px, confidences),
        mean_pose=oks_scores(people, placed, np.ones(placed.shape[:2])),
        auc=PckAuc(network=_auc(people, keypoints_px), mean_pose=_auc(people, placed)),
        tables=error_tables(people, keypoints_px),
    )


def _auc(people: CocoSet, keypoints_px: NDArray[np.float64]) -> dict[str, float | None]:
    relative = distances_px(people, keypoints_px) / box_sizes_px(people)[:, None]
    return {name: pck_auc(relative[:, list(ids)]) for name, ids in skeleton.SUBSETS.items()}
