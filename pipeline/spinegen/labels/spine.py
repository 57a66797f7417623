"""Which keypoints are vertebrae, and at which level."""

import numpy as np

from ..geometry.types import Ints
from ..skeleton import KEYPOINTS, VERTEBRAE

SPINE_IDS: Ints = np.array([k.id for k in KEYPOINTS if k.vertebra])
"""Keypoints that are centroids of vertebrae."""
SPINE_LEVELS: Ints = np.array([VERTEBRAE.index(k.vertebra) for k in KEYPOINTS if k.vertebra])
"""For each keypoint of `SPINE_IDS`, the row of its vertebra in `VERTEBRAE`."""
