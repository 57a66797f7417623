"""`spinegen label report`: by round, how far labels were moved, by point, and what the networks came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .. import skeleton
from ..progress import Reporter
from ..records.label_files import LabelRound, PictureLabels
from ..reporting.figures import as_svg, lines_over, side_by_side
from ..reporting.page import write_page
from .curve import SUBSETS, VALIDATION, CurvePoint, learning_curve
from .folder import LabelFolder
from .moves import Moves, moves_of
from .real_set import annotations_file
from .similarity import similarity

PAGE = "report.html"
MOVED_SHARE = 0.005
"""A point counts as moved from this share of the box on."""


@dataclass(frozen=True)
class RoundFigures:
    """One round, of the pictures that are done."""

    number: int
    network: str
    pictures: int
    done: int
    people: int
    added: int
    removed: int
    moved_share: float | None
    """Of all points that the network had labelled."""
    moved_box: float | None
    """Mean, in longer sides of the box."""
    moved_px: float | None
    spine_box: float | None
    similarity: float | None
    """Mean OKS of the network's labels with the corrected ones."""


@dataclass(frozen=True)
class PointRow:
    """A keypoint; means in longer sides of the box, a round each."""

    name: str
    vertebra: str | None
    moved_box: tuple[float | None, ...]


def write_label_report(
    root: Path,
    *,
    reporter: Reporter,
    annotations: Path | None = None,
    images: Path | None = None,
    model: Path | None = None,
) -> Path:
    """Write the page `report.html`.

    Args:
        annotations: COCO file to validate on; None: `real/`'s `val-real`, where there is one.
        model: the network that learnt from the last round.

    Raises:
        DatasetError: the folder or the set is not usable.
    """
    folder = LabelFolder(root)
    made, labels = folder.read_set(), folder.all_labels()
    by_round = {one.number: [p for p in labels if p.round == one.number and p.done] for one in made.rounds}
    figures = [_figures(one, by_round[one.number], len(one.pictures)) for one in made.rounds]
    points = point_table([moves_of(by_round[one.number]) for one in made.rounds])
    own = annotations_file(root / "real", VALIDATION)
    chosen = annotations or (own if own.is_file() else None)
    curve: list[CurvePoint] = []
    if chosen is not None:
        curve = learning_curve(folder, made.rounds, annotations=chosen, images=images, model=model, reporter=reporter)
    target = root / PAGE
    write_page(
        target,
        "labelling",
        folder=root.resolve().name,
        rounds=figures,
        points=points,
        curve=curve,
        subsets=SUBSETS,
        validated_on=chosen.name if chosen else None,
        charts=as_svg(_charts(figures, curve)) if any(one.people for one in figures) else None,
        acceptances=made.acceptances,
        editors=_editors(labels),
    )
    return target


def _figures(made: LabelRound, done: Sequence[PictureLabels], pictures: int) -> RoundFigures:
    moves = moves_of(done)
    kept = [person for one in done for person in one.kept]
    likeness = [_likeness(one, k) for one in done for k in range(len(one.kept)) if one.kept[k].prelabel is not None]
    spine = moves.share_of_box[:, list(skeleton.SPINE_CHAIN)]
    moved = moves.share_of_box[np.isfinite(moves.share_of_box)] > MOVED_SHARE
    return RoundFigures(
        number=made.number,
        network=made.network,
        pictures=pictures,
        done=len(done),
        people=len(kept),
        added=sum(person.added for person in kept),
        removed=sum(person.removed for one in done for person in one.people),
        moved_share=float(moved.mean()) if moved.size else None,
        moved_box=_mean(moves.share_of_box),
        moved_px=_mean(moves.moved_px),
        spine_box=_mean(spine),
        similarity=float(np.mean(likeness)) if likeness else None,
    )


def _likeness(labels: PictureLabels, k: int) -> float:
    person = labels.kept[k]
    assert person.prelabel is not None
    before, after = np.array(person.prelabel), np.array(person.keypoints)
    return similarity(before[:, :2], after[:, :2], np.array(person.box_xywh_px), after[:, 2] > 0)


def point_table(rounds: Sequence[Moves]) -> list[PointRow]:
    """A row a keypoint, those that were moved farthest first."""
    rows = [
        PointRow(point.name, point.vertebra, tuple(_mean(moves.share_of_box[:, point.id]) for moves in rounds))
        for point in skeleton.KEYPOINTS
    ]
    return sorted(rows, key=lambda row: -max((value for value in row.moved_box if value is not None), default=0.0))


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _charts(figures: Sequence[RoundFigures], curve: Sequence[CurvePoint]) -> Figure:
    figure, axes = side_by_side(2 if curve else 1, (9.5 if curve else 4.75, 3.0))
    numbers = [float(one.number) for one in figures]
    rows: dict[str, Sequence[float | int | None]] = {
        "all points": [_percent(one.moved_box) for one in figures],
        "spine": [_percent(one.spine_box) for one in figures],
    }
    lines_over(axes[0], numbers, rows, marker="o")
    axes[0].set(xlabel="round", ylabel="moved, % of the box", xticks=numbers)
    if curve:
        places = [float(k) for k in range(1, len(curve) + 1)]
        lines_over(axes[1], places, {name: [point.ap.get(name) for point in curve] for name in SUBSETS}, marker="o")
        axes[1].set(xlabel="network", ylabel="validation AP", xticks=places)
    return figure


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _editors(labels: Sequence[PictureLabels]) -> list[tuple[str, int]]:
    """Who edited how many pictures."""
    names = [edit.by for one in labels for edit in {e.by: e for e in one.edits}.values()]
    return sorted(((name, names.count(name)) for name in set(names)), key=lambda row: -row[1])
