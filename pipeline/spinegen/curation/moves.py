"""How far people moved what the network said."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..records.label_files import LabelledPerson, PictureLabels
from .checks import xyv


@dataclass(frozen=True)
class Moves:
    """N people who were pre-labelled and kept."""

    moved_px: NDArray[np.float64]
    """(N, 37); NaN where a point is not labelled, now or by the network."""
    sides_px: NDArray[np.float64]
    """(N,) longer side of each box."""

    @property
    def share_of_box(self) -> NDArray[np.float64]:
        """(N, 37) in longer sides of the box."""
        return self.moved_px / self.sides_px[:, None]


def moved_px(person: LabelledPerson) -> NDArray[np.float64]:
    """(37,) pixels from the network's place to the present one; NaN where there are not both."""
    if person.prelabel is None:
        return np.full(skeleton.COUNT, np.nan)
    before, after = xyv(person.prelabel), xyv(person.keypoints)
    distance = np.linalg.norm(after[:, :2] - before[:, :2], axis=1)
    return np.where((before[:, 2] > 0) & (after[:, 2] > 0), distance, np.nan)


def moves_of(pictures: Sequence[PictureLabels]) -> Moves:
    """Of everybody in some pictures whom a network had labelled first."""
    people = [person for labels in pictures for person in labels.kept if person.prelabel is not None]
    rows = [moved_px(person) for person in people]
    sides = [max(person.box_xywh_px[2:]) for person in people]
    return Moves(np.array(rows).reshape(-1, skeleton.COUNT), np.array(sides, dtype=np.float64))
