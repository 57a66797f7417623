"""How far lifted points are from the true ones."""

import numpy as np

from ..geometry.types import Array, Floats
from .points import BODY_IDS, COUNT, KEYPOINT_ROWS, SPINE

BODY = np.arange(len(BODY_IDS))
ALL_37 = np.unique(KEYPOINT_ROWS)


def aligned(found: Floats, true: Floats) -> Array:
    """`found (..., P, 3)` turned, moved and sized as `true (..., P, 3)` lies, frame by frame (Procrustes; Umeyama 1991)."""
    a, b = np.asarray(found, dtype=np.float64), np.asarray(true, dtype=np.float64)
    middle_a, middle_b = a.mean(-2, keepdims=True), b.mean(-2, keepdims=True)
    a, b = a - middle_a, b - middle_b
    u, s, vt = np.linalg.svd(np.swapaxes(a, -1, -2) @ b)
    sign = np.ones_like(s)
    sign[..., 2] = np.sign(np.linalg.det(u @ vt))
    size = (s * sign).sum(-1) / np.maximum((a**2).sum((-1, -2)), 1e-12)
    return size[..., None, None] * (a @ ((u * sign[..., None, :]) @ vt)) + middle_b


def p_mpjpe_mm(found: Floats, true: Floats) -> dict[str, float]:
    """Mean distances in millimetres after alignment: `body` (37 keypoints, aligned by themselves), `spine` (25 centroids, aligned by
    themselves), `spine_in_body` (25 centroids, aligned by all 53 points).

    Args:
        found, true: `(..., 53, 3)` metres.
    """

    def distance(rows: np.ndarray, by: np.ndarray) -> float:
        put = aligned(found[..., by, :], true[..., by, :])
        place = np.searchsorted(by, rows)
        return float(1000.0 * np.linalg.norm(put[..., place, :] - true[..., rows, :], axis=-1).mean())

    return {
        "body": distance(ALL_37, ALL_37),
        "spine": distance(SPINE, SPINE),
        "spine_in_body": distance(SPINE, np.arange(COUNT)),
    }
