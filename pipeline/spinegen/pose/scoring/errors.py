"""Pixel errors of predictions: by keypoint, occlusion, view and person, and the area under the PCK curve."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ... import skeleton
from ...records.metrics import ErrorRow, ErrorTables
from ..data.coco_set import CocoSet

PCK_LIMIT = 0.2
PCK_STEPS = 21
"""PCK is taken at this many thresholds from 0 to `PCK_LIMIT` of the box's longer side."""


def distances_px(people: CocoSet, keypoints_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 37) distance to the label; NaN where there is none."""
    distance = np.linalg.norm(keypoints_px - people.keypoints_px, axis=-1)
    return np.where(people.visibility > 0, distance, np.nan)


def box_sizes_px(people: CocoSet) -> NDArray[np.float64]:
    """(N,) longer side of each box."""
    return people.boxes_xywh_px[:, 2:].max(axis=1)


def pck_auc(relative: NDArray[np.float64]) -> float | None:
    """Area under the share of keypoints nearer than a threshold, over thresholds of 0..0.2 box sides; 1 is perfect.

    Args:
        relative: distances over the box's longer side, NaN where unlabelled.
    """
    known = relative[np.isfinite(relative)]
    if not known.size:
        return None
    thresholds = np.linspace(0, PCK_LIMIT, PCK_STEPS)
    shares = (known[None] <= thresholds[:, None]).mean(axis=1)
    return float(np.trapezoid(shares, thresholds) / PCK_LIMIT)


def summary(pixels: NDArray[np.float64], relative: NDArray[np.float64]) -> dict[str, float | int | None]:
    """Count, mean error in pixels and in box sides, PCK at 0.05 and 0.1, AUC of the labelled ones among some keypoints."""
    known = np.isfinite(relative)
    if not known.any():
        return {"count": 0, "mean_px": None, "mean_box": None, "pck_05": None, "pck_10": None, "auc": None}
    return {
        "count": int(known.sum()),
        "mean_px": float(pixels[known].mean()),
        "mean_box": float(relative[known].mean()),
        "pck_05": float((relative[known] <= 0.05).mean()),
        "pck_10": float((relative[known] <= 0.1).mean()),
        "auc": pck_auc(relative),
    }


def error_tables(people: CocoSet, keypoints_px: NDArray[np.float64]) -> ErrorTables:
    """A row a group with `summary`'s columns.

    Groups other than keypoints and subsets come twice, over all 37 keypoints and (prefix `spine_`) over the nine vertebral ones.
    """
    pixels = distances_px(people, keypoints_px)
    relative = pixels / box_sizes_px(people)[:, None]
    spine = list(skeleton.SUBSETS["spine"])

    def row(name: str, ids: Sequence[int]) -> ErrorRow:
        columns = list(ids)
        return _row(name, summary(pixels[:, columns], relative[:, columns]))

    def both(name: str, rows: NDArray[np.bool_], mask: NDArray[np.bool_] | None = None) -> ErrorRow:
        px, rel = pixels[rows], relative[rows]
        if mask is not None:
            px, rel = np.where(mask[rows], px, np.nan), np.where(mask[rows], rel, np.nan)
        of_spine = summary(px[:, spine], rel[:, spine])
        return _row(name, summary(px, rel) | {f"spine_{key}": value for key, value in of_spine.items()})

    everyone = np.ones(len(people), dtype=np.bool_)
    names, views = np.array(people.people), np.array(people.views)
    return ErrorTables(
        subsets=tuple(row(name, ids) for name, ids in skeleton.SUBSETS.items()),
        keypoints=tuple(row(name, [i]) for i, name in enumerate(skeleton.NAMES)),
        occlusion=(both("seen", everyone, people.visibility == 2), both("hidden", everyone, people.visibility == 1)),
        views=tuple(both(str(view), views == view) for view in sorted(set(people.views))),
        people=tuple(both(str(name), names == name) for name in sorted(set(people.people))),
    )


def _row(name: str, figures: dict[str, float | int | None]) -> ErrorRow:
    return ErrorRow.model_validate({"name": name, **figures})
