"""How far a network's body points are from where the referees agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinegen import skeleton

from .clips import CLIPS
from .truth import Truth

BODY = skeleton.SUBSETS["body"]
SHOULDERS, HIPS = (5, 6), (11, 12)
PAIRS = tuple((left, left + 1) for left in range(5, 16, 2))
"""Shoulders to ankles, left and right."""
APART_SHARE = 0.08
"""Sides can be told apart, or mistaken, where the two points are at least this share of the box's larger side apart."""
STILL_SHARE = 0.005
"""A point stands still where neither referee moves it by more than this share of the box height in one frame."""
SIDEWAYS = 0.35
"""Seen from the side: the shoulders are nearer to each other across the trunk than this share of its length."""
VIEWS = ("front", "side", "back", "unknown")


@dataclass(frozen=True)
class Answers:
    """What one network says of all N people."""

    model: str
    keypoints_px: NDArray[np.float64]
    """(N, 37, 2)."""
    seconds: float


def joined(truths: Sequence[Truth]) -> tuple[NDArray[np.str_], Truth]:
    """The clip of each person, and all clips' people as one."""
    clips = np.array([t.clip for t in truths for _ in t.frames])
    names = [name for name in vars(truths[0]) if name != "clip"]
    return clips, Truth("all", **{name: np.concatenate([getattr(t, name) for t in truths]) for name in names})


def views(truth: Truth) -> NDArray[np.str_]:
    """(N,): from where each person is seen, by their shoulders across the axis of the trunk.

    Hips give no more than the axis, so that the referees need not agree on them.
    """
    points = truth.points_px
    up = points[:, SHOULDERS].mean(axis=1) - points[:, HIPS].mean(axis=1)
    length = np.maximum(np.linalg.norm(up, axis=1), 1e-9)
    across = np.stack([-up[:, 1], up[:, 0]], axis=1) / length[:, None]
    width = ((points[:, 5] - points[:, 6]) * across).sum(axis=1) / length
    known = truth.counts[:, SHOULDERS].all(axis=1)
    return np.select([~known, width > SIDEWAYS, width < -SIDEWAYS], ["unknown", "front", "back"], "side")


def errors(truth: Truth, answers: Answers) -> NDArray[np.float64]:
    """(N, 17) in shares of the box's larger side; NaN where the referees do not agree."""
    distance = np.linalg.norm(answers.keypoints_px[:, BODY] - truth.points_px, axis=-1) / truth.side_px[:, None]
    return np.where(truth.counts, distance, np.nan)


def swapped(truth: Truth, answers: Answers) -> NDArray[np.bool_]:
    """(N, 6) of shoulders to ankles: both our points are nearer to the other side's point, where the two lie apart."""
    left, right = np.array(PAIRS).T
    ours, theirs = answers.keypoints_px, truth.points_px
    apart = np.linalg.norm(theirs[:, left] - theirs[:, right], axis=-1) >= APART_SHARE * truth.side_px[:, None]
    wrong = truth.counts[:, left] & truth.counts[:, right] & apart
    for own, other in ((left, right), (right, left)):
        to_own = np.linalg.norm(ours[:, own] - theirs[:, own], axis=-1)
        to_other = np.linalg.norm(ours[:, own] - theirs[:, other], axis=-1)
        wrong &= to_other < to_own
    return wrong


def flicker(truth: Truth, clips: NDArray[np.str_], answers: Answers) -> NDArray[np.float64]:
    """(N, 37): how far points that stand still moved since the frame before, in box heights; NaN for all others.

    Points without a referee stand still where shoulders and hips do.
    """
    height = truth.boxes_xywh_px[:, 3]
    follows = (truth.runs[1:] >= 0) & (truth.runs[1:] == truth.runs[:-1]) & (clips[1:] == clips[:-1])
    follows &= truth.frames[1:] == truth.frames[:-1] + 1
    still = truth.counts[1:] & truth.counts[:-1] & follows[:, None]
    for referee in (truth.blazepose_px, truth.movenet_px):
        still &= _step(referee) <= STILL_SHARE * height[1:, None]
    everything = np.repeat(still[:, [*SHOULDERS, *HIPS]].all(axis=1)[:, None], skeleton.COUNT, axis=1)
    everything[:, BODY] = still
    moved = np.full((len(height), skeleton.COUNT), np.nan)
    moved[1:] = np.where(everything, _step(answers.keypoints_px) / height[1:, None], np.nan)
    return moved


def _step(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.linalg.norm(points[1:] - points[:-1], axis=-1)


def scores(truths: Sequence[Truth], answers: Answers) -> dict[str, Any]:
    """Everything that is reported of one network, as plain data; shares are 0..1, None where nothing counts."""
    clips, truth = joined(truths)
    group_of = {clip.name: clip.group for clip in CLIPS}
    groups = np.array([group_of[clip] for clip in clips])
    scored = truth.scored
    error = np.where(scored[:, None], errors(truth, answers), np.nan)
    wrong, moved, seen_from = swapped(truth, answers), flicker(truth, clips, answers), views(truth)

    def row(people: NDArray[np.bool_]) -> dict[str, Any]:
        judged = people & scored
        return {
            "people": int(judged.sum()),
            **_pck(error[people]),
            "swapped": _mean(np.any(wrong[judged], axis=1, keepdims=True)),
            "still_points": int(np.isfinite(moved[people][:, BODY]).sum()),
            "flicker_body": _mean(moved[people][:, BODY]),
            "flicker_spine": _mean(moved[people][:, skeleton.SPINE_CHAIN]),
        }

    return {
        "model": answers.model,
        "people_per_s": len(scored) / max(answers.seconds, 1e-9),
        "all": row(np.ones(len(scored), bool)),
        "clips": {group: row(groups == group) for group in dict.fromkeys(groups.tolist())},
        "views": {view: row(seen_from == view) for view in VIEWS},
        "points": {skeleton.NAMES[k]: {**_pck(error[:, i]), "flicker": _mean(moved[:, k])} for i, k in enumerate(BODY)},
        "swapped_pairs": {skeleton.NAMES[a][5:]: _mean(wrong[scored, i]) for i, (a, _) in enumerate(PAIRS)},
    }


def _pck(error: NDArray[np.float64]) -> dict[str, Any]:
    known = error[np.isfinite(error)]
    return {
        "points": len(known),
        "pck_10": _mean(known <= 0.10),
        "pck_05": _mean(known <= 0.05),
        "mean_error": _mean(known),
    }


def _mean(values: NDArray[Any]) -> float | None:
    known = values[np.isfinite(values)]
    return round(float(known.mean()), 5) if known.size else None
