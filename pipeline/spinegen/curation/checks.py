"""What labels are held to before a set takes them: faults by picture, person and point."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from ..records.label_files import Keypoints, LabelledPerson, PictureLabels
from .similarity import similarity

SAME_PERSON = 0.9
"""Two people of one picture whose keypoints are more alike (OKS) are one, labelled twice."""


def label_faults(labels: PictureLabels) -> list[str]:
    """One sentence a fault, each beginning with the picture's name."""
    faults: list[str] = []
    for person in labels.kept:
        where = f"{labels.picture}: person {person.person}"
        faults += [f"{where}: {text}" for text in outside(person.keypoints, labels.width, labels.height)]
        if not any(v for _, _, v in person.keypoints):
            faults.append(f"{where}: has no labelled point; label one, or remove the person")
    for first, second in combinations(labels.kept, 2):
        if same_person(first, second):
            faults.append(
                f"{labels.picture}: people {first.person} and {second.person} are one person, labelled twice; remove one of them"
            )
    return faults


def outside(keypoints: Keypoints, width: int, height: int) -> list[str]:
    """Labelled points that lie outside a picture of this size."""
    return [
        f"{name} at ({x:g}, {y:g}) lies outside the picture of {width}x{height}; move it, or mark it as not labelled"
        for name, (x, y, v) in zip(skeleton.NAMES, keypoints, strict=True)
        if v and not (-0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5)
    ]


def same_person(first: LabelledPerson, second: LabelledPerson) -> bool:
    """Whether two people lie on one another, point by point."""
    a, b = xyv(first.keypoints), xyv(second.keypoints)
    box = np.array(first.box_xywh_px)
    return similarity(a[:, :2], b[:, :2], box, (a[:, 2] > 0) & (b[:, 2] > 0)) > SAME_PERSON


def xyv(keypoints: Keypoints) -> NDArray[np.float64]:
    """(37, 3) x, y in pixels, v."""
    return np.array(keypoints, dtype=np.float64)
