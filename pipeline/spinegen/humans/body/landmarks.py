"""Named points of one person's body in the rest pose: what a scaled skeleton model of that person is built from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Landmarks:
    """Joint centres, vertebral sites and surface keypoints of a drawn person, rest pose, ground axes.

    Names: `joint/<body>` (centre of the joint that joins the body to its parent; of a vertebra: with the one below),
    `centroid/<vertebra>` and `posterior/<vertebra>` (25 each, `S1`..`C1`), `keypoint/<surface keypoint>` (nose, eyes,
    ears, head, toes, heels as in `skeleton.NAMES`) and `keypoint/<side>_knee` (the point about which the shank turns;
    of a person that gives it, `joint/tibia_<side>` is the same point); `landmark/<NAME>` of hands, shins,
    thighs, hips, toes and forehead, where they stand over the skin that rests on a floor.
    """

    points: dict[str, NDArray[np.float64]]
    """Name -> `(3,)`, metres, ground axes (x forward, y up, z right)."""
    stature_m: float
    """Height of the top of the head over the soles, without hair and shoes."""
