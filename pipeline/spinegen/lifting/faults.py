"""What the shipped 2D network makes of true keypoints: errors that its scores tell of, that stay for a while, sides swapped, points unseen.

Measured on 64 drawn people whom it had not seen (`full`, true boxes, mirrored crops averaged): the median distance from the truth, as a share of
the size of the view, is 0.014 where the score is 0.85 and grows by half for every 0.1 that it is lower; scores are 0.62 on average.
"""

import numpy as np

from .. import skeleton
from ..geometry.types import Array, Floats
from ..labels.spine import SPINE_IDS

CLEAN_SHARE = 0.3
"""Of the windows have true keypoints, of score 1."""
SCORE_MEAN, SCORE_SPREAD, SCORE_OF_POINT = 0.64, 0.1, 0.09
MEDIAN_AT, MEDIAN_SCORE, MEDIAN_FALLS = 0.0144, 0.85, 4.0
"""Median error `MEDIAN_AT exp(MEDIAN_FALLS (MEDIAN_SCORE - score))`."""
MEDIAN_OF_DEVIATION = 1.18
"""Median distance of a normal error in the plane over its deviation an axis."""
WORST = 0.25
"""Deviation of an error at most: what is further off is told by its score, and left out by the user's threshold."""
STAYS, SLOW, QUICK = 0.5, 0.4, 0.1
"""Shares of the variance: through a window, over about six frames, from frame to frame."""
KEPT_A_FRAME = 0.85
SPINE_TOGETHER = 0.4
"""Share of the vertebrae's variance that all of them have in common."""
SWAPPED_SHARE = 0.04
UNSEEN_SHARE, CUT_SHARE, GAP_SHARE = 0.04, 0.12, 0.15
"""Keypoints that are unseen by themselves; windows without legs or with one limb missing; windows with some frames in which much is missing."""
LEGS = tuple(i for i, name in enumerate(skeleton.NAMES) if name.endswith(("knee", "ankle", "toe", "heel")))
_LIMBS = (
    LEGS,
    tuple(i for i, n in enumerate(skeleton.NAMES) if n.endswith(("elbow", "wrist")) and n.startswith("left")),
    tuple(i for i, n in enumerate(skeleton.NAMES) if n.endswith(("elbow", "wrist")) and n.startswith("right")),
    tuple(i for i in LEGS if skeleton.NAMES[i].startswith("left")),
    tuple(i for i in LEGS if skeleton.NAMES[i].startswith("right")),
    (0, 1, 2, 3, 4),
)


def measured(rng: np.random.Generator, rays: Floats, sizes: Floats) -> tuple[Array, Array]:
    """Rays `(N, T, 37, 2)` with their faults, and confidences `(N, T, 37)`, 0 where a keypoint is unseen.

    Args:
        rays: true ones.
        sizes: `(N, T)` of the views.
    """
    count, frames = rays.shape[:2]
    clean = rng.random(count) < CLEAN_SHARE
    scores = _scores(rng, count, frames)
    deviation = MEDIAN_AT / MEDIAN_OF_DEVIATION * np.exp(MEDIAN_FALLS * (MEDIAN_SCORE - scores))
    errors = np.minimum(deviation, WORST)[..., None] * _wandering(rng, count, frames) * sizes[:, :, None, None]
    errors[clean] = 0.0
    scores[clean] = 1.0
    out = rays + errors
    swapped = rng.random(count) < SWAPPED_SHARE
    swapped &= ~clean
    out[swapped] = out[swapped][:, :, list(skeleton.FLIP)]
    return out, np.where(_unseen(rng, count, frames), 0.0, scores)


def _scores(rng: np.random.Generator, count: int, frames: int) -> Array:
    of_window = SCORE_MEAN + SCORE_SPREAD * rng.normal(size=(count, 1, 1))
    of_point = SCORE_OF_POINT * rng.normal(size=(count, 1, skeleton.COUNT))
    of_moment = 0.04 * rng.normal(size=(count, frames, skeleton.COUNT))
    return np.clip(of_window + of_point + of_moment, 0.08, 0.97)


def _wandering(rng: np.random.Generator, count: int, frames: int) -> Array:
    """Errors `(N, T, 37, 2)` of deviation 1 that stay, wander and tremble."""
    shape = (count, skeleton.COUNT, 2)
    stays = rng.normal(size=shape)
    slow = np.empty((count, frames, *shape[1:]))
    slow[:, 0] = rng.normal(size=shape)
    fresh = np.sqrt(1.0 - KEPT_A_FRAME**2)
    for frame in range(1, frames):
        slow[:, frame] = KEPT_A_FRAME * slow[:, frame - 1] + fresh * rng.normal(size=shape)
    quick = rng.normal(size=slow.shape)
    out = np.sqrt(STAYS) * stays[:, None] + np.sqrt(SLOW) * slow + np.sqrt(QUICK) * quick
    together = rng.normal(size=(count, 1, 1, 2))
    own = out[:, :, SPINE_IDS]
    out[:, :, SPINE_IDS] = np.sqrt(1.0 - SPINE_TOGETHER) * own + np.sqrt(SPINE_TOGETHER) * together
    return out


def _unseen(rng: np.random.Generator, count: int, frames: int) -> np.ndarray:
    """`(N, T, 37)`."""
    lost = np.repeat(
        rng.random((count, 1, skeleton.COUNT)) < UNSEEN_SHARE * rng.uniform(0, 2, (count, 1, 1)), frames, 1
    )
    for row in np.flatnonzero(rng.random(count) < CUT_SHARE):
        lost[row][:, list(_LIMBS[int(rng.integers(len(_LIMBS)))])] = True
    for row in np.flatnonzero(rng.random(count) < GAP_SHARE):
        first = int(rng.integers(frames))
        lost[row, first : first + 1 + int(rng.integers(4))] |= rng.random(skeleton.COUNT) < 0.4
    return lost
