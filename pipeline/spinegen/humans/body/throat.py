"""The lining of the mouth: a pouch of the skin that reaches back to the throat, close in front of the upper vertebrae."""

from functools import lru_cache

import numpy as np

from ...geometry.types import Floats, Ints
from .body_data import load_body_data

_STILL, _HUNG = 0.65, 0.3
"""Where, from the back wall (0) to the lips (1), the lining leaves the head and belongs wholly to the throat."""


@lru_cache(maxsize=1)
def mouth_lining() -> Ints:
    """Vertices of the lining, its rim at the lips left out, rising; not to be written to."""
    data = load_body_data()
    faces, uv_faces, mask = data.faces["body"], data.uv_faces["body"], data.masks["inside-mouth"]
    height, width = mask.shape
    columns, rows = data.uv[uv_faces].mean(1).T
    inside = mask[
        np.clip(((1.0 - rows) * height).astype(int), 0, height - 1),
        np.clip((columns * width).astype(int), 0, width - 1),
    ]
    lined = inside > 127
    return np.setdiff1d(faces[lined], faces[~lined])


def throat_share(lining_m: Floats) -> Floats:
    """How much of each vertex `(N,)` of the lining at `lining_m (N, 3)` belongs to the throat, smooth from 0 to 1."""
    back, front = lining_m[:, 0].min(), lining_m[:, 0].max()
    way = np.clip((_STILL - (lining_m[:, 0] - back) / (front - back)) / (_STILL - _HUNG), 0.0, 1.0)
    return way * way * (3.0 - 2.0 * way)
